"""The settlement report of a performance: what was sold, returned, paid out, held back, and why.

It is read from the orders and refunds and compared with the ledger's own balance; they must agree
to the unit, and the report says so if they do not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from oferta.core.decisions import tallying
from oferta.core.ledger import queries as ledger
from oferta.kernel.money import UNITS, decimal_text
from oferta.services.tickets.models import (
    Admission,
    OrderLine,
    Performance,
    PerformanceLine,
    PerformanceSettlement,
    PriceCategory,
    Refund,
)
from oferta.services.tickets.settling import releasing
from oferta.services.tickets.settling.releasing import Preview
from oferta.services.tickets.types import OrderStatus, Stage, TicketStatus

#: What the columns of a file are called, for whoever reads it by machine.
COLUMNS = ("day", "kind", "amount", "currency", "pack", "clauses", "transfer", "decision")


class OfDay(NamedTuple):
    """What was sold and given back on a day of the venue, in minor units."""

    day: date
    sold: int
    returned: int


class OfCategory(NamedTuple):
    """What was sold of a category and is still valid."""

    name: str
    nominal: int
    capacity: int
    valid: int
    #: Of all that was sold, given back or not, in minor units.
    sold: int


class OfReason(NamedTuple):
    """Refunds for one reason."""

    #: A value of the terms' fact `reason`; "" where nobody had to ask.
    reason: str
    number: int
    amount: int


class OfClauses(NamedTuple):
    """Refunds by the same clauses."""

    clauses: tuple[str, ...]
    number: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything about a performance's money; minor units."""

    performance: Performance
    tickets: int
    sold: int
    tickets_returned: int
    returned: int
    #: The operator's fee and delivery, less what of them came back.
    fees: int
    covered: int
    released: int
    #: The ledger's balance of what is held for the organiser now.
    held: int
    #: That balance less all of the above: zero, or something is not counted.
    difference: int
    valid: int
    admitted: int
    preview: Preview | None


def of(performance: Performance, *, now: datetime) -> Report:
    """Return the report of a performance.

    Args:
        performance: with its hall, venue and organiser read.
        now: zoned.
    """
    sold = _sold(performance).aggregate(
        number=Count("id"), face=Sum("price"), fee=Sum("service_fee"), way=Sum("delivery_fee")
    )
    back = _refunds(performance).aggregate(
        number=Count("id"),
        face=Sum("ticket_money"),
        fee=Sum("service_fee"),
        way=Sum("delivery_fee"),
    )
    done = performance.settlements.aggregate(out=Sum("released"), cover=Sum("covered"))
    face = performance.face_account_id
    held = ledger.account(face).balance if face else 0
    in_all, out = _int(sold["face"]), _int(done["out"])
    covered = _int(done["cover"]) + _unsettled_cover(performance)
    tickets = performance.tickets.filter(status=TicketStatus.VALID)
    shown = face is not None and performance.stage != Stage.DRAFT
    return Report(
        performance=performance,
        tickets=_int(sold["number"]),
        sold=in_all,
        tickets_returned=_int(back["number"]),
        returned=_int(back["face"]),
        fees=sum(_int(sold[name]) - _int(back[name]) for name in ("fee", "way")),
        covered=covered,
        released=out,
        held=held,
        difference=held - (in_all - _int(back["face"]) + covered - out),
        valid=tickets.count(),
        admitted=Admission.objects.filter(ticket__performance=performance, entry=1).count(),
        preview=releasing.preview(performance, now=now) if shown else None,
    )


