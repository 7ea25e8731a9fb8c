"""The report of a period: what an organiser's performances took, gave back and were paid for.

A day is one of the venue: a sale counts on the day it was paid, a refund on the day it was granted,
a settlement and a payment on the day they were made.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum

from oferta.services.tickets.errors import BadCatalogue
from oferta.services.tickets.models import (
    OrderLine,
    OrganiserPayment,
    Performance,
    PerformanceSettlement,
    Refund,
)
from oferta.services.tickets.types import OrderStatus

#: Days of one report.
DAYS_MAX = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPerformance:
    """What a performance saw in a period; minor units of its currency."""

    performance: Performance
    tickets: int = 0
    sold: int = 0
    tickets_returned: int = 0
    returned: int = 0
    released: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What all of an organiser's performances saw from one day through another."""

    since: date
    until: date
    #: Only performances that saw something, by their start.
    performances: list[OfPerformance]
    payments: list[OrganiserPayment] = field(default_factory=list)


def of(organiser: str, since: date, until: date) -> Period:
    """Return the report of an organiser's period, its last day included.

    Raises:
        BadCatalogue: the days are in the wrong order or too far apart.
    """
    if not since <= until <= since + timedelta(days=DAYS_MAX - 1):
        expected = f"{since.isoformat()} or up to {DAYS_MAX} days from it"
        raise BadCatalogue(field="until", given=until.isoformat(), expected=expected)
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    own = Performance.objects.filter(organiser_id=organiser)
    for zone in set(own.values_list("hall__venue__time_zone", flat=True)):
        _add(found, organiser, zone, _moments(since, until, zone))
    rows = Performance.objects.filter(id__in=found).order_by("starts_at", "id")
    return Period(
        since=since,
        until=until,
        performances=[OfPerformance(performance=one, **found[one.id]) for one in rows],
        payments=_payments(organiser, since, until),
    )


def _add(
    found: dict[UUID, dict[str, int]],
    organiser: str,
    zone: str,
    moments: tuple[datetime, datetime],
) -> None:
    """Add what performances of venues in one time zone saw."""
    here = Q(order__performance__organiser_id=organiser) & Q(
        order__performance__hall__venue__time_zone=zone
    )
    which = "order__performance_id"
    sold = OrderLine.objects.filter(
        here, order__status=OrderStatus.PAID, order__paid_at__range=moments
    )
    for id_, number, sum_ in sold.values_list(which).annotate(Count("id"), Sum("price")):
        found[id_] |= {"tickets": number, "sold": sum_}
    back = Refund.objects.filter(here, decided_at__range=moments)
    for id_, number, sum_ in back.values_list(which).annotate(Count("id"), Sum("ticket_money")):
        found[id_] |= {"tickets_returned": number, "returned": sum_}
    settled = PerformanceSettlement.objects.filter(
        performance__organiser_id=organiser,
        performance__hall__venue__time_zone=zone,
        settled_at__range=moments,
    )
    for id_, sum_ in settled.values_list("performance_id").annotate(Sum("released")):
        found[id_] |= {"released": sum_}


def _payments(organiser: str, since: date, until: date) -> list[OrganiserPayment]:
    rows = OrganiserPayment.objects.filter(
        organiser_id=organiser, ordered_at__range=_moments(since, until, "Europe/Moscow")
    )
    return list(rows.order_by("id"))


def _moments(since: date, until: date, zone: str) -> tuple[datetime, datetime]:
    """Return the first and the last moment of a period by a zone's clocks."""
    there = ZoneInfo(zone)
    end = datetime.combine(until + timedelta(days=1), time.min, there)
    return datetime.combine(since, time.min, there), end - timedelta(microseconds=1)
