"""What expressions mean, for the reference evaluator: fractions, and calendars day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, TypeAlias, assert_never
from zoneinfo import ZoneInfo, available_timezones

from oferta.core.terms.types import (
    AddDays,
    AddMonths,
    Binary,
    Choose,
    Const,
    DateOf,
    DaysBetween,
    Elapsed,
    FactRef,
    FieldRef,
    Kind,
    Negate,
    Pick,
    Rounded,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oferta.core.terms.types import (
        Coded,
        Counting,
        Expression,
        RoundingMode,
        Window,
    )

Value: TypeAlias = Fraction | bool | str | None
DAY_ZERO = date(1970, 1, 1)
_MOMENT_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_PERCENT = 1_000_000
_ZONES = available_timezones() - {"localtime"}


class ZeroDivisor(Exception):
    """A divisor is zero."""


@dataclass
class NoSuchDay(Exception):
    """No day can be written that `asked` leads to."""

    asked: int


@dataclass
class NotDeclared(Exception):
    """The calendar does not cover a day that had to be counted."""

    calendar: str
    day: int


@dataclass
class NoSuchZone(Exception):
    """The fact (or the edition) names no IANA time zone."""

    name: str
    fact: str


class Values:
    """Computes expressions over facts."""

    def __init__(self, facts: Mapping[str, Coded], countings: Mapping[str, Counting]) -> None:
        self._facts, self._countings = facts, countings

    def value(  # noqa: C901, PLR0911 - a case per node, side by side
        self, node: Expression, fields: dict[str, Value]
    ) -> Value:
        """Return the value in the coding of the node's kind, fractions kept."""
        match node:
            case FactRef(name, _):
                return _uncoded(self._facts[name])
            case Const(value, _):
                return _uncoded(value)
            case FieldRef(name, _):
                return fields[name]
            case Binary(op, left, right, kind):
                first = self._real(left, fields)
                second = self._real(right, fields)
                return _calculate(op, first, second) * _scale(kind.kind)
            case Negate(item, _):
                return -self._number(item, fields)
            case Rounded(mode, item, step, kind):
                one = self._real(step, fields) * _scale(kind.kind)
                return _round(mode, self._real(item, fields) * _scale(kind.kind) / one) * one
            case Pick(which, items, kind):
                found = [self._real(item, fields) * _scale(kind.kind) for item in items]
                return min(found) if which == "least" else max(found)
            case Choose(on, cases, _):
                return self.value(dict(cases)[str(self._facts[on.name])], fields)
            case _:
                return Fraction(self._counted(node, fields))

    def _counted(
        self,
        node: DaysBetween | AddDays | AddMonths | DateOf | Elapsed,
        fields: dict[str, Value],
    ) -> int:
        match node:
            case Elapsed(start, end, _):
                return int(self._number(end, fields) - self._number(start, fields))
            case DateOf(moment, name, _):
                return self._on_day(moment, self._countings[name], fields)
            case DaysBetween(start, end, name, _):
                counting = self._countings[name]
                first = self._on_day(start, counting, fields)
                return _days(first, self._on_day(end, counting, fields), counting)
            case AddDays(start, number, name, _):
                counting = self._countings[name]
                first = self._on_day(start, counting, fields)
                return _add_days(first, int(self._number(number, fields)), counting)
            case AddMonths(start, number, _):
                begun = int(self._number(start, fields))
                return _add_months(begun, int(self._number(number, fields)))
            case _:
                assert_never(node)

    def _on_day(self, expression: Expression, counting: Counting, fields: dict[str, Value]) -> int:
        coded = int(self._number(expression, fields))
        if expression.type.kind is not Kind.MOMENT:
            return coded
        fact = counting.time_zone if counting.time_zone_is_fact else ""
        name = str(self._facts[fact]) if fact else counting.time_zone
        if name not in _ZONES:
            raise NoSuchZone(name, fact)
        zone = ZoneInfo(name)
        try:
            moment = (_MOMENT_ZERO + timedelta(microseconds=coded)).astimezone(zone)
        except OverflowError:
            raise NoSuchDay(coded) from None
        return (moment.date() - DAY_ZERO).days

    def _number(self, expression: Expression, fields: dict[str, Value]) -> Fraction:
        value = self.value(expression, fields)
        if not isinstance(value, Fraction):
            raise TypeError(f"{value!r} is no number")
        return value

    def _real(self, expression: Expression, fields: dict[str, Value]) -> Fraction:
        return self._number(expression, fields) / _scale(expression.type.kind)


