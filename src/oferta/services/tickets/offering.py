"""Making a performance and putting it on sale; its places are made once, set by set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection, transaction

from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import LANGUAGES
from oferta.kernel.ids import uuid7
from oferta.kernel.money import UNITS
from oferta.services.tickets import accounts, phone_codes, pricing
from oferta.services.tickets.errors import BadCatalogue, UnknownPerformance, WrongCurrency
from oferta.services.tickets.kinds import OFFER_MINUTES, OFFER_MINUTES_MIN, PhoneCode
from oferta.services.tickets.models import (
    Hall,
    HallSeat,
    Performance,
    PerformanceChange,
    PriceCategory,
    PromoCode,
    Quota,
    Venue,
)
from oferta.services.tickets.types import Stage

#: Places of one category; more want another design (research: sharded counters).
PLACES_MAX = 100_000
SEAT_STEPS = 1_000
#: A week: who waits next would wait for nothing.
OFFER_MINUTES_MAX = 7 * 24 * 60
#: The fact by which packs of sale and of refunds are told a price; its unit is theirs.
NOMINAL = "ticket_nominal"
#: 100%, in the ten-thousandths of a percent that the terms count in.
WHOLE = 100_0000
#: Source of what gates ask of telephones where it was said when the performance was made.
AS_MADE = "as it was offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerformance:
    """A performance to be."""

    #: The operator's own name for it.
    key: str
    operator: str
    organiser: str
    hall_id: int
    #: Language to title.
    titles: dict[str, str]
    starts_at: datetime
    sale_starts_at: datetime
    #: None: at the start of the performance.
    sale_ends_at: datetime | None = None
    currency: str = "RUB"
    sale_pack: str = "ticket-sale"
    refund_pack: str = "ticket-refunds"
    hold_minutes: int = 15
    per_order_max: int = 10
    #: How long a place that came free is held for who waits first, at most.
    offer_minutes: int = OFFER_MINUTES
    reentry: bool = False
    #: What gates ask of telephones.
    phone_code: PhoneCode = PhoneCode.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCategory:
    """Places of one price: so many of general admission, or these seats of the hall."""

    name: str
    #: Minor units.
    nominal: int
    #: General admission; 0 where there are seats.
    count: int = 0
    #: Seats of the hall, by sector; all of them if it is empty and `count` is 0.
    sectors: tuple[str, ...] = ()
    quota_id: int | None = None


def make_venue(venue: Venue) -> Venue:
    """Keep a venue.

    Raises:
        BadCatalogue: its time zone is none.
    """
    try:
        ZoneInfo(venue.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadCatalogue(
            field="time_zone", given=venue.time_zone, expected="an IANA time zone, as Europe/Moscow"
        ) from None
    venue.save()
    return venue


def make_seats(hall: Hall, *, rows: int, per_row: int, sector: str = "") -> None:
    """Give a rectangular hall its numbered seats; a seat that is there stays as it is.

    The best seats, given first to who asks for any, are those in the middle near the stage.
    """
    middle = (per_row + 1) / 2
    HallSeat.objects.bulk_create(
        [
            HallSeat(
                hall=hall,
                sector=sector,
                row=str(row),
                number=str(number),
                x=number,
                y=row,
                rank=row * SEAT_STEPS + int(abs(number - middle) * 2),
            )
            for row in range(1, rows + 1)
            for number in range(1, per_row + 1)
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def make_performance(new: NewPerformance, *, now: datetime) -> Performance:
    """Keep a performance as a draft; one of the same key is answered as it is.

    Raises:
        BadCatalogue: a value that cannot be.
        WrongCurrency: the terms of sale or of refunds count in another one.
        UnknownPack, NotInForce: it cannot be sold under these terms.
    """
    known = Performance.objects.filter(key=new.key).first()
    if known is not None:
        return known
    _check(new)
    made = Performance(
        id=uuid7(),
        key=new.key,
        operator_id=new.operator,
        organiser_id=new.organiser,
        hall_id=new.hall_id,
        titles=new.titles,
        starts_at=zoned(new.starts_at),
        sale_starts_at=zoned(new.sale_starts_at),
        sale_ends_at=zoned(new.sale_ends_at or new.starts_at),
        currency=new.currency,
        sale_pack=new.sale_pack,
        refund_pack=new.refund_pack,
        hold_minutes=new.hold_minutes,
        per_order_max=new.per_order_max,
        offer_minutes=new.offer_minutes,
        reentry=new.reentry,
    )
    pricing.refund_terms(new.refund_pack, made.hall.venue.time_zone, zoned(now))
    for pack in (new.sale_pack, new.refund_pack):
        _check_operator(new.operator, pack)
        _check_currency(new.currency, pack)
    accounts.open_for(made)
    made.save(force_insert=True)
    phone_codes.ask(made.id, new.phone_code, source=AS_MADE, now=now)
    made.refresh_from_db()
    return made


@transaction.atomic
def add_category(performance_id: UUID, new: NewCategory) -> PriceCategory:
    """Add places of one price to a performance; every sellable place is a row of its own.

    Raises:
        UnknownPerformance: there is none.
        BadCatalogue: no places, too many, a name that is taken, or a price below zero.
    """
    performance = _locked(performance_id)
    if new.nominal < 0:
        raise BadCatalogue(field="nominal", given=str(new.nominal), expected="0 or more")
    if performance.categories.filter(name=new.name).exists():
        raise BadCatalogue(field="name", given=new.name, expected="a name not used before")
    category = PriceCategory.objects.create(
        performance=performance,
        name=new.name,
        nominal=new.nominal,
        numbered=new.count == 0,
        quota_id=new.quota_id,
    )
    made = _general(category, new.count) if new.count else _numbered(category, new.sectors)
    if not 0 < made <= PLACES_MAX:
        raise BadCatalogue(field="count", given=str(made), expected=f"1 to {PLACES_MAX} places")
    category.capacity = made
    category.save(update_fields=["capacity"])
    return category


@transaction.atomic
def add_promo(
    performance_id: UUID,
    code: str,
    *,
    percent: int,
    starts_at: datetime,
    ends_at: datetime,
    uses: int | None = None,
) -> PromoCode:
    """Let a word lower the price of tickets.

    Args:
        performance_id: of what.
        code: compared without regard to case.
        percent: ten-thousandths of a percent.
        starts_at: from when it holds.
        ends_at: from when it does not.
        uses: for how many tickets; None: for as many as there are places.

    Raises:
        UnknownPerformance: there is none.
        BadCatalogue: a percent or number that cannot be.
    """
    performance = _locked(performance_id)
    if not 0 < percent <= WHOLE or (uses is not None and uses < 1):
        raise BadCatalogue(
            field="percent", given=str(percent), expected="1 to 1000000, uses above 0"
        )
    text = code.strip().upper()
    quota = uses and Quota.objects.create(performance=performance, name=f"promo {text}", size=uses)
    return PromoCode.objects.create(
        performance=performance,
        code=text,
        percent=percent,
        starts_at=zoned(starts_at),
        ends_at=zoned(ends_at),
        quota=quota or None,
    )


@transaction.atomic
def resize_quota(quota_id: int, size: int) -> Quota:
    """Let more or fewer tickets be sold under a quota; what is more goes to who waits first.

    Args:
        quota_id: which.
        size: the new number of tickets; what is reserved and sold stays.

    Raises:
        BadCatalogue: no such quota, or more is reserved and sold.
    """
    row = Quota.objects.select_for_update().filter(id=quota_id).first()
    if row is None or size < row.used:
        expected = f"{row.used} or more" if row else "a quota on file"
        raise BadCatalogue(field="size", given=str(size), expected=expected)
    row.size = size
    row.save(update_fields=["size"])
    return row


@transaction.atomic
def open_sale(performance_id: UUID, *, source: str, now: datetime) -> None:
    """Put a draft or a postponed performance on sale, and note on whose word (TR-07).

    Raises:
        UnknownPerformance: there is none.
        BadCatalogue: it has no places, or is over.
    """
    performance = _locked(performance_id)
    if performance.stage not in (Stage.DRAFT, Stage.POSTPONED):
        raise BadCatalogue(field="stage", given=performance.stage, expected="draft or postponed")
    if not performance.categories.exists():
        raise BadCatalogue(field="categories", given="none", expected="at least one")
    performance.stage = Stage.ON_SALE
    performance.save(update_fields=["stage"])
    PerformanceChange.objects.create(
        performance=performance,
        changed_at=zoned(now),
        stage=Stage.ON_SALE,
        starts_before=performance.starts_at,
        starts_at=performance.starts_at,
        source=source,
        effective_at=now,
    )


_GENERAL = """
INSERT INTO tickets_place (performance_id, category_id, rank, status)
SELECT %s, %s, number, 'free' FROM generate_series(1, %s) AS number
"""
_NUMBERED = """
INSERT INTO tickets_place (performance_id, category_id, seat_id, rank, status)
SELECT %s, %s, seat.id, seat.rank, 'free' FROM tickets_hallseat AS seat
WHERE seat.hall_id = %s AND (%s OR seat.sector = ANY(%s))
  AND NOT EXISTS (SELECT 1 FROM tickets_place AS taken
                  WHERE taken.performance_id = %s AND taken.seat_id = seat.id)
