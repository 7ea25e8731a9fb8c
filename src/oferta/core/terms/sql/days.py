"""Days, months and time zones as arithmetic on whole numbers.

No date type is used: databases disagree on ranges, on time-zone tables and on what a month later
is. A calendar is a formula of weeks with corrections at its exceptional days, a time zone is the
table of its offsets as Python knows it, and a month is counted as the Gregorian rule says.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlglot import exp

from oferta.core.terms.counting import FIRST_DAY, LAST_DAY, UnknownZone, tally, time_zone
from oferta.core.terms.sql.numbers import ONE, Num, Numbers, known
from oferta.core.terms.sql.query import (
    CALENDAR_NOT_DECLARED,
    OUT_OF_BOUNDS,
    TOO_LARGE,
    WRONG_FACT,
)
from oferta.core.terms.sql.writing import both, case, compare, either, literal, steps
from oferta.core.terms.types import Calendar, Counting

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400_000_000
_EPOCH_WEEKDAY = 3
_WEEK = 7
#: Moments whose day in a time zone is known here; beyond, a row is `too_large`.
_ZONES_FROM, _ZONES_THROUGH = datetime(1900, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
#: 0000-03-01, from which the Gregorian rule is counted.
_ERA_DAY = 719_468
_ERA_DAYS, _ERA_YEARS = 146_097, 400


class Days:
    """Writes what counts days."""

    def __init__(self, numbers: Numbers) -> None:
        self._n = numbers

    # --- counting -----------------------------------------------------------------------------

    def between(self, start: Num, end: Num, counting: Counting) -> Num:
        """Return how many days of `counting` lie from one day to another."""
        n = self._n
        late = compare(">", start.sql, end.sql)
        first = start if counting.first_day else n.plus(start, ONE)
        last = end if counting.last_day else n.minus(end, ONE)
        first = self._either(late, n.plus(end, ONE), first)
        last = self._either(late, start, last)
        counted = self._within(first, last, counting.calendar)
        return self._either(late, n.negative(counted), counted)

    def add(self, start: Num, number: Num, counting: Counting) -> Num:
        """Return the last day of a term of `number` days."""
        n = self._n
        n.stop(compare("<", number.sql, literal(0)), OUT_OF_BOUNDS)
        some = compare(">", number.sql, literal(0))
        first = start if counting.first_day else n.plus(start, ONE)
        calendar = counting.calendar
        if calendar is None:
            last = n.minus(n.plus(first, number), ONE)
            n.stop(both([some, compare(">", last.sql, literal(LAST_DAY))]), OUT_OF_BOUNDS)
        else:
            last = self._nth(first, number, calendar, some)
        return self._either(some, last, start)

    def _either(self, test: exp.Expr, yes: Num, no: Num) -> Num:
        size = max(yes.size, no.size)
        return self._n.sized(case([(test.copy(), yes.sql)], no.sql), size)

    def _within(self, first: Num, last: Num, calendar: Calendar | None) -> Num:
        n = self._n
        some = compare("<=", first.sql, last.sql)
        if calendar is None:
            counted = n.plus(n.minus(last, first), ONE)
        else:
            start, through = _covered(calendar)
            outside = either(
                [
                    compare("<", first.sql, literal(start)),
                    compare(">", first.sql, literal(through)),
                    compare(">", last.sql, literal(through)),
                ]
            )
            n.stop(both([some, outside]), CALENDAR_NOT_DECLARED)
            before = self._up_to(n.minus(first, ONE), calendar)
            counted = n.minus(self._up_to(last, calendar), before)
        return self._either(some, counted, known(0))

    def _up_to(self, day: Num, calendar: Calendar) -> Num:
        """Return how many days are counted up to and with `day`: `Tally.up_to` as a formula."""
        n, week = self._n, _Week(calendar)
        index = n.plus(day, known(1 + _EPOCH_WEEKDAY))
        weeks = n.floored(index, _WEEK)
        rest = n.minus(index, n.times(weeks, known(_WEEK)))
        rest = Num(rest.atom, _WEEK)
        running = n.sized(steps(rest.sql, range(1, _WEEK), week.running), _WEEK)
        moved = n.sized(steps(day.sql, week.days, week.moved), len(week.days) or 1)
        return n.plus(n.plus(n.times(weeks, known(week.open)), running), moved)

    def _nth(self, first: Num, number: Num, calendar: Calendar, some: exp.Expr) -> Num:
        """Return the `number`-th counted day from `first` on: the inverse of `_up_to`."""
        n, week = self._n, _Week(calendar)
        start, through = _covered(calendar)
        outside = either(
            [compare("<", first.sql, literal(start)), compare(">", first.sql, literal(through))]
        )
        n.stop(both([some, outside]), CALENDAR_NOT_DECLARED)
        count = n.plus(self._up_to(n.minus(first, ONE), calendar), number)
        most = tally(calendar).up_to(through)
        beyond = CALENDAR_NOT_DECLARED if through < LAST_DAY else OUT_OF_BOUNDS
        n.stop(both([some, compare(">", count.sql, literal(most))]), beyond)
        if not week.open:  # no weekday is counted: only exceptional days are
            n.stop(some, TOO_LARGE)
            return first
        # Between exceptional days the formula is that of plain weeks, moved by a constant.
        ends = [tally(calendar).up_to(day - 1) + 1 for day in week.days]
        moved = n.sized(steps(count.sql, ends, week.moved), len(week.days) or 1)
        plain = n.minus(n.minus(count, moved), ONE)
        weeks = n.floored(plain, week.open)
        place = Num(n.minus(plain, n.times(weeks, known(week.open))).atom, _WEEK)
        within = n.sized(steps(place.sql, range(1, week.open), week.places), _WEEK)
        day = n.minus(n.plus(n.times(weeks, known(_WEEK)), within), known(_EPOCH_WEEKDAY))
        earliest = n.sized(
            steps(count.sql, ends, [FIRST_DAY - _WEEK, *week.days]), LAST_DAY + _WEEK
        )
        latest = exp.Greatest(this=day.sql, expressions=[earliest.sql], ignore_nulls=True)
        return n.sized(latest, max(day.size, earliest.size))

    # --- months and years ---------------------------------------------------------------------

    def add_months(self, start: Num, number: Num) -> Num:
        """Return the same day of a later month, or that month's last day."""
        n = self._n
        outside = [
            compare("<", start.sql, literal(FIRST_DAY)),
            compare(">", start.sql, literal(LAST_DAY)),
        ]
        n.stop(either(outside), OUT_OF_BOUNDS)
        year, month, day = self._civil(start)
        months = n.plus(n.plus(n.times(year, known(12)), n.minus(month, ONE)), number)
        year = n.floored(months, 12)
        beyond = [compare("<", year.sql, literal(1)), compare(">", year.sql, literal(9999))]
        n.stop(either(beyond), OUT_OF_BOUNDS)
        month = Num(n.minus(months, n.times(year, known(12))).atom, 11)
        length = self._length(year, month)
        last = exp.Least(this=day.sql, expressions=[length.sql], ignore_nulls=True)
        return self._coded(year, n.plus(month, ONE), n.sized(last, 31))

    def month(self, day: Num) -> Num:
        """Return a number for the month of a day: twelve times the year, and the month."""
        year, month, _ = self._civil(day)
        return self._n.plus(self._n.times(year, known(12)), month)

    def _civil(self, day: Num) -> tuple[Num, Num, Num]:
        """Return year, month and day of a coded day, years beginning in March on the way."""
        n = self._n
        shifted = n.plus(day, known(_ERA_DAY))
        era = n.floored(shifted, _ERA_DAYS)
        of_era = Num(n.minus(shifted, n.times(era, known(_ERA_DAYS))).atom, _ERA_DAYS)
        leaps = n.minus(
            n.plus(n.floored(of_era, 1_460), n.floored(of_era, 146_096)), n.floored(of_era, 36_524)
        )
        year_of_era = n.floored(n.minus(of_era, leaps), 365)
        past = n.minus(
            n.plus(n.times(known(365), year_of_era), n.floored(year_of_era, 4)),
            n.floored(year_of_era, 100),
        )
        of_year = Num(n.minus(of_era, past).atom, 366)
        shift = n.floored(n.plus(n.times(known(5), of_year), known(2)), 153)
        begun = n.floored(n.plus(n.times(known(153), shift), known(2)), 5)
        number = Num(n.plus(n.minus(of_year, begun), ONE).atom, 31)
        after = compare(">=", shift.sql, literal(10))
        month = Num(n.plus(shift, n.choice(after, -9, 3)).atom, 12)
        year = n.plus(n.plus(year_of_era, n.times(era, known(_ERA_YEARS))), n.choice(after, 1, 0))
        return year, month, number

    def _coded(self, year: Num, month: Num, day: Num) -> Num:
        n = self._n
        early = compare("<=", month.sql, literal(2))
        year = n.minus(year, n.choice(early, 1, 0))
        era = n.floored(year, _ERA_YEARS)
        of_era = Num(n.minus(year, n.times(era, known(_ERA_YEARS))).atom, _ERA_YEARS)
        shift = n.plus(month, n.choice(early, 9, -3))
        begun = n.floored(n.plus(n.times(known(153), shift), known(2)), 5)
        of_year = n.minus(n.plus(begun, day), ONE)
        days = n.plus(n.times(of_era, known(365)), n.floored(of_era, 4))
        days = n.plus(n.minus(days, n.floored(of_era, 100)), of_year)
        coded = n.minus(n.plus(n.times(era, known(_ERA_DAYS)), days), known(_ERA_DAY))
        return Num(coded.atom, LAST_DAY)

    def _length(self, year: Num, month: Num) -> Num:
        """Return how many days a month (0 to 11) has."""
        n = self._n
        rests = {by: n.divided(year, known(by))[1].sql for by in (4, 100, 400)}
        zero = literal(0)
        leap = either(
            [
                both([compare("=", rests[4], zero), compare("<>", rests[100], zero)]),
                compare("=", rests[400], zero),
            ]
        )
        lengths = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
        february = both([compare("=", month.sql, literal(1)), leap])
        plain = steps(month.sql, range(1, 12), lengths)
        return n.sized(case([(february, literal(29))], plain), 31)

    # --- time zones ---------------------------------------------------------------------------

    def of_moment(self, moment: Num, zones: dict[str, exp.Expr | None]) -> Num:
        """Return the day on which a moment falls.

        Args:
            moment: microseconds.
            zones: IANA names, each with the condition under which it counts.
        """
        n = self._n
        outside = [
            compare("<", moment.sql, literal(_coded(_ZONES_FROM))),
            compare(">=", moment.sql, literal(_coded(_ZONES_THROUGH))),
        ]
        branches, default = [], None
        for name, test in zones.items():
            try:
                bounds, offsets = _offsets(name)
            except UnknownZone:
                n.stop(test if test is not None else literal(value=True), WRONG_FACT)
                continue
            found = steps(moment.sql, bounds, offsets)
            if test is None:
                default = found
            else:
                branches.append((test, found))
        n.stop(either(outside), TOO_LARGE)
        offset = n.sized(case(branches, default), _DAY_US)
        return n.floored(n.plus(moment, offset), _DAY_US)


