"""The arithmetic of an outcome step by step, with the actual figures.

It computes what the generated code computed, node by node, so that every figure on the way can be
shown. A property test holds its results to those of the decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from oferta.core.terms import counting
from oferta.core.terms.arithmetic import ROUNDINGS
from oferta.core.terms.types import (
    PERCENT_ONE,
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
from oferta.core.terms.walk import derived_in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from oferta.core.terms.types import Coded, Counting, Edition, Expression

#: In the coding of its type; a fraction of it until a rounding takes it.
Figure: TypeAlias = Fraction | bool | str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Values of expressions on given facts."""

    edition: Edition
    #: Raw and derived.
    facts: Mapping[str, Coded]
    #: Fields of the same outcome that were computed before.
    fields: Mapping[str, Figure]

    def of(self, node: Expression) -> Figure:
        """Return the value of an expression in the coding of its type, fractions kept.

        Raises:
            ZeroDivisionError: it divides by zero on these facts.
            Refused: a counting has no answer.
        """
        match node:
            case FactRef(name, _):
                return _figure(self.facts[name])
            case FieldRef(name, _):
                return self.fields[name]
            case Const(value, _):
                return _figure(value)
            case Choose():
                return self.of(self.chosen(node))
            case Binary() | Negate() | Rounded() | Pick():
                return self._computed(node)
            case _:
                return Fraction(self._counted(node))

    def chosen(self, node: Choose) -> Expression:
        """Return the case that the fact picks."""
        return dict(node.cases)[str(self.facts[node.on.name])]

    def _computed(self, node: Binary | Negate | Rounded | Pick) -> Fraction:
        scale = _scale(node.type.kind)
        match node:
            case Binary(op, left, right, _):
                return _calculate(op, self._real(left), self._real(right)) * scale
            case Negate(item, _):
                return -self._real(item) * scale
            case Rounded(mode, item, step, _):
                value, multiple = self._real(item) * scale, self._real(step) * scale
                top, bottom = value.numerator, value.denominator
                return Fraction(ROUNDINGS[mode](top, bottom, int(multiple)))
            case Pick(which, items, _):
                found = [self._real(item) * scale for item in items]
                return min(found) if which == "least" else max(found)

    def _real(self, node: Expression) -> Fraction:
        """Return the value itself: 1% is a hundredth."""
        return self.number(node) / _scale(node.type.kind)

    def number(self, node: Expression) -> Fraction:
        """Return the coded value of an expression that is a number, a day or a moment."""
        value = self.of(node)
        return value if isinstance(value, Fraction) else Fraction(int(value or 0))

    def _counted(self, node: DaysBetween | AddDays | AddMonths | DateOf | Elapsed) -> int:
        match node:
            case Elapsed(start, end, _):
                return counting.elapsed(int(self.number(start)), int(self.number(end)))
            case DateOf(moment, name, _):
                return self.day(moment, self.edition.countings[name])
            case AddMonths(start, number, _):
                return counting.add_months(int(self.number(start)), int(self.number(number)))
            case DaysBetween(start, end, name, _):
                used = self.edition.countings[name]
                return counting.days(self.day(start, used), self.day(end, used), used)
            case AddDays(start, number, name, _):
                used = self.edition.countings[name]
                return counting.add_days(self.day(start, used), int(self.number(number)), used)

    def day(self, node: Expression, used: Counting) -> int:
        """Return the coded day of a date, or of a moment in the counting's time zone."""
        coded = int(self.number(node))
        if node.type.kind is not Kind.MOMENT:
            return coded
        zone = self.facts[used.time_zone] if used.time_zone_is_fact else used.time_zone
        return counting.date_of(coded, str(zone))


def _figure(value: Coded) -> Figure:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return Fraction(value) if is_number else value  # type: ignore[arg-type,return-value]  # int, checked


def _scale(kind: Kind) -> int:
    return PERCENT_ONE if kind is Kind.PERCENT else 1


def _calculate(op: str, left: Fraction, right: Fraction) -> Fraction:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right


def with_derived(
    edition: Edition, facts: Mapping[str, Coded], wanted: Iterable[str]
) -> dict[str, Coded]:
    """Return the raw facts and the derived ones among `wanted` (and those they rest on).

    A derived fact is null if a raw fact that it reads is null, or if it has no value at all:
    a decision that needed it was stopped, and the explanation says so.
    """
    found = dict(facts)
    for name in derived_in_order(wanted, edition.derived, edition.countings):
        found[name] = derive(edition, found, name)
    return found


def derive(edition: Edition, facts: Mapping[str, Coded], name: str) -> Coded:
    """Return the value of one derived fact, those that it rests on being among `facts`."""
    derived = edition.derived[name]
    if any(facts.get(read) is None for read in derived.reads):
        return None
    try:
        value = Figures(edition, facts, {}).of(derived.expression)
    except (ZeroDivisionError, ArithmeticError, ValueError):
        return None
    return int(value) if isinstance(value, Fraction) else value
