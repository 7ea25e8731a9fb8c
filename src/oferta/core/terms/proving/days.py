"""Calendars for the solver: counts of days exactly, months and time zones by bounds.

What is only bounded is noted as an `Abstract`, with the function that really computes it: a case
that the solver finds is made exact by it, and in the end decided by the compiled terms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import z3

from oferta.core.terms import counting as real
from oferta.core.terms.counting import FIRST_DAY, LAST_DAY
from oferta.core.terms.proving.logic import both
from oferta.core.terms.proving.numbers import Num, choose, known, quotient
from oferta.core.terms.proving.symbols import DAY_MICROSECONDS

if TYPE_CHECKING:
    from oferta.core.terms.types import Calendar, Counting

_WEEK = 7
#: 1970-01-01 was a Thursday: with this, a multiple of seven is a Monday.
_MONDAY = 3
#: No zone was ever further from Greenwich than this, local mean times included.
_OFFSET_MAX = 16 * 3_600_000_000
_MONTH_DAYS = (28, 31)


@dataclass(frozen=True, slots=True)
class Abstract:
    """A value that is only bounded: what it rests on, and how it is really computed."""

    arguments: tuple[Any, ...]
    result: Any
    #: Takes the arguments, and after them the value of `zone_fact` if there is one.
    compute: Callable[..., int]
    zone_fact: str = ""
    zone: str = ""
    #: Of a calendar day: how far its zone is from Greenwich.
    offset: Any = None


@dataclass(slots=True)
class Days:
    """Counts days in the solver; gathers what defines the new variables."""

    #: True of every case: what the variables made here mean.
    meaning: list[Any] = field(default_factory=list)
    abstract: list[Abstract] = field(default_factory=list)
    #: Days of moments and later months by what they rest on: alike in every model.
    _known: dict[tuple[object, ...], Any] = field(default_factory=dict)
    _fresh: int = 0

    def _variable(self, name: str) -> Any:
        self._fresh += 1
        return z3.Int(f"{name} {self._fresh} {id(self)}")

    # --- counting -----------------------------------------------------------------------------

    def between(self, start: Num, end: Num, counting: Counting) -> tuple[Num, list[Any]]:
        """Return how many days lie from one day to another, and what stops the count."""
        calendar = counting.calendar
        first = start if counting.first_day else start + 1
        last = end if counting.last_day else end - 1
        ahead = up_to(last, calendar) - up_to(first - 1, calendar)
        ahead = choose(first > last, 0, ahead)
        late = up_to(start, calendar) - up_to(end, calendar)
        stops = []
        if calendar is not None:
            outside = [_outside(first, last, calendar), _outside(end + 1, start, calendar)]
            stops.append(choose(start > end, outside[1], outside[0]))
        return choose(start > end, -late, ahead), stops

    def add(self, start: Num, number: Num, counting: Counting) -> tuple[Num, list[Any]]:
        """Return the last day of a term of `number` days, and what stops the count."""
        calendar = counting.calendar
        first = start if counting.first_day else start + 1
        if calendar is None:
            found = choose(number == 0, start, first + number - 1)
            return found, [number < 0, found > LAST_DAY]
        key = "add", _identity(start), _identity(number), calendar, counting.first_day
        if key not in self._known:
            self._known[key] = self._last_day(first, number, start, calendar), start, number
        day = self._known[key][0]
        return day, [number < 0, both([number > 0, _outside(first, day, calendar)])]

    def _last_day(self, first: Num, number: Num, start: Num, calendar: Calendar) -> Num:
        """Return the day on which a number of working days is reached."""
        day = self._variable("last day")
        reached = up_to(day, calendar) - up_to(first - 1, calendar)
        open_day = up_to(day, calendar) - up_to(day - 1, calendar)
        self.meaning.append(
            z3.If(number > 0, z3.And(reached == number, open_day == 1, day >= first), day == start)
        )
        return day

    # --- months and zones: bounded ------------------------------------------------------------

    def months(self, start: Num, number: Num) -> tuple[Num, list[Any]]:
        """Return the same day some months later."""
        key = _identity(start), _identity(number)
        if key not in self._known:
            self._known[key] = self._months(start, number), start, number
        day = self._known[key][0]
        return day, [day < FIRST_DAY, day > LAST_DAY]

    def _months(self, start: Num, number: Num) -> Num:
        day = self._variable("months later")
        low, high = (number * days for days in _MONTH_DAYS)
        self.meaning.append(z3.If(number >= 0, day >= start + low, day >= start + high - 3))
        self.meaning.append(z3.If(number >= 0, day <= start + high, day <= start + low + 3))
        self.meaning.append(z3.Implies(number == 0, day == start))
        self.abstract.append(Abstract((start, number), day, real.add_months))
        return day

    def day_of(self, moment: Num, zone: str, fact: str) -> Num:
        """Return the calendar day of a moment in a zone, or in the zone that a fact names."""
        key = _identity(moment), zone, fact
        if key not in self._known:
            # What it rests on is kept: an identity is given anew once its term is gone.
            self._known[key] = self._day_of(moment, zone, fact), moment
        return self._known[key][0]

    def _day_of(self, moment: Num, zone: str, fact: str) -> Num:
        day, offset, rest = (self._variable(name) for name in ("day", "offset", "time of day"))
        self.meaning += [
            moment + offset == day * DAY_MICROSECONDS + rest,
            rest >= 0,
            rest < DAY_MICROSECONDS,
            offset >= -_OFFSET_MAX,
            offset <= _OFFSET_MAX,
        ]
        self.abstract.append(Abstract((moment,), day, real.date_of, fact, zone, offset))
        return day


def _identity(value: Num) -> object:
    return value if known(value) else ("term", value.get_id())


def up_to(day: Num, calendar: Calendar | None) -> Num:
    """Return how many days are counted up to and with `day`, from a fixed day on."""
    if calendar is None:
        return day
    if known(day):
        return real.tally(calendar).up_to(day)
    open_days = [weekday not in calendar.weekend for weekday in range(_WEEK)]
    weeks = quotient(day + 1 + _MONDAY, _WEEK)
    rest = day + 1 + _MONDAY - weeks * _WEEK
    usual = weeks * sum(open_days)
    for weekday, is_open in enumerate(open_days):
        if is_open:
            usual = usual + z3.If(rest > weekday, 1, 0)
    off = [one for one in calendar.holidays - calendar.workdays if open_days[(one + _MONDAY) % 7]]
    on = [one for one in calendar.workdays if not open_days[(one + _MONDAY) % 7]]
    extra = [z3.If(day >= one, 1, 0) for one in sorted(on)]
    extra += [z3.If(day >= one, -1, 0) for one in sorted(off)]
    return z3.Sum([usual, *extra]) if extra else usual


def _outside(first: Num, last: Num, calendar: Calendar) -> Any:
    """Return the condition that a day to be counted is not covered."""
    covers, outside = calendar.covers, []
    if covers.start is not None:
        outside.append(first < covers.start)
    if covers.through is not None:
        outside.append(last > covers.through)
    known_ones = [one for one in outside if isinstance(one, bool)]
    if any(known_ones):
        return first <= last
    open_ones = [one for one in outside if not isinstance(one, bool)]
    return z3.And(first <= last, z3.Or(open_ones)) if open_ones else False
