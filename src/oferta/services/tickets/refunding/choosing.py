"""What a buyer says to a change: "I keep it" or "I give it back"; to say nothing ends no right.

"I keep it" is a Decision too: it says, by a clause, until when the buyer may still think otherwise.
"I give it back" is an ordinary request, decided by the same terms as every other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Event
from oferta.kernel.clock import zoned
from oferta.kernel.money import Money
from oferta.services.tickets import queries, reserving, selling
from oferta.services.tickets.models import (
    ApplicationTicket,
    Order,
    PerformanceChange,
    Refund,
    TicketKept,
)
from oferta.services.tickets.refunding import applying, asking, booking, changing, facts, reading
from oferta.services.tickets.refunding.errors import NothingToChoose
from oferta.services.tickets.refunding.facts import Claim, Sold
from oferta.services.tickets.refunding.quoting import total_of
from oferta.services.tickets.refunding.standing import TOLD, before
from oferta.services.tickets.refunding.types import ApplicationBrief, Filing

KEPT = "tickets.kept"


class Said(StrEnum):
    """What the buyer of a ticket said to a change."""

    #: Nothing: no consent to a new date, and no right ends.
    NOTHING = "nothing"
    KEEP = "keep"
    GIVE_BACK = "give_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChoice:
    """A ticket, what was said about it, and what comes back for it."""

    ticket_id: UUID
    place: str
    said: Said
    #: What a request would give now; of a ticket that was given back, what comes back for it.
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the buyer of an order may choose after a change, and until when."""

    change: PerformanceChange
    #: A value of the terms' fact `reason`.
    reason: str
    tickets: tuple[TicketChoice, ...]
    #: The last day on which a request is taken.
    last_day: date
    #: A value of the terms' answer: what a request would come to now.
    decision: str


def choice(order_id: UUID, *, now: datetime) -> Choice | None:
    """Return what the buyer of an order may choose; None: nothing changed since they ordered.

    Raises:
        UnknownOrder: there is none.
    """
    order = queries.order_row(order_id)
    sold = reading.sold_in(order.id)
    change = _change_of(order)
    if change is None or not sold or not sold[0].change:
        return None
    claim = Claim(reason=sold[0].change, requested_at=zoned(now), decided_at=zoned(now))
    _, decision = total_of(sold, claim)
    kept = _kept(change, order)
    asked = _asked(order, claim.reason)
    found = [_ticket_choice(one, claim, kept, asked) for one in sold]
    found += [
        TicketChoice(
            ticket_id=one.ticket_id,
            place="",
            said=Said.GIVE_BACK,
            amount=Money(one.amount, one.currency),
        )
        for one in Refund.objects.filter(order=order).order_by("ticket__serial")
    ]
    return Choice(
        change=change,
        reason=claim.reason,
        tickets=tuple(found),
        last_day=last_day(sold[0], now=now),
        decision=decision,
    )


def last_day(sold: Sold, *, now: datetime) -> date:
    """Return the last day on which a request because of a change is taken, by the terms."""
    given = facts.choice_facts(sold, announced_at=zoned(now))
    said = asking.decide(sold.pack, facts.CHOICES, given, kept=sold.edition).outcome
    return before(facts.day(said["closed_from"]))


def keep(order_id: UUID, tickets: Sequence[UUID], *, now: datetime) -> int:
    """Note that a buyer keeps tickets after a change; said again, nothing is doubled.

    Args:
        order_id: of a changed performance.
        tickets: of it, valid, and under no request.
        now: zoned.

    Returns:
        How many were noted now.

    Raises:
        UnknownOrder: there is none.
        NothingToChoose: nothing changed since it was ordered, or it is over.
        NothingToReturn: a ticket is not of the order, given back already or under a request.
    """
    moment = zoned(now)
    with transaction.atomic():
        order = reserving.locked(order_id)
        sold = applying.returnable(order, tickets)
        change = _change_of(order)
        if change is None or sold[0].change not in (facts.POSTPONED, facts.REPLACED):
            raise NothingToChoose(order=order.code)
        known = _kept(change, order)
        new = [one for one in sold if one.ticket_id not in known]
        asked = [_question(change, order, one, moment, first=not n) for n, one in enumerate(new)]
        answers = decisions.decide_many(asked, now=moment)
        TicketKept.objects.bulk_create(
            TicketKept(
                change=change,
                ticket_id=one.ticket_id,
                said_at=moment,
                decision_id=booking.agreed(order, answer).id,
            )
            for one, answer in zip(new, answers, strict=True)
        )
        return len(new)


def give_back(
    id_: UUID, order_id: UUID, tickets: Sequence[UUID], *, accepted: int, now: datetime
) -> ApplicationBrief:
    """File the request of a buyer who gives tickets back because of a change.

    Args:
        id_: of the request; the same id is the same request.
        order_id: of a changed performance.
        tickets: of it.
        accepted: minor units that the buyer was shown.
        now: zoned.

    Raises:
        UnknownOrder, NothingToChoose: as of `keep`.
        NothingToReturn, QuoteChanged, ApplicationReused, RefundRefused: as of `applying.apply`.
    """
    reason = next((one.change for one in reading.sold_in(order_id) if one.change), "")
    if not reason:
        raise NothingToChoose(order=queries.order_row(order_id).code)
    filing = Filing(
        id=id_, order_id=order_id, tickets=tuple(tickets), reason=reason, accepted=accepted
    )
    return applying.apply(filing, now=now)


def _change_of(order: Order) -> PerformanceChange | None:
    """Return the latest change since an order was placed that gives its buyer a choice."""
    rows = PerformanceChange.objects.filter(
        performance=order.performance_id, stage__in=TOLD, changed_at__gte=order.ordered_at
    )
    return rows.order_by("-id").first()


def _kept(change: PerformanceChange, order: Order) -> set[UUID]:
    rows = TicketKept.objects.filter(change=change, ticket__order=order)
    return set(rows.values_list("ticket_id", flat=True))


def _asked(order: Order, reason: str) -> set[UUID]:
    rows = ApplicationTicket.objects.filter(
        application__order=order, application__reason=reason, application__closed_at__isnull=True
    )
    return set(rows.values_list("ticket_id", flat=True))


def _ticket_choice(sold: Sold, claim: Claim, kept: set[UUID], asked: set[UUID]) -> TicketChoice:
    said = Said.KEEP if sold.ticket_id in kept else Said.NOTHING
    return TicketChoice(
        ticket_id=sold.ticket_id,
        place=sold.place,
        said=Said.GIVE_BACK if sold.ticket_id in asked else said,
        amount=Money(total_of([sold], claim)[0], sold.unit),
    )


def _question(
    change: PerformanceChange, order: Order, sold: Sold, now: datetime, *, first: bool
) -> Event:
    tell = {"code": order.code, "performance": selling.title_in_each(order.performance.titles)}
    return changing.question(
        f"tickets/kept/{change.id}/{sold.ticket_id}",
        order,
        sold,
        announced_at=now,
        context={"notice": KEPT, "tell": tell if first else None},
    )
