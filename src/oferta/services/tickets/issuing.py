"""The code of a ticket, from its row; and a new one when the old is no longer to open anything."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from oferta.core.parties import keyring
from oferta.services.tickets import gates, queries
from oferta.services.tickets.codes import signed
from oferta.services.tickets.codes.signed import Code
from oferta.services.tickets.errors import NotYourTicket, UnknownTicket
from oferta.services.tickets.models import Ticket
from oferta.services.tickets.types import Carrier, TicketStatus


def code_of(ticket: Ticket) -> Code:
    """Return what the code of a ticket says; its performance must be at hand."""
    starts_at = ticket.performance.starts_at
    paper = ticket.carrier == Carrier.PAPER
    return Code(
        performance=ticket.performance.serial,
        serial=ticket.serial,
        place=ticket.place_id,
        valid_from=starts_at - gates.DOORS,
        valid_through=starts_at + gates.AFTER,
        generation=ticket.generation,
        carrier=signed.Carrier.PAPER if paper else signed.Carrier.PHONE,
    )


def text_of(ticket: Ticket) -> str:
    """Return the signed text that a ticket's QR code holds, without a telephone's suffix."""
    return signed.sign(code_of(ticket), keyring.keys())


@transaction.atomic
def renew(ticket_id: UUID, *, holder_id: UUID | None = None) -> Ticket:
    """Issue a new code because the old one leaked; pictures of the old open nothing (TR-125).

    Args:
        ticket_id: which.
        holder_id: who asks; None: staff.

    Raises:
        UnknownTicket: there is none.
        NotYourTicket: it is not theirs, or was given back.
    """
    ticket = _held(ticket_id, holder_id)
    ticket.generation += 1
    ticket.save(update_fields=["generation"])
    return queries.ticket(ticket_id)


@transaction.atomic
def give(
    ticket_id: UUID, *, holder_id: UUID, to_id: UUID | None, to_name: str, now: datetime
) -> Ticket:
    """Hand a ticket to somebody else: the old code is void, the payer keeps the money's way back.

    Args:
        ticket_id: which (TR-124, TR-127).
        holder_id: who gives it.
        to_id: the customer who gets it, if they are one.
        to_name: their name, as the ticket says it.
        now: when.

    Raises:
        UnknownTicket: there is none.
        NotYourTicket: it is not theirs, was given back, or somebody came in with it.
    """
    ticket = _held(ticket_id, holder_id)
    if ticket.admissions.exists() or ticket.performance.starts_at + gates.AFTER < now:
        raise NotYourTicket(ticket=str(ticket_id))
    ticket.generation += 1
    ticket.holder_id, ticket.holder_name = to_id, to_name
    ticket.save(update_fields=["generation", "holder_id", "holder_name"])
    return queries.ticket(ticket_id)


def _held(ticket_id: UUID, holder_id: UUID | None) -> Ticket:
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("performance")
    ticket = rows.filter(id=ticket_id).first()
    if ticket is None:
        raise UnknownTicket(ticket=str(ticket_id))
    theirs = holder_id is None or ticket.holder_id == holder_id
    if not theirs or ticket.status != TicketStatus.VALID:
        raise NotYourTicket(ticket=str(ticket_id))
    return ticket