"""


def _general(category: PriceCategory, count: int) -> int:
    if count > PLACES_MAX:
        return count
    return _made(_GENERAL, [category.performance_id, category.id, count])


def _numbered(category: PriceCategory, sectors: Sequence[str]) -> int:
    performance = category.performance
    return _made(
        _NUMBERED,
        [
            performance.id,
            category.id,
            performance.hall_id,
            not sectors,
            list(sectors),
            performance.id,
        ],
    )


def _made(statement: str, params: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def _locked(performance_id: UUID) -> Performance:
    found = Performance.objects.select_for_update().filter(id=performance_id).first()
    if found is None:
        raise UnknownPerformance(performance=str(performance_id))
    return found


def _check_operator(operator: str, pack: str) -> None:
    """Refuse who sells without terms: a buyer could be told nothing of refunds (TR-05)."""
    fact = shelf.terms().pack(pack).facts.get("operator")
    if fact is not None and fact.type.values and operator not in fact.type.values:
        known = ", ".join(fact.type.values)
        raise BadCatalogue(field="operator", given=operator, expected=f"{known}: {pack} has terms")


def _check_currency(currency: str, pack: str) -> None:
    """Refuse a currency that the terms do not count in: every price of theirs would be refused."""
    nominal = shelf.terms().pack(pack).facts.get(NOMINAL)
    if nominal is not None and nominal.type.unit and nominal.type.unit != currency:
        raise WrongCurrency(
            field="currency",
            given=currency,
            expected=f"{nominal.type.unit}, as {pack} counts",
            pack=pack,
        )


def _check(new: NewPerformance) -> None:
    wrong: dict[str, tuple[str, str]] = {}
    if not new.titles or set(new.titles) - set(LANGUAGES) or not all(new.titles.values()):
        wrong["titles"] = (str(new.titles)[:200], f"titles by language: {', '.join(LANGUAGES)}")
    if new.currency not in UNITS:
        wrong["currency"] = (new.currency, ", ".join(sorted(UNITS)))
    if not timedelta(0) < (new.sale_ends_at or new.starts_at) - new.sale_starts_at:
        wrong["sale_ends_at"] = (str(new.sale_ends_at), "after the sale begins")
    if new.hold_minutes < 1 or new.per_order_max < 1:
        wrong["hold_minutes"] = (f"{new.hold_minutes}, {new.per_order_max}", "above zero")
    if not OFFER_MINUTES_MIN <= new.offer_minutes <= OFFER_MINUTES_MAX:
        expected = f"{OFFER_MINUTES_MIN} to {OFFER_MINUTES_MAX}"
        wrong["offer_minutes"] = (str(new.offer_minutes), expected)
    for field, (given, expected) in wrong.items():
        raise BadCatalogue(field=field, given=given, expected=expected)
