"""Between which values an expression lies: quick, and enough to prove most bounds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from oferta.core.terms.proving.symbols import domain_of
from oferta.core.terms.types import (
    PERCENT_ONE,
    Binary,
    Choose,
    Const,
    FactRef,
    FieldRef,
    Kind,
    Negate,
    Pick,
    Rounded,
)

if TYPE_CHECKING:
    from oferta.core.terms.subject import Subject
    from oferta.core.terms.types import Expression, Type

_FAR = Fraction(10) ** 60
_ORDERED = (Kind.INTEGER, Kind.PERCENT, Kind.MONEY, Kind.DURATION, Kind.DATE, Kind.MOMENT)


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included."""

    low: Fraction
    high: Fraction

    def within(self, low: int | None, high: int | None) -> bool:
        """Tell whether it surely keeps bounds."""
        return (low is None or self.low >= low) and (high is None or self.high <= high)

    def times(self, other: Interval) -> Interval:
        """Return where products lie."""
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def scaled(self, by: Fraction) -> Interval:
        """Return it times a factor above zero."""
        return Interval(self.low * by, self.high * by)


ANY = Interval(-_FAR, _FAR)


def sums(parts: list[list[Interval]]) -> tuple[Interval, ...]:
    """Return where sums of some of the parts lie, place by place."""
    zero = Fraction(0)
    return tuple(
        Interval(
            sum((min(one.low, zero) for one in place), zero),
            sum((max(one.high, zero) for one in place), zero),
        )
        for place in zip(*parts, strict=True)
    )


class Intervals:
    """Intervals of the outcomes of one question, facts anywhere in their domains."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def outcome(self, index: int) -> list[Interval]:
        """Return where each field of a clause's outcome lies."""
        fields: dict[str, Interval] = {}
        for then in self._subject.clauses[index].then:
            fields[then.field] = self._of(then.expression, fields)
        return list(fields.values())

    def _of(  # noqa: C901, PLR0911 - a case per node
        self, node: Expression, fields: dict[str, Interval]
    ) -> Interval:
        match node:
            case Const(value, of) if of.kind in _ORDERED and isinstance(value, int):
                return Interval(Fraction(value), Fraction(value))
            case FactRef(name, of):
                return self._fact(name, of)
            case FieldRef(name, _):
                return fields[name]
            case Negate(item, _):
                inner = self._of(item, fields)
                return Interval(-inner.high, -inner.low)
            case Binary(op, left, right, of):
                return self._binary(op, self._real(left, fields), self._real(right, fields), of)
            case Rounded(_, item, step, of):
                return self._rounded(self._real(item, fields).scaled(_scale(of)), step)
            case Pick(which, items, of):
                found = [self._real(item, fields).scaled(_scale(of)) for item in items]
                pick = min if which == "least" else max
                return Interval(pick(one.low for one in found), pick(one.high for one in found))
            case Choose(_, cases, _):
                found = [self._of(case, fields) for _, case in cases]
                return Interval(min(one.low for one in found), max(one.high for one in found))
            case _:
                return ANY

    def _fact(self, name: str, of: Type) -> Interval:
        derived = self._subject.edition.derived.get(name)
        if derived is not None:
            return self._of(derived.expression, {})
        if of.kind not in _ORDERED:
            return ANY
        low, high = domain_of(self._subject.pack.facts[name].type)
        return Interval(Fraction(low), Fraction(high))

    def _real(self, node: Expression, fields: dict[str, Interval]) -> Interval:
        return self._of(node, fields).scaled(1 / _scale(node.type))

    @staticmethod
    def _binary(op: str, left: Interval, right: Interval, of: Type) -> Interval:
        if op == "+":
            found = Interval(left.low + right.low, left.high + right.high)
        elif op == "-":
            found = Interval(left.low - right.high, left.high - right.low)
        elif op == "*":
            found = left.times(right)
        elif right.low > 0:
            found = left.times(Interval(1 / right.high, 1 / right.low))
        else:
            return ANY
        return found.scaled(_scale(of))

    @staticmethod
    def _rounded(inner: Interval, step: Const) -> Interval:
        """Return where multiples of the step lie: no further than the next one outside."""
        one = int(step.value or 1)
        return Interval(Fraction(inner.low // one * one), Fraction(-(-inner.high // one) * one))


def _scale(of: Type) -> Fraction:
    return Fraction(PERCENT_ONE if of.kind is Kind.PERCENT else 1)
