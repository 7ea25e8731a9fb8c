"""Prices that were corrected after the sale: before and after, who said so, how it goes back.

A correction is a Decision in the place of the one that sold: proposed in a case, approved by a
second person above the authority of the terms. Here is what came of it, and what a person must do:
hand over cash, or transfer what a provider declined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from oferta.core.cases import actions as cases
from oferta.core.cases import queries as read_cases
from oferta.core.decisions import queries as decided
from oferta.core.notices import queries as notices
from oferta.core.notices.types import Notice
from oferta.core.parties import audit
from oferta.core.parties import queries as parties
from oferta.core.parties.rules import check_may
from oferta.core.parties.types import Actor, Permission
from oferta.kernel.clock import zoned
from oferta.kernel.money import Money
from oferta.services.tickets import cash
from oferta.services.tickets.models import Order, OrderLine, PriceCorrection
from oferta.services.tickets.refunding.correcting import price_of
from oferta.services.tickets.refunding.errors import UnknownCorrection
from oferta.services.tickets.types import PayoutState

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A correction with what was asked before and after it."""

    row: PriceCorrection
    before: Money
    after: Money
    #: What goes back by this row's payment.
    back: Money
    #: As the buyer was told.
    reason: str
    made_by: UUID | None
    approved_by: UUID | None

    @property
    def state(self) -> str:
        """Return how far it is: `arrived`, `cash`, `by_hand` or `under_way`."""
        if self.row.state == PayoutState.ARRIVED:
            return "arrived"
        if not self.row.by_hand:
            return "under_way"
        return "cash" if self.row.payment.means == cash.NAME else "by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correctable:
    """A ticket of an order whose price can be corrected."""

    line: OrderLine
    price: Money
    #: The open case about its Decision, if there is one.
    case_id: UUID | None


def listed(*, waiting: bool) -> list[Corrected]:
    """Return corrections: those that wait for a person, or the latest of the rest."""
    rows = _rows().filter(state=PayoutState.STARTED, by_hand=True)
    if not waiting:
        rows = _rows().exclude(state=PayoutState.STARTED, by_hand=True)
    return _read(rows.order_by("started_at" if waiting else "-started_at", "id")[:SHOWN])


def of_order(order_id: UUID) -> list[Corrected]:
    """Return the corrections of an order, the first one first."""
    return _read(_rows().filter(order_id=order_id).order_by("started_at", "id"))


def one(correction_id: UUID) -> Corrected:
    """Return a correction.

    Raises:
        UnknownCorrection: there is none.
    """
    found = _read(_rows().filter(id=correction_id))
    if not found:
        raise UnknownCorrection(correction=str(correction_id))
    return found[0]


def told(found: Corrected) -> list[Notice]:
    """Return what the buyer was told of a correction."""
    return notices.notices_of_decision(found.row.order.party_id, found.row.decision_id)


def cash_due(order_id: UUID) -> list[Corrected]:
    """Return what of corrections a cashier hands out for an order."""
    return [each for each in of_order(order_id) if each.state == "cash"]


@transaction.atomic
def hand_over(correction_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Note that money was handed over or transferred by a person; noted before, it stays.

    Raises:
        UnknownCorrection: there is none, or it goes by itself.
        NotPermitted: cash is the cashiers', the rest the office's.
        OwnAct: it is the member of staff's own money.
    """
    rows = PriceCorrection.objects.select_for_update(of=("self",))
    row = rows.select_related("order", "payment").filter(id=correction_id, by_hand=True).first()
    if row is None:
        raise UnknownCorrection(correction=str(correction_id))
    in_cash = row.payment.means == cash.NAME
    check_may(actor, Permission.TAKE_PAYMENTS if in_cash else Permission.WORK_CASES)
    parties.ensure_not_own(actor, row.order.party_id)
    if row.state == PayoutState.ARRIVED:
        return
    row.state, row.ended_at, row.staff_id = PayoutState.ARRIVED, zoned(now), actor.id
    row.save(update_fields=["state", "ended_at", "staff_id"])
    audit.record(
        actor=actor,
        what="correction.handed_over",
        subject_kind="order",
        subject_id=row.order_id,
        parties=[row.order.party_id],
        now=now,
        details={"correction": str(row.id), "amount": row.amount},
    )


def lines_of(order: Order) -> list[Correctable]:
    """Return the tickets of an order with their prices and open cases."""
    rows = list(order.lines.select_related("place__seat", "place__category").order_by("id"))
    open_ = {
        each.decision_id: each.id
        for line in rows
        if line.decision_id and (each := read_cases.open_case_of(line.decision_id))
    }
    return [
        Correctable(
            line=line,
            price=Money(line.price + line.service_fee, order.currency),
            case_id=open_.get(line.decision_id),
        )
        for line in rows
        if line.decision_id
    ]


@transaction.atomic
def propose(line_id: UUID, *, actor: Actor, now: datetime) -> UUID:
    """Open a case about the price of a ticket, in which another price is proposed and approved.

    Returns:
        The case; the one that is open already, if there is one.

    Raises:
        NotPermitted: not with their roles.
        OwnAct: it is the member of staff's own order.
        UnknownCorrection: no such ticket was sold.
    """
    check_may(actor, Permission.WORK_CASES)
    line = OrderLine.objects.select_related("order").filter(id=line_id).first()
    if line is None or line.decision_id is None:
        raise UnknownCorrection(correction=str(line_id))
    parties.ensure_not_own(actor, line.order.party_id)
    decision = decided.current(line.decision_id)
    made = cases.open_reviews([decision], asking="price", now=now).get(decision.id)
    found = read_cases.open_case_of(decision.id)
    if made is None and found is None:
        raise AssertionError("a decision without a new case has an open one")
    case_id = made or (found.id if found else line_id)
    audit.record(
        actor=actor,
        what="correction.asked",
        subject_kind="order",
        subject_id=line.order_id,
        parties=[line.order.party_id],
        now=now,
        details={"case": str(case_id)},
    )
    return case_id


def _rows() -> QuerySet[PriceCorrection]:
    return PriceCorrection.objects.select_related("order__performance", "payment")


def _read(rows: Iterable[PriceCorrection]) -> list[Corrected]:
    found: Sequence[PriceCorrection] = list(rows)
    made = decided.decisions({each.decision_id for each in found})
    old = decided.decisions({one_.overrides for one_ in made.values() if one_.overrides})
    shown = []
    for row in found:
        new, unit = made[row.decision_id], row.order.currency
        before = old[new.overrides] if new.overrides else new
        shown.append(
            Corrected(
                row=row,
                before=Money(price_of(before), unit),
                after=Money(price_of(new), unit),
                back=Money(row.amount, unit),
                reason=new.reason,
                made_by=new.actor_id,
                approved_by=new.approver_id,
            )
        )
    return shown