class _Week:
    """A calendar as the formula needs it."""

    def __init__(self, calendar: Calendar) -> None:
        opened = [weekday for weekday in range(_WEEK) if weekday not in calendar.weekend]
        self.open = len(opened)
        self.places = opened
        self.running = [sum(one < n for one in opened) for n in range(_WEEK)]
        steps_ = {day: -1 for day in calendar.holidays - calendar.workdays if self._is(day, opened)}
        steps_ |= {day: 1 for day in calendar.workdays if not self._is(day, opened)}
        #: Exceptional days, ascending, and how far the count has moved from each on.
        self.days = sorted(steps_)
        self.moved = [0]
        for day in self.days:
            self.moved.append(self.moved[-1] + steps_[day])

    @staticmethod
    def _is(day: int, opened: list[int]) -> bool:
        return (day + _EPOCH_WEEKDAY) % _WEEK in opened


def _covered(calendar: Calendar) -> tuple[int, int]:
    start, through = calendar.covers.start, calendar.covers.through
    return FIRST_DAY if start is None else start, LAST_DAY if through is None else through


def _coded(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=64)
def _offsets(name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return when a zone's offset changed, and the offsets before, between and after.

    Raises:
        UnknownZone: there is no such zone.
    """
    zone = time_zone(name)

    def offset(at: datetime) -> timedelta:
        return at.astimezone(zone).utcoffset() or timedelta()

    bounds, found = [], [offset(_ZONES_FROM)]
    step, at = timedelta(days=1), _ZONES_FROM
    while at < _ZONES_THROUGH:
        after = offset(at + step)
        if after != found[-1]:
            bounds.append(_coded(_change(at, at + step, offset)))
            found.append(after)
        at += step
    return tuple(bounds), tuple(one // timedelta(microseconds=1) for one in found)


def _change(low: datetime, high: datetime, offset: Callable[[datetime], timedelta]) -> datetime:
    """Return the first second between two moments with the offset of the second."""
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if offset(middle) == offset(low):
            low = middle
        else:
            high = middle
    return high