def by_day(performance: Performance) -> list[OfDay]:
    """Return what was sold and given back each day from the first sale to the last movement."""
    zone = ZoneInfo(performance.hall.venue.time_zone)
    sales = _sold(performance).annotate(day=TruncDate("order__paid_at", tzinfo=zone))
    back = _refunds(performance).annotate(day=TruncDate("decided_at", tzinfo=zone))
    sold = dict(sales.values("day").annotate(sum=Sum("price")).values_list("day", "sum"))
    returned = dict(back.values("day").annotate(sum=Sum("ticket_money")).values_list("day", "sum"))
    days = sorted({*sold, *returned})
    if not days:
        return []
    first, last = days[0].toordinal(), days[-1].toordinal()
    every = (date.fromordinal(one) for one in range(first, last + 1))
    return [OfDay(day, sold.get(day, 0), returned.get(day, 0)) for day in every]


def by_category(performance: Performance) -> list[OfCategory]:
    """Return what was sold of each category."""
    rows = _sold(performance).values("category_id").annotate(sum=Sum("price"))
    sold = dict(rows.values_list("category_id", "sum"))
    categories = PriceCategory.objects.filter(performance=performance).order_by("-nominal", "name")
    return [
        OfCategory(one.name, one.nominal, one.capacity, one.sold, sold.get(one.id, 0))
        for one in categories
    ]


def by_reason(performance: Performance) -> list[OfReason]:
    """Return the refunds by the reason that buyers gave, the most first."""
    rows = _refunds(performance).values("application__reason")
    found = rows.annotate(number=Count("id"), amount=Sum("ticket_money")).order_by("-amount")
    return [
        OfReason(one["application__reason"] or "", one["number"], one["amount"]) for one in found
    ]


def by_clauses(performance: Performance) -> list[OfClauses]:
    """Return the refunds by the clauses that granted them, the most first."""
    ids = _refunds(performance).values_list("decision_id", flat=True)
    tallies = tallying.of_decisions(ids, field="ticket_money")
    return [OfClauses(one.clauses, one.decisions, one.amount) for one in tallies]


def as_csv(made: PerformanceSettlement) -> str:
    """Return a settlement's lines as CSV, with its sums first."""
    unit = made.performance.currency
    text = io.StringIO()
    writer = csv.writer(text)
    names = ("opening", "sold", "returned", "covered", "released", "closing", "may_come_back")
    for name in names:
        writer.writerow((name, decimal_text(getattr(made, name), UNITS[unit]), unit))
    writer.writerow(COLUMNS)
    for one in _lines(made.id):
        amount = decimal_text(one.amount, UNITS[unit])
        told = (one.day, KINDS.get(one.code, str(one.code)), amount, unit, one.pack, one.clauses)
        writer.writerow((*told, one.transfer_id, one.decision_id))
    return text.getvalue()


#: The ledger's codes to what files call them.
KINDS = {
    **dict.fromkeys(releasing.SOLD, "SOLD"),
    **dict.fromkeys(releasing.RETURNED, "RETURNED"),
    **dict.fromkeys(releasing.COVERED, "COVERED"),
    **dict.fromkeys(releasing.RELEASED, "RELEASED"),
}


def _lines(settlement_id: UUID) -> Iterable[PerformanceLine]:
    rows = PerformanceLine.objects.filter(settlement_id=settlement_id).order_by("id")
    return rows.iterator(chunk_size=1000)


def _sold(performance: Performance) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order__performance=performance, order__status=OrderStatus.PAID)


def _refunds(performance: Performance) -> QuerySet[Refund]:
    return Refund.objects.filter(order__performance=performance)


def _unsettled_cover(performance: Performance) -> int:
    """Return what was put back since the last settlement."""
    face = performance.face_account_id
    last = performance.settlements.order_by("last_seq").last()
    if face is None or last is None:
        return 0
    total, after = 0, last.last_seq
    while page := ledger.statement(face, after=after, limit=releasing.PAGE):
        total += sum(one.change for one in page if one.code in releasing.COVERED)
        after = page[-1].seq
    return total


def _int(value: object) -> int:
    return int(value) if isinstance(value, int) else int(str(value or 0))


def occupancy(categories: Sequence[OfCategory]) -> tuple[int, int]:
    """Return how many places are taken, and how many there are."""
    return sum(one.valid for one in categories), sum(one.capacity for one in categories)
