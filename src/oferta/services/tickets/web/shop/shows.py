"""What is on, found by words, city and day: one statement a page, whatever it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from oferta.kernel import asking
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money
from oferta.services.tickets import offers, pricing
from oferta.services.tickets.offers import Offer
from oferta.services.tickets.types import SaleChannel, Stage
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.parts import Chip, Titled

#: On a page of the listing.
AT_A_TIME = 30
#: A share of the places below which "few left" is said, in percent.
FEW = 10

_COMING = "performance.stage <> 'draft' AND performance.starts_at > %(now)s"
_FOUND = f"""
SELECT {offers.COLUMNS}, performance.starts_at, venue.name, venue.city, hall.name, operator.name,
       coalesce(prices.open, prices.least), prices.capacity, prices.sold
FROM {offers.JOINED}
JOIN tickets_operator AS operator ON operator.key = performance.operator_id
LEFT JOIN LATERAL (
    SELECT min(nominal) AS least, min(nominal) FILTER (WHERE sold < capacity) AS open,
           sum(capacity) AS capacity, sum(sold) AS sold
    FROM tickets_pricecategory WHERE performance_id = performance.id
) AS prices ON true
WHERE {_COMING}
  AND (%(city)s = '' OR venue.city = %(city)s)
  AND (%(day)s::date IS NULL
       OR (performance.starts_at AT TIME ZONE venue.time_zone)::date = %(day)s::date)
  AND (%(text)s = '' OR strpos(
        lower(concat_ws(' ', performance.titles::text, venue.name, venue.city, organiser.name)),
        lower(%(text)s)) > 0)
ORDER BY performance.starts_at, performance.id
LIMIT {AT_A_TIME} + 1 OFFSET %(skip)s
"""  # noqa: S608 - constants only
_CITIES = f"""
SELECT DISTINCT venue.city FROM {offers.JOINED} WHERE {_COMING} ORDER BY venue.city
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody looks for."""

    text: str = ""
    city: str = ""
    day: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A performance on the listing."""

    offer: Offer
    titled: Titled
    starts_at: datetime
    venue: str
    city: str
    hall: str
    operator: str
    chip: Chip
    #: The cheapest ticket that may be left, with its fee; None where nothing is sold.
    least: Money | None
    few: bool


def found(wish: Wish, language: Language, *, now: datetime) -> tuple[list[Show], bool]:
    """Return performances that have not begun, the nearest first, and whether there are more."""
    rows = asking.rows(
        _FOUND,
        {
            "now": now,
            "city": wish.city,
            "day": wish.day,
            "text": wish.text.strip(),
            "skip": (wish.page - 1) * AT_A_TIME,
        },
    )
    shown = [_show(row, language, now) for row in rows[:AT_A_TIME]]
    return shown, len(rows) > AT_A_TIME


def cities(*, now: datetime) -> list[str]:
    """Return where something is on."""
    return [str(city) for (city,) in asking.rows(_CITIES, {"now": now})]


def _show(row: Any, language: Language, now: datetime) -> Show:
    offer = offers.offer_of(row[: offers.COLUMN_COUNT])
    starts_at, venue, city, hall, operator, least, capacity, sold = row[offers.COLUMN_COUNT :]
    left = int(capacity or 0) - int(sold or 0)
    sells = offer.stage == Stage.ON_SALE and left > 0 and now < offer.sale_ends_at
    return Show(
        offer=offer,
        titled=parts.title(offer.titles, language),
        starts_at=starts_at,
        venue=venue,
        city=city,
        hall=hall,
        operator=operator,
        chip=parts.stage(offer, left=left, now=now),
        least=_least(offer, least, now) if sells else None,
        few=sells and now >= offer.sale_starts_at and left * 100 < int(capacity) * FEW,
    )


def _least(offer: Offer, nominal: int, now: datetime) -> Money:
    """Return what the cheapest ticket costs in all: no fee comes as a surprise later."""
    price = pricing.price_of(offer, nominal, 0, channel=SaleChannel.SITE, at=now)
    return Money(price.price + price.service_fee, offer.currency)


def asked(given: Mapping[str, str]) -> tuple[Wish, bool]:
    """Read what somebody looks for; the second part tells whether the day could not be read."""
    text, city = given.get("q", "")[:100], given.get("city", "")[:100]
    page = given.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < len("1000") else 1
    try:
        day, wrong = (date.fromisoformat(given["day"]) if given.get("day") else None), False
    except ValueError:
        day, wrong = None, True
    clean = {"text": text.replace("\0", ""), "city": city.replace("\0", "")}
    return Wish(**clean, day=day, page=max(1, number)), wrong
