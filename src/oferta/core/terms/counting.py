"""Counting days, months and hours, because "ten days before" is a term and not arithmetic.

Sources disagree on whether the day of asking counts, whether the day of the performance counts,
whose midnight ends a day and which days are working days (TR-23 to TR-26, TR-83, TR-87). All of
it comes in as a `Counting`; nothing here assumes one. Dates and moments are coded as in
`types`: days and microseconds since 1970-01-01 (UTC).
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

if TYPE_CHECKING:
    from oferta.core.terms.types import Calendar, Counting

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
#: 1970-01-01 was a Thursday, Monday being 0.
_EPOCH_WEEKDAY = 3
#: The first and the last day that a date can be written for.
FIRST_DAY = date.min.toordinal() - _EPOCH_ORDINAL
LAST_DAY = date.max.toordinal() - _EPOCH_ORDINAL
_MONTHS_PER_YEAR = 12
_DAYS_PER_WEEK = 7


class Refused(ValueError):
    """A counting that has no answer: `value` is what was asked, `wanted` what would do."""

    def __init__(self, value: object, wanted: str) -> None:
        super().__init__(f"{value}: {wanted} wanted")
        self.value = value
        self.wanted = wanted


class Uncovered(Refused):
    """A day (`value`, coded) outside the days that the calendar is declared for."""

    def __init__(self, value: int, calendar: str) -> None:
        super().__init__(value, f"a day that the calendar {calendar} covers")
        self.day, self.calendar = value, calendar


class UnknownZone(Refused):
    """The name is not an IANA time zone."""


class Tally:
    """Which days a calendar counts, answered without walking over them."""

    def __init__(self, calendar: Calendar | None) -> None:
        self._every_day = calendar is None
        self._name = calendar.name if calendar else ""
        #: The first and the last day that may be counted.
        self._from, self._through = FIRST_DAY, LAST_DAY
        if calendar and calendar.covers.start is not None:
            self._from = calendar.covers.start
        if calendar and calendar.covers.through is not None:
            self._through = calendar.covers.through
        weekend = calendar.weekend if calendar else frozenset()
        self._open = tuple(weekday not in weekend for weekday in range(_DAYS_PER_WEEK))
        self._per_week = sum(self._open)
        #: Counted weekdays from a Monday on: `_running[n]` of its first n days.
        self._running = [sum(self._open[:n]) for n in range(_DAYS_PER_WEEK)]
        workdays = calendar.workdays if calendar else frozenset()
        holidays = calendar.holidays if calendar else frozenset()
        self._off = sorted(
            day for day in holidays - workdays if self._open[(day + _EPOCH_WEEKDAY) % 7]
        )
        self._on = sorted(day for day in workdays if not self._open[(day + _EPOCH_WEEKDAY) % 7])

    def up_to(self, day: int) -> int:
        """Return how many days are counted up to and with `day`, from a fixed day on."""
        if self._every_day:
            return day
        weeks, rest = divmod(day + 1 + _EPOCH_WEEKDAY, _DAYS_PER_WEEK)
        usual = weeks * self._per_week + self._running[rest]
        return usual - bisect_right(self._off, day) + bisect_right(self._on, day)

    def within(self, first: int, last: int) -> int:
        """Return how many days are counted from `first` to `last`, both included.

        Raises:
            Uncovered: the calendar is not declared for one of them.
        """
        if first > last:
            return 0
        if not self._every_day:
            self._check(first)
            if last > self._through:
                raise Uncovered(self._through + 1, self._name)
        return self.up_to(last) - self.up_to(first - 1)

    def nth(self, first: int, number: int) -> int:
        """Return the `number`-th counted day from `first` on, itself a candidate.

        Raises:
            Refused: no such day can be written.
            Uncovered: the calendar is not declared up to there.
        """
        if self._every_day:
            if first + number - 1 > LAST_DAY:
                raise Refused(number, "a term that ends before the year 10000")
            return first + number - 1
        self._check(first)
        count = self.up_to(first - 1) + number
        low, high = first, self._through
        if self.up_to(high) < count:
            if high < LAST_DAY:
                raise Uncovered(high + 1, self._name)
            raise Refused(number, "a term that ends before the year 10000")
        while low < high:
            middle = (low + high) // 2
            if self.up_to(middle) >= count:
                high = middle
            else:
                low = middle + 1
        return low

    def _check(self, day: int) -> None:
        if not self._from <= day <= self._through:
            raise Uncovered(day, self._name)


@lru_cache(maxsize=256)
def tally(calendar: Calendar | None) -> Tally:
    """Return the tally of a calendar; None counts every day."""
    return Tally(calendar)


def days(start: int, end: int, counting: Counting) -> int:
    """Return how many days of `counting` lie from the coded day `start` to `end`.

    For `start <= end` the counted days of the closed interval, without `start` unless
    `first_day` and without `end` unless `last_day`. Otherwise minus the counted days after `end`
    up to and with `start`: how late it is (TR-23, TR-24).

    Raises:
        Uncovered: the calendar is not declared for one of those days.
    """
    counted = tally(counting.calendar)
    if start > end:
        return -counted.within(end + 1, start)
    first = start if counting.first_day else start + 1
    last = end if counting.last_day else end - 1
    return counted.within(first, last)


def add_days(start: int, number: int, counting: Counting) -> int:
    """Return the coded last day of a term of `number` days that begins on `start`.

    Raises:
        Refused: `number` is negative, or the term ends after the year 9999.
        Uncovered: the calendar is not declared up to there.
    """
    if number < 0:
        raise Refused(number, "a number of days that is not negative")
    if number == 0:
        return start
    first = start if counting.first_day else start + 1
    return tally(counting.calendar).nth(first, number)


def add_months(start: int, number: int) -> int:
    """Return the coded same day `number` months later, or the last day of that month (TR-106).

    Raises:
        Refused: the day lies outside the years 1 to 9999.
    """
    begun = date.fromordinal(_written(start) + _EPOCH_ORDINAL)
    year, month = divmod(begun.year * _MONTHS_PER_YEAR + begun.month - 1 + number, _MONTHS_PER_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise Refused(number, "a number of months that stays within the years 1 to 9999")
    last = _days_of_month(year, month + 1)
    return date(year, month + 1, min(begun.day, last)).toordinal() - _EPOCH_ORDINAL


def date_of(moment: int, zone: str) -> int:
    """Return the coded calendar day on which `moment` falls in the time zone `zone` (TR-26).

    Raises:
        Refused: the moment lies outside the years 1 to 9999.
        UnknownZone: `zone` is not an IANA name.
    """
    known = time_zone(zone)
    try:
        local = (_EPOCH + timedelta(microseconds=moment)).astimezone(known)
    except OverflowError:
        raise Refused(moment, "a moment within the years 1 to 9999") from None
    return local.toordinal() - _EPOCH_ORDINAL


def elapsed(start: int, end: int) -> int:
    """Return the exact microseconds from one moment to another, negative if `end` is first."""
    return end - start


def written_day(day: int) -> str:
    """Return a coded day as `2024-04-16`, or its number if no date can be written for it."""
    if not FIRST_DAY <= day <= LAST_DAY:
        return str(day)
    return date.fromordinal(day + _EPOCH_ORDINAL).isoformat()


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """Return the IANA names, which mean the same on every machine."""
    return frozenset(available_timezones()) - {"localtime"}


@lru_cache(maxsize=1024)
def time_zone(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name.

    Raises:
        UnknownZone: there is no such zone.
    """
    # The system also answers to names of its own: `localtime`, and `right/…` with leap seconds.
    if name not in time_zones():
        raise UnknownZone(name, "an IANA time zone")
    return ZoneInfo(name)


def _written(day: int) -> int:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused(day, "a day within the years 1 to 9999")
    return day


def _days_of_month(year: int, month: int) -> int:
    if month == _MONTHS_PER_YEAR:
        return 31
    return (date(year, month + 1, 1) - date(year, month, 1)).days
