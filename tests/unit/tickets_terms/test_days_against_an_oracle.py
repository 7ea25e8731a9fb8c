"""Days before a performance, counted by a plain oracle, at every step, operator, zone and hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from oferta.services.tickets.refunding.facts import Claim, Sold
from oferta.services.tickets.refunding.quoting import total_of

#: Of the ladder: at least so many days, this percent (TR-18 to TR-22).
STEPS = ((10, 100), (5, 50), (3, 30))
#: Operator: does the day of filing count? The day of the performance never does (TR-23, TR-24).
FILING_COUNTS = {"kassir": True, "redkassa": False, "kassy": True}
#: Where clocks change between filing and performance, and where they do not.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Europe/Moscow",
    "Asia/Almaty",
    "Asia/Vladivostok",
    "Pacific/Kiritimati",
    "Pacific/Niue",
)
#: Days of performances about which clocks go forward or back, a leap day, a new year.
DAYS = (
    date(2026, 3, 29),
    date(2026, 4, 2),
    date(2026, 10, 25),
    date(2026, 11, 3),
    date(2026, 3, 8),
    date(2026, 3, 14),
    date(2028, 3, 2),
    date(2027, 1, 4),
)
#: The first and the last moment of a day, both hours that a change skips or doubles, noon.
HOURS = (time(0, 0), time(2, 30), time(3, 0), time(12, 0), time(23, 59, 59))
PRICE = 100_000


def counted(operator: str, filed: date, performance: date) -> int:
    """Count by walking the calendar, one day after the other."""
    days, day = 0, filed
    while day < performance:
        if day != filed or FILING_COUNTS[operator]:
            days += 1
        day += timedelta(days=1)
    return days


def expected(operator: str, filed: date, performance: date) -> int:
    """Return what comes back, by the ladder and the plain count."""
    days = counted(operator, filed, performance)
    share = next((percent for least, percent in STEPS if days >= least), 0)
    return PRICE * share // 100


def sold(operator: str, zone: str, starts_at: datetime) -> Sold:
    return Sold(
        ticket_id=UUID(int=1),
        place="",
        operator=operator,
        pack="ticket-refunds",
        edition="2024-03-22",
        unit="RUB",
        starts_at=starts_at,
        new_starts_at=None,
        time_zone=zone,
        bought_at=datetime(2026, 1, 1, tzinfo=UTC),
        on_promotion=False,
        used=False,
        nominal=PRICE,
        paid=PRICE,
        service_fee=0,
        delivery=0,
        carrier="electronic",
        paid_by="card",
        surrendered=False,
        high_alert=False,
        regime_ended_on=None,
        organiser_accepts_before=None,
    )


def gives(ticket: Sold, filed_at: datetime) -> int:
    claim = Claim(reason="own_wish", requested_at=filed_at, decided_at=filed_at)
    return total_of([ticket], claim)[0]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("operator", FILING_COUNTS)
def test_every_step_of_the_ladder_agrees_with_a_plain_count(operator: str, zone: str) -> None:
    # TR-18 to TR-26: whole calendar days of the venue, whatever its clocks do
    here = ZoneInfo(zone)
    for day in DAYS:
        ticket = sold(operator, zone, datetime.combine(day, time(19), here))
        for least, _ in STEPS:
            for near in range(least - 1, least + 3):
                filed = day - timedelta(days=near)
                for hour in HOURS:
                    at = datetime.combine(filed, hour, here)
                    # A skipped hour is no hour of that day: what counts is the moment it names.
                    local = at.astimezone(UTC).astimezone(here).date()
                    assert gives(ticket, at) == expected(operator, local, day), (day, at)


@pytest.mark.parametrize("operator", FILING_COUNTS)
def test_midnight_of_the_venue_parts_the_days_not_that_of_the_buyer(operator: str) -> None:
    # TR-26: filed in the same second, a buyer's own clocks say another day
    day, here = date(2026, 6, 20), ZoneInfo("Asia/Vladivostok")
    ticket = sold(operator, "Asia/Vladivostok", datetime.combine(day, time(19), here))
    midnight = datetime.combine(date(2026, 6, 11), time(0), here)
    last = midnight - timedelta(seconds=1)
    assert last.astimezone(ZoneInfo("Europe/Moscow")).date() == date(2026, 6, 10)
    assert midnight.astimezone(ZoneInfo("Europe/Moscow")).date() == date(2026, 6, 10)
    assert gives(ticket, last) == expected(operator, date(2026, 6, 10), day)
    assert gives(ticket, midnight) == expected(operator, date(2026, 6, 11), day)
    assert gives(ticket, last) == (100_000 if FILING_COUNTS[operator] else 50_000)
    assert gives(ticket, midnight) == 50_000


@pytest.mark.parametrize("start", [time(0, 30), time(2, 30), time(23, 30)])
def test_the_hour_of_the_performance_moves_no_day(start: time) -> None:
    # The day on which Berlin's clocks go back has 25 hours, and is one day.
    here, day = ZoneInfo("Europe/Berlin"), date(2026, 10, 25)
    ticket = sold("kassir", "Europe/Berlin", datetime.combine(day, start, here))
    for before in (10, 9, 5, 4, 3, 2):
        at = datetime.combine(day - timedelta(days=before), time(23, 59), here)
        assert gives(ticket, at) == expected("kassir", at.date(), day)
