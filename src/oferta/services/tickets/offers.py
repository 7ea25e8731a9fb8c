"""What a performance is sold as, read in one statement: a rush asks for it with every order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from oferta.kernel import asking
from oferta.kernel.jsontext import loaded
from oferta.services.tickets.errors import UnknownPerformance


@dataclass(frozen=True, slots=True)
class Offer:
    """A performance, as far as selling it goes."""

    id: UUID
    key: str
    titles: Mapping[str, str]
    operator: str
    #: The organiser is a private one.
    private: bool
    time_zone: str
    stage: str
    sale_starts_at: datetime
    sale_ends_at: datetime
    currency: str
    sale_pack: str
    refund_pack: str
    hold_minutes: int
    per_order_max: int
    #: Accounts of the ledger.
    face: int
    fees: int
    delivery: int


@dataclass(frozen=True, slots=True)
class Category:
    """Places of one price."""

    id: int
    name: str
    #: Minor units.
    nominal: int
    quota_id: int | None
    #: Somebody waits for one and has no offer yet.
    waited: bool


@dataclass(frozen=True, slots=True)
class Promo:
    """A word that lowers the price."""

    id: int
    #: In ten-thousandths of a percent.
    percent: int
    quota_id: int | None
    valid: bool


#: Columns of an `Offer`, for statements that join performance, organiser, hall and venue.
COLUMNS = (
    "performance.id, performance.key, performance.titles::text, performance.operator_id,"
    " organiser.private, venue.time_zone, performance.stage, performance.sale_starts_at,"
    " performance.sale_ends_at, performance.currency, performance.sale_pack,"
    " performance.refund_pack, performance.hold_minutes, performance.per_order_max,"
    " performance.face_account_id, performance.fee_account_id, performance.delivery_account_id"
)
COLUMN_COUNT = COLUMNS.count(",") + 1
JOINED = (
    "tickets_performance AS performance"
    " JOIN tickets_organiser AS organiser ON organiser.key = performance.organiser_id"
    " JOIN tickets_hall AS hall ON hall.id = performance.hall_id"
    " JOIN tickets_venue AS venue ON venue.key = hall.venue_id"
)
_READ = f"""
SELECT {COLUMNS},
    (SELECT json_agg(json_build_array(category.id, category.name, category.nominal,
                                      category.quota_id,
        EXISTS (SELECT FROM tickets_waitingentry AS entry
                WHERE entry.performance_id = category.performance_id
                  AND (entry.category_id IS NULL OR entry.category_id = category.id)
                  AND entry.left_at IS NULL AND entry.order_id IS NULL)))
     FROM tickets_pricecategory AS category
     WHERE category.performance_id = performance.id
       AND category.id = ANY(%(categories)s))::text,
    (SELECT json_build_array(promo.id, promo.percent, promo.quota_id,
                             promo.starts_at <= %(now)s AND %(now)s < promo.ends_at)
     FROM tickets_promocode AS promo
     WHERE promo.performance_id = performance.id AND promo.code = %(promo)s)::text
FROM {JOINED}
WHERE performance.id = %(performance)s
"""  # noqa: S608 - constants only


def read(
    performance_id: UUID, categories: Iterable[int], promo: str, *, now: datetime
) -> tuple[Offer, dict[int, Category], Promo | None]:
    """Return a performance, those of the categories that are its own, and the promo code if it is.

    Raises:
        UnknownPerformance: there is none.
    """
    found = asking.rows(
        _READ,
        {
            "performance": performance_id,
            "categories": list(categories),
            "promo": promo,
            "now": now,
        },
    )
    if not found:
        raise UnknownPerformance(performance=str(performance_id))
    (row,) = found
    categories_found = [Category(*one) for one in loaded(row[COLUMN_COUNT] or "[]")]
    known = row[COLUMN_COUNT + 1]
    return (
        offer_of(row[:COLUMN_COUNT]),
        {one.id: one for one in categories_found},
        Promo(*loaded(known)) if known else None,
    )


def offer_of(row: Sequence[Any]) -> Offer:
    """Return the offer that a row of `COLUMNS` tells."""
    first, key, titles, *rest = row
    return Offer(first, key, loaded(titles), *rest)
