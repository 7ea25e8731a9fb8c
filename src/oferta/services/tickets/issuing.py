"""The code of a ticket, from its row; and a new one when the old is no longer to open anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import keyring
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Channel
from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.services.tickets import gates, queries, reserving, rules, selling
from oferta.services.tickets.codes import signed
from oferta.services.tickets.codes.errors import CodeFieldTooLarge
from oferta.services.tickets.codes.signed import Code
from oferta.services.tickets.errors import BadBasket, NotYourTicket, UnknownTicket
from oferta.services.tickets.models import Ticket
from oferta.services.tickets.types import Buyer, Carrier, PlaceStatus, TicketStatus


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who gets a ticket: a name as it says, and one contact under which they are told."""

    name: str
    email: str = ""
    phone: str = ""
    language: Language = "ru"


@transaction.atomic
def renew(ticket_id: UUID, *, holder_id: UUID | None = None, now: datetime | None = None) -> Ticket:
    """Issue a new code because the old one leaked; pictures of the old open nothing (TR-125).

    Args:
        ticket_id: which.
        holder_id: who asks; None: staff.
        now: the holder is told at once; None: nobody is.

    Raises:
        UnknownTicket: there is none.
        NotYourTicket: it is not theirs, or was given back.
        CodeFieldTooLarge: it had 254 new codes before.
    """
    ticket = _held(ticket_id, holder_id)
    ticket.generation = _next(ticket)
    ticket.save(update_fields=["generation"])
    if now is not None and ticket.holder_id is not None:
        _tell([(ticket.holder_id, "tickets.code_renewed", {})], ticket, now)
    return queries.ticket(ticket_id)


@transaction.atomic
def give_to(ticket_id: UUID, receiver: Receiver, *, holder_id: UUID, now: datetime) -> Ticket:
    """Hand a ticket to somebody by their name and contact, and tell both sides (TR-124, TR-127).

    Who proved that the contact is theirs gets it on their own page; anybody else is kept as a
    customer by the contact. Which of the two it was is not told to the giver.

    Args:
        ticket_id: which.
        receiver: to whom.
        holder_id: who gives it.
        now: zoned.

    Raises:
        UnknownTicket, NotYourTicket: as of `give`.
        BadBasket: no name, or not one contact.
        Blocked: the receiver may not have it.
    """
    contacts = [one.strip() for one in (receiver.email, receiver.phone)]
    if not receiver.name.strip() or sum(map(bool, contacts)) != 1:
        raise BadBasket(field="receiver", given="", expected="a name, and an e-mail or phone")
    to_id = _receiver(receiver, *contacts, now=now)
    giver = queries.ticket(ticket_id).holder_name
    ticket = give(
        ticket_id, holder_id=holder_id, to_id=to_id, to_name=receiver.name.strip(), now=now
    )
    told = [
        (holder_id, "tickets.ticket_gone", {"receiver": ticket.holder_name}),
        (to_id, "tickets.ticket_given", {"giver": giver}),
    ]
    _tell(told, ticket, now)
    return ticket


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
        NotYourTicket: it is not theirs, was given back, the terms do not let it be given away, or
            somebody who waits is buying its place.
    """
    ticket = _held(ticket_id, holder_id)
    over = ticket.performance.starts_at + gates.AFTER < now
    bought = ticket.offered_at is not None and ticket.place.status == PlaceStatus.HELD
    if over or bought or not _may_be_given(ticket, now):
        raise NotYourTicket(ticket=str(ticket_id))
    ticket.generation = _next(ticket)
    ticket.holder_id, ticket.holder_name, ticket.offered_at = to_id, to_name, None
    ticket.save(update_fields=["generation", "holder_id", "holder_name", "offered_at"])
    return queries.ticket(ticket_id)


def _next(ticket: Ticket) -> int:
    """Return the next generation of a ticket's code.

    Raises:
        CodeFieldTooLarge: so many there cannot be: a code that could not be signed lets nobody in.
    """
    if ticket.generation >= signed.GENERATION_MAX:
        raise CodeFieldTooLarge(
            field="generation", given=ticket.generation + 1, largest=signed.GENERATION_MAX
        )
    return ticket.generation + 1


def _may_be_given(ticket: Ticket, now: datetime) -> bool:
    """Ask the terms of sale whether a ticket may be handed to somebody else."""
    zone = ZoneInfo(ticket.performance.hall.venue.time_zone)
    facts = {
        "given_on": zoned(now).astimezone(zone).date(),
        "entered_before": ticket.admissions.exists(),
    }
    decided = shelf.terms().decide(ticket.performance.sale_pack, rules.TRANSFER, facts)
    return bool(decided.outcome["allowed"])


def _receiver(receiver: Receiver, email: str, phone: str, *, now: datetime) -> UUID:
    channel, address = (Channel.EMAIL, email) if email else (Channel.SMS, phone)
    known = parties.customer_at(channel, address)
    if known is not None:
        return known.id
    return reserving.party_of(
        Buyer(name=receiver.name.strip(), email=email, phone=phone, language=receiver.language),
        now,
    )


def _tell(
    whom: Sequence[tuple[UUID, str, Mapping[str, Any]]], ticket: Ticket, now: datetime
) -> None:
    """Tell customers what became of a ticket, in their own languages."""
    performance = queries.performance(ticket.performance_id)
    starts = performance.starts_at.astimezone(ZoneInfo(performance.hall.venue.time_zone))
    spoken = selling.title_of(performance.titles)
    common = {
        "number": str(ticket.serial),
        "performance": {one: performance.titles.get(one) or spoken for one in LANGUAGES},
        "day": {"date": starts.date().isoformat()},
        "hour": f"{starts:%H:%M}",
    }
    languages = parties.languages([one for one, _, _ in whom])
    notices.send(
        [
            NewNotice(party_id, languages[party_id], kind, {**common, **rest})
            for party_id, kind, rest in whom
        ],
        now=zoned(now),
    )


def _held(ticket_id: UUID, holder_id: UUID | None) -> Ticket:
    # The place is locked first, as by who passes it on to somebody who waits.
    rows = Ticket.objects.select_for_update(of=("place", "self")).select_related(
        "performance__hall__venue", "place"
    )
    ticket = rows.filter(id=ticket_id).first()
    if ticket is None:
        raise UnknownTicket(ticket=str(ticket_id))
    theirs = holder_id is None or ticket.holder_id == holder_id
    if not theirs or ticket.status != TicketStatus.VALID:
        raise NotYourTicket(ticket=str(ticket_id))
    return ticket
