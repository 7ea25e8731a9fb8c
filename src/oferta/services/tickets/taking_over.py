"""A place changes hands at its price: it is paid by who waited, and owed to its holder.

A holder keeps a good ticket until another buyer has paid (TR-52). The new sale and what comes back
to the holder are one database transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from oferta.core.decisions.types import Answer, Event
from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import accounts, quotas, rules, selling
from oferta.services.tickets.errors import OrderClosed
from oferta.services.tickets.models import ApplicationTicket, Refund, Ticket
from oferta.services.tickets.places import Claimed
from oferta.services.tickets.refunding import booking, facts, reading
from oferta.services.tickets.refunding.facts import Claim
from oferta.services.tickets.selling import Beside
from oferta.services.tickets.types import OrderStatus

PLAN = "tickets.face_value_return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """What comes back to a holder whose place another buyer takes, by the terms."""

    amount: Money
    decided_by: tuple[str, ...]


def returns(ticket: Ticket, *, now: datetime) -> Returns:
    """Return what the holder of a ticket gets if another buyer takes the place now (TR-52).

    Args:
        ticket: with its order, line and performance's venue at hand.
        now: zoned.
    """
    decided = shelf.terms().decide(
        ticket.order.sale_pack, rules.FACE_VALUE_RETURN, _facts(ticket, zoned(now))
    )
    amount = Money(int(decided.outcome["returned"] or 0), ticket.order.currency)
    return Returns(amount=amount, decided_by=decided.decided_by)


def beside(code: str, claimed: Sequence[Claimed], *, now: datetime) -> Beside | None:
    """Return what a sale means for who gave their place up for it; None: nobody did.

    Args:
        code: of the order that is being sold.
        claimed: its places.
        now: zoned.

    Raises:
        OrderClosed: a holder came in with their ticket, or asks for money back, meanwhile.
    """
    given_up = [one.ticket_id for one in claimed if one.ticket_id is not None]
    if not given_up:
        return None
    rows = Ticket.objects.select_for_update(of=("self",)).select_related(
        "order__performance__hall__venue", "line", "performance__hall__venue"
    )
    found = list(rows.filter(id__in=given_up).order_by("id"))
    open_ = Q(ticket_id__in=given_up, application__closed_at__isnull=True)
    used = any(one.admissions.exists() for one in found)
    if used or ApplicationTicket.objects.filter(open_).exists():
        raise OrderClosed(order=code, status=OrderStatus.LAPSED)
    due = {one.id: _due_on(one, now) for one in found}
    return Beside(
        occurrences=[_occurrence(one, due[one.id], now) for one in found],
        book=partial(_book, found, due, now=now),
    )


def _book(
    given_up: Sequence[Ticket],
    due: dict[UUID, date],
    answers: Sequence[Answer],
    *,
    now: datetime,
) -> None:
    """Owe the holders, void their tickets, and end the waits; in the caller's transaction."""
    refunds = []
    for ticket, answer in zip(given_up, answers, strict=True):
        decision = booking.agreed(ticket.order, answer)
        amount = int((decision.outcome or {}).get("returned") or 0)
        if amount:
            refunds.append(
                Refund(
                    id=uuid7(),
                    order_id=ticket.order_id,
                    ticket_id=ticket.id,
                    decision_id=decision.id,
                    ticket_money=amount,
                    service_fee=0,
                    delivery_fee=0,
                    amount=amount,
                    currency=ticket.order.currency,
                    due_on=due[ticket.id],
                    owner=ticket.order.operator_id,
                    decided_at=now,
                )
            )
    Refund.objects.bulk_create(refunds)
    quotas.hand_over([one.id for one in given_up])
    booking.void([one.id for one in given_up], resell=False)


def _occurrence(ticket: Ticket, due_on: date, now: datetime) -> Event:
    order, performance = ticket.order, ticket.performance
    return Event(
        key=f"tickets/taken-over/{ticket.id}",
        pack=order.sale_pack,
        questions=(rules.FACE_VALUE_RETURN,),
        facts=_facts(ticket, now),
        event_at=now,
        plan=PLAN,
        context={
            "order": str(order.id),
            "code": order.code,
            "ticket": str(ticket.id),
            "performance": selling.title_of(performance.titles),
            "face": performance.face_account_id,
            "owed": accounts.owed_to_buyers(order.currency),
            "unit": order.currency,
            "due_on": {"date": due_on.isoformat()},
        },
        party_id=order.party_id,
    )


def _facts(ticket: Ticket, now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(ticket.performance.hall.venue.time_zone)
    return {
        "taken_over_on": now.astimezone(zone).date(),
        "ticket_paid": rules.money(ticket.line.price, ticket.order.currency),
        "entered_before": ticket.admissions.exists(),
    }


def _due_on(ticket: Ticket, now: datetime) -> date:
    """Return the day by which the holder has the money: as for any ticket given back."""
    sold = next(one for one in reading.sold_in(ticket.order_id) if one.ticket_id == ticket.id)
    claim = Claim(reason=facts.OWN_WISH, requested_at=now, decided_at=now)
    return booking.due_on(sold, claim)
