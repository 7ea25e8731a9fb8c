"""What is on sale, and what is left of it: for pages and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from oferta.kernel import asking
from oferta.kernel.clock import zoned
from oferta.services.tickets import offers, places, pricing, queries
from oferta.services.tickets.models import Performance, PriceCategory
from oferta.services.tickets.types import Price, SaleChannel, Stage, TermsKept

#: Places whose hold is over are free, though their row still says held. What somebody waits for
#: is theirs first, and of a quota no more can be bought than it has left.
_LEFT = f"""
SELECT category.id, least(
    (SELECT count(*) FROM tickets_place
     WHERE category_id = category.id
       AND (status = 'free' OR (status = 'held' AND hold_until <= %(now)s))),
    (SELECT size - used FROM tickets_quota WHERE id = category.quota_id))
FROM tickets_pricecategory AS category
WHERE category.id = ANY(%(categories)s) AND NOT {places.WAITED}
"""  # noqa: S608 - constants only
_PLACES = f"""
SELECT place.id, place.category_id, seat.sector, seat.row, seat.number, seat.x, seat.y,
       (place.status = 'free' OR (place.status = 'held' AND place.hold_until <= %(now)s))
       AND place.category_id <> ALL(ARRAY(
           SELECT category.id FROM tickets_pricecategory AS category
           WHERE category.performance_id = %(performance)s AND {places.WAITED}))
FROM tickets_place AS place JOIN tickets_hallseat AS seat ON seat.id = place.seat_id
WHERE place.performance_id = %(performance)s
ORDER BY seat.y, seat.x, place.id
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Left:
    """A category with what a ticket of it costs now, and how many there are."""

    id: int
    name: str
    numbered: bool
    price: Price
    left: int


@dataclass(frozen=True, slots=True)
class SeatLeft:
    """A numbered place on the plan, and whether it may be chosen."""

    id: int
    category_id: int
    sector: str
    row: str
    number: str
    x: int
    y: int
    free: bool


def coming(*, now: datetime, after: tuple[datetime, UUID] | None, limit: int) -> list[Performance]:
    """Return performances that have not begun and are no drafts, the nearest first."""
    rows = Performance.objects.exclude(stage=Stage.DRAFT).filter(starts_at__gt=zoned(now))
    if after is not None:
        moment, last = after
        rows = rows.filter(Q(starts_at__gt=moment) | Q(starts_at=moment, id__gt=last))
    rows = rows.select_related("operator", "organiser", "hall__venue")
    return list(rows.order_by("starts_at", "id")[:limit])


def categories(
    performance_id: UUID, *, channel: str = SaleChannel.SITE, now: datetime
) -> list[Left]:
    """Return the categories of a performance, their prices by the terms, and what is left.

    Raises:
        UnknownPerformance: there is none.
    """
    moment = zoned(now)
    rows = list(PriceCategory.objects.filter(performance_id=performance_id).order_by("id"))
    offer, _, _ = offers.read(performance_id, (), "", now=moment)
    left = dict(asking.rows(_LEFT, {"categories": [one.id for one in rows], "now": moment}))
    return [
        Left(
            row.id,
            row.name,
            row.numbered,
            pricing.price_of(offer, row.nominal, 0, channel=channel, at=moment),
            left.get(row.id, 0),
        )
        for row in rows
    ]


def seats(performance_id: UUID, *, now: datetime) -> Sequence[SeatLeft]:
    """Return every numbered place of a performance, by rows.

    Raises:
        UnknownPerformance: there is none.
    """
    queries.performance(performance_id)
    params = {"performance": performance_id, "now": zoned(now)}
    return [SeatLeft(*row) for row in asking.rows(_PLACES, params)]


def refund_terms(performance: Performance, *, now: datetime) -> TermsKept:
    """Return the refund terms that who buys now will keep."""
    return pricing.refund_terms(
        performance.refund_pack, performance.hall.venue.time_zone, zoned(now)
    )
