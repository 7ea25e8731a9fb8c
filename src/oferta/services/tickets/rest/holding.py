"""What a holder does with a ticket, and who waits for one: new codes, gifts, the waiting list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field, StrictInt, StrictStr

from oferta.kernel import clock
from oferta.kernel.i18n import Language
from oferta.kernel.rest.access import Needs, caller_of, idempotent
from oferta.kernel.rest.errors import BadFields
from oferta.kernel.rest.schemas import Given, Id, Money, Name, Told, answers
from oferta.services.tickets import issuing, queries, waiting
from oferta.services.tickets.errors import UnknownTicket
from oferta.services.tickets.issuing import Receiver
from oferta.services.tickets.models import Ticket
from oferta.services.tickets.rest.schemas import as_told
from oferta.services.tickets.waiting import Wait

router = Router()
_READ, _WRITE = Needs("tickets:read", own=True), Needs("tickets:write", own=True)
_Contact = Annotated[StrictStr, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class GiftGiven(Given):
    """Who gets a ticket: one contact, e-mail or phone."""

    name: Name
    email: _Contact = ""
    phone: Annotated[_Contact, Field(max_length=40)] = ""
    language: Language = "ru"


class HeldTicketTold(Told):
    """A ticket after something was done with it."""

    id: UUID
    serial: int
    generation: int = Field(description="Codes of an older one open nothing.")
    holder_name: str
    offered_at: datetime | None = Field(description="Since when who waits may take its place.")


class ReturnTold(Told):
    """What comes back if another buyer takes the place."""

    amount: Money
    decided_by: list[str]


class WaitGiven(Given):
    """What is waited for."""

    party_id: Id | None = Field(None, description="The customer; none: the one who calls.")
    category_id: Annotated[StrictInt, Field(ge=1, le=2**63 - 1)] | None = Field(
        None, description="None: any."
    )


class WaitTold(Told):
    """A place in the line."""

    performance_id: UUID
    waits: bool
    category_id: int | None = None
    joined_at: datetime | None = None
    ahead: int = Field(0, description="How many wait for the same and came before.")
    order_id: UUID | None = Field(None, description="The order that is offered now; pay it.")
    until: datetime | None = Field(None, description="When the offer ends.")


@router.post(
    "/tickets/{uuid:ticket_id}/new-code",
    auth=_WRITE,
    response=answers(HeldTicketTold, 404, 409),
)
@idempotent(200)
def renew_ticket_code(request: HttpRequest, ticket_id: UUID) -> HeldTicketTold:
    """Get a new code because the old one leaked; pictures of the old one open nothing."""
    holder = _holder(request, ticket_id)
    return _told(issuing.renew(ticket_id, holder_id=holder, now=clock.now()))


@router.post(
    "/tickets/{uuid:ticket_id}/gift",
    auth=_WRITE,
    response=answers(HeldTicketTold, 404, 409, body=True),
)
@idempotent(200)
def give_ticket(request: HttpRequest, ticket_id: UUID, given: GiftGiven) -> HeldTicketTold:
    """Hand a ticket to somebody else; the old code is void and both are told.

    Money that comes back for it still goes to who paid.
    """
    receiver = Receiver(
        name=given.name, email=given.email, phone=given.phone, language=given.language
    )
    holder = _holder(request, ticket_id)
    return _told(issuing.give_to(ticket_id, receiver, holder_id=holder, now=clock.now()))


@router.get("/tickets/{uuid:ticket_id}/offer", auth=_READ, response=answers(ReturnTold, 404))
def get_ticket_return(request: HttpRequest, ticket_id: UUID) -> ReturnTold:
    """Read what comes back if somebody who waits takes the place, by the terms."""
    _holder(request, ticket_id)
    found = waiting.returns(ticket_id, now=clock.now())
    return ReturnTold(amount=as_told(found.amount), decided_by=list(found.decided_by))


@router.put(
    "/tickets/{uuid:ticket_id}/offer",
    auth=_WRITE,
    response=answers(HeldTicketTold, 404, 409),
)
def offer_ticket(request: HttpRequest, ticket_id: UUID) -> HeldTicketTold:
    """Offer a ticket to who waits for a place; it stays good until another buyer has paid."""
    return _told(waiting.offer(ticket_id, _holder(request, ticket_id), now=clock.now()))


@router.delete(
    "/tickets/{uuid:ticket_id}/offer",
    auth=_WRITE,
    response=answers(HeldTicketTold, 404, 409),
)
def keep_ticket(request: HttpRequest, ticket_id: UUID) -> HeldTicketTold:
    """Keep a ticket after all, while nobody is about to buy it."""
    return _told(waiting.keep(ticket_id, _holder(request, ticket_id)))


@router.get(
    "/tickets/performances/{uuid:performance_id}/wait",
    auth=_READ,
    response=answers(WaitTold, 404),
)
def get_wait(request: HttpRequest, performance_id: UUID, party_id: UUID | None = None) -> WaitTold:
    """Read a customer's place in the line, and the order that is offered to them."""
    queries.performance(performance_id)
    whose = _whose(request, party_id)
    return _wait(performance_id, waiting.wait_of(performance_id, whose))


@router.put(
    "/tickets/performances/{uuid:performance_id}/wait",
    auth=_WRITE,
    response=answers(WaitTold, 404, 409, body=True),
)
def join_waiting_list(request: HttpRequest, performance_id: UUID, given: WaitGiven) -> WaitTold:
    """Wait for a place that somebody gives up; asked again, answered the same."""
    whose = _whose(request, given.party_id)
    made = waiting.join(performance_id, whose, category_id=given.category_id, now=clock.now())
    return _wait(performance_id, made)


@router.delete(
    "/tickets/performances/{uuid:performance_id}/wait",
    auth=_WRITE,
    response=answers(WaitTold, 404, 409),
)
def leave_waiting_list(
    request: HttpRequest, performance_id: UUID, party_id: UUID | None = None
) -> WaitTold:
    """Wait no longer; what was offered goes to the next one."""
    queries.performance(performance_id)
    waiting.leave(performance_id, _whose(request, party_id), now=clock.now())
    return _wait(performance_id, None)


def _holder(request: HttpRequest, ticket_id: UUID) -> UUID:
    """Return who holds a ticket, if the caller may act for them."""
    hidden = UnknownTicket(ticket=str(ticket_id))
    found = queries.ticket(ticket_id).holder_id
    caller_of(request).ensure_sees(found, hidden)
    if found is None:
        raise hidden
    return found


def _whose(request: HttpRequest, given: UUID | None) -> UUID:
    caller = caller_of(request)
    whose = given or caller.party_id
    caller.ensure_sees(whose)
    if whose is None:
        raise BadFields(wrong=[{"at": "party_id", "what": "Field required"}])
    return whose


def _told(ticket: Ticket) -> HeldTicketTold:
    return HeldTicketTold(
        id=ticket.id,
        serial=ticket.serial,
        generation=ticket.generation,
        holder_name=ticket.holder_name,
        offered_at=ticket.offered_at,
    )


def _wait(performance_id: UUID, found: Wait | None) -> WaitTold:
    return WaitTold(
        performance_id=performance_id,
        waits=found is not None,
        category_id=found.category_id if found else None,
        joined_at=found.joined_at if found else None,
        ahead=found.ahead if found else 0,
        order_id=found.order_id if found else None,
        until=found.until if found else None,
    )