# --- numbers ---------------------------------------------------------------------------------


def _scale(kind: Kind) -> int:
    return _PERCENT if kind is Kind.PERCENT else 1


def _uncoded(value: Coded) -> Value:
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    return value


def coded(value: Value) -> Coded:
    """Return a value as it is coded; whole numbers only."""
    if not isinstance(value, Fraction):
        return value
    if value.denominator != 1:
        raise ArithmeticError(f"{value} was not rounded")
    return value.numerator


def _calculate(op: str, left: Fraction, right: Fraction) -> Fraction:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            if right == 0:
                raise ZeroDivisor
            return left / right


def _round(mode: RoundingMode, steps: Fraction) -> int:
    match mode:
        case "floor":
            return floor(steps)
        case "ceiling":
            return ceil(steps)
        case "down":
            return floor(steps) if steps > 0 else ceil(steps)
        case "up":
            return ceil(steps) if steps > 0 else floor(steps)
        case _:
            return _round_half(mode, steps)


def _round_half(mode: RoundingMode, steps: Fraction) -> int:
    below, above = floor(steps), ceil(steps)
    to_below, to_above = steps - below, above - steps
    if to_below != to_above:
        return below if to_below < to_above else above
    if mode == "half_even":
        return below if below % 2 == 0 else above
    nearer_zero, farther = sorted((below, above), key=abs)
    return farther if mode == "half_up" else nearer_zero


# --- days ------------------------------------------------------------------------------------


def _is_counted(day: int, counting: Counting) -> bool:
    calendar = counting.calendar
    if calendar is None:
        return True
    if not in_window(calendar.covers, day):
        raise NotDeclared(calendar.name, day)
    if day in calendar.workdays:
        return True
    weekday = (DAY_ZERO + timedelta(days=day)).weekday()
    return weekday not in calendar.weekend and day not in calendar.holidays


def _days(start: int, end: int, counting: Counting) -> int:
    if start > end:
        return -sum(_is_counted(day, counting) for day in range(end + 1, start + 1))
    found = list(range(start, end + 1))
    if not counting.first_day:
        found = [day for day in found if day != start]
    if not counting.last_day:
        found = [day for day in found if day != end]
    return sum(_is_counted(day, counting) for day in found)


def _add_days(start: int, number: int, counting: Counting) -> int:
    if number < 0:
        raise NoSuchDay(number)
    day, missing = start, number
    if missing and counting.first_day and _is_counted(start, counting):
        missing -= 1
    while missing:
        day += 1
        if (date.max - DAY_ZERO).days < day:
            raise NoSuchDay(number)
        missing -= _is_counted(day, counting)
    return day


def _add_months(start: int, number: int) -> int:
    begun = DAY_ZERO + timedelta(days=start)
    months = begun.year * 12 + begun.month - 1 + number
    year, month = months // 12, months % 12 + 1
    for last in (begun.day, 30, 29, 28):
        try:
            return (date(year, month, min(begun.day, last)) - DAY_ZERO).days
        except (ValueError, OverflowError):
            continue
    raise NoSuchDay(number)


def in_window(window: Window, day: int) -> bool:
    """Return whether a day lies in a window, both ends included."""
    if window.start is not None and day < window.start:
        return False
    return window.through is None or day <= window.through
