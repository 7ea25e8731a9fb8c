"""How days are counted is a term (TR-23 to TR-26, TR-83, TR-87, TR-106)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import day

from oferta.core.terms import reference_values as reference
from oferta.core.terms.counting import (
    LAST_DAY,
    Refused,
    Uncovered,
    UnknownZone,
    add_days,
    add_months,
    date_of,
    days,
    elapsed,
)
from oferta.core.terms.types import Calendar, Counting, Window

RU = Calendar(
    name="ru-working",
    weekend=frozenset({5, 6}),
    holidays=frozenset({day("2026-01-01"), day("2026-01-02"), day("2026-05-01")}),
    workdays=frozenset({day("2026-01-10")}),
)


def counting(
    *, first: bool = False, last: bool = False, calendar: Calendar | None = None
) -> Counting:
    return Counting("c", calendar, first, last, "Europe/Moscow", time_zone_is_fact=False)


def moment(written: str) -> int:
    told = datetime.fromisoformat(written) - datetime(1970, 1, 1, tzinfo=UTC)
    return told // timedelta(microseconds=1)


def test_from_the_tenth_to_the_twentieth_is_ten_days_without_the_day_of_the_event_tr_23() -> None:
    text = counting(first=True, last=False)
    assert days(day("2026-03-10"), day("2026-03-20"), text) == 10


def test_the_same_dates_are_nine_days_if_neither_end_counts_tr_24_tr_25() -> None:
    assert days(day("2026-03-10"), day("2026-03-20"), counting()) == 9


def test_both_ends_counted_make_eleven() -> None:
    assert days(day("2026-03-10"), day("2026-03-20"), counting(first=True, last=True)) == 11


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [(True, True, 1), (True, False, 0), (False, True, 0), (False, False, 0)],
)
def test_a_day_to_itself_is_one_day_only_if_both_ends_count(
    first: bool, last: bool, found: int
) -> None:
    assert days(100, 100, counting(first=first, last=last)) == found


@pytest.mark.parametrize("ends", [{"first": True, "last": True}, {}])
def test_how_late_something_is_does_not_hang_on_the_ends(ends: dict[str, bool]) -> None:
    assert days(day("2026-03-20"), day("2026-03-10"), counting(**ends)) == -10


def test_working_days_leave_out_weekends_and_holidays_and_keep_worked_saturdays() -> None:
    # 2026-01-05 is a Monday; Saturday the 10th is worked.
    assert days(day("2026-01-01"), day("2026-01-11"), counting(calendar=RU, last=True)) == 6


def test_ten_working_days_from_sending_end_two_weeks_later_tr_83() -> None:
    assert add_days(day("2026-03-02"), 10, counting(calendar=RU)) == day("2026-03-16")


def test_a_term_counts_its_first_day_only_if_the_counting_says_so() -> None:
    assert add_days(100, 5, counting(first=True)) == 104
    assert add_days(100, 5, counting()) == 105


def test_a_term_of_no_days_ends_on_the_day_it_starts() -> None:
    assert add_days(day("2026-01-04"), 0, counting(calendar=RU)) == day("2026-01-04")


def test_a_first_day_that_is_off_is_no_day_of_a_working_term() -> None:
    sunday = day("2026-03-01")
    assert add_days(sunday, 1, counting(calendar=RU, first=True)) == day("2026-03-02")


def test_a_negative_term_is_refused() -> None:
    with pytest.raises(Refused):
        add_days(100, -1, counting())


@pytest.mark.parametrize("calendar", [None, RU])
def test_a_term_beyond_the_year_9999_is_refused_at_once(calendar: Calendar | None) -> None:
    with pytest.raises(Refused):
        add_days(100, 10**15, counting(calendar=calendar))


def test_a_calendar_of_no_working_day_is_refused_and_not_walked_for_ever() -> None:
    never = Calendar("never", frozenset(range(7)), frozenset(), frozenset())
    with pytest.raises(Refused):
        add_days(100, 1, counting(calendar=never))


def test_a_day_that_the_calendar_does_not_cover_is_not_counted_silently() -> None:
    year = Calendar(
        "2026", RU.weekend, RU.holidays, RU.workdays, Window(day("2026-01-01"), day("2026-12-31"))
    )
    with pytest.raises(Uncovered) as outside:
        add_days(day("2026-12-30"), 5, counting(calendar=year))
    assert outside.value.day == day("2027-01-01")
    with pytest.raises(Uncovered):
        days(day("2025-12-30"), day("2026-01-05"), counting(calendar=year))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-12-15", 1, "2025-01-15"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2020-03-15", 18, "2021-09-15"),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month_tr_106(
    start: str, months: int, end: str
) -> None:
    assert add_months(day(start), months) == day(end)


@pytest.mark.parametrize("months", [10**9, -(10**9)])
def test_months_out_of_the_calendar_are_refused(months: int) -> None:
    with pytest.raises(Refused):
        add_months(100, months)


def test_the_zone_says_which_day_it_is_in_vladivostok_and_moscow_tr_26() -> None:
    asked = moment("2026-03-09T15:30:00+00:00")
    assert date_of(asked, "Asia/Vladivostok") == day("2026-03-10")
    assert date_of(asked, "Europe/Moscow") == day("2026-03-09")


def test_a_day_of_25_hours_is_one_day() -> None:
    zone = ZoneInfo("Europe/Berlin")
    night = datetime(2026, 10, 25, tzinfo=zone)
    last = datetime(2026, 10, 25, 23, 59, 59, 999_999, tzinfo=zone)
    assert date_of(moment(night.isoformat()), "Europe/Berlin") == day("2026-10-25")
    assert date_of(moment(last.isoformat()), "Europe/Berlin") == day("2026-10-25")
    assert elapsed(moment(night.isoformat()), moment(last.isoformat())) == 25 * 3_600_000_000 - 1


def test_kazakhstan_changed_its_zone_in_2024() -> None:
    before, after = moment("2024-02-28T18:30:00+00:00"), moment("2024-03-02T18:30:00+00:00")
    assert date_of(before, "Asia/Almaty") == day("2024-02-29")
    assert date_of(after, "Asia/Almaty") == day("2024-03-02")


def test_a_moment_before_1970_has_its_day_too() -> None:
    assert date_of(-1, "UTC") == -1


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "/etc/passwd", "Asia"])
def test_a_name_that_is_no_zone_is_refused_and_reads_no_file(name: str) -> None:
    with pytest.raises(UnknownZone):
        date_of(0, name)


def test_a_moment_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(Refused):
        date_of((LAST_DAY + 400) * 86_400_000_000, "UTC")


weekdays = st.frozensets(st.integers(0, 6), max_size=6)
near = st.integers(20_000, 20_060)
calendars = st.builds(
    Calendar,
    name=st.just("drawn"),
    weekend=weekdays,
    holidays=st.frozensets(near, max_size=6),
    workdays=st.frozensets(near, max_size=6),
    covers=st.just(Window(19_000, 22_000)),
)
countings = st.builds(
    Counting,
    name=st.just("c"),
    calendar=st.none() | calendars,
    first_day=st.booleans(),
    last_day=st.booleans(),
    time_zone=st.just("UTC"),
    time_zone_is_fact=st.just(value=False),
)


@given(near, near, countings)
def test_days_are_as_many_as_one_counts_on_fingers(start: int, end: int, by: Counting) -> None:
    assert days(start, end, by) == reference._days(start, end, by)


@given(near, st.integers(0, 40), countings)
def test_a_term_ends_where_fingers_end(start: int, number: int, by: Counting) -> None:
    assert add_days(start, number, by) == reference._add_days(start, number, by)
