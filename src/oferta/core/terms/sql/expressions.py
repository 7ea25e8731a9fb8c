"""Outcomes and derived facts in SQL: fractions of whole numbers, rounded exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import gcd
from typing import assert_never

from sqlglot import exp

from oferta.core.terms.codegen_outcomes import whole as whole_number
from oferta.core.terms.sql.days import Days
from oferta.core.terms.sql.numbers import ONE, ZERO, Num, Numbers, known
from oferta.core.terms.sql.query import DIVISION_BY_ZERO
from oferta.core.terms.sql.writing import both, case, compare, either, literal
from oferta.core.terms.types import (
    PERCENT_ONE,
    AddDays,
    AddMonths,
    Binary,
    Choose,
    Coded,
    Const,
    Counting,
    DateOf,
    DaysBetween,
    Elapsed,
    Expression,
    FactRef,
    FieldRef,
    Kind,
    Negate,
    Pick,
    Rounded,
    RoundingMode,
)

_TEXT = (Kind.BOOLEAN, Kind.ENUM, Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator over a denominator above zero; `text` instead for words and truths."""

    top: Num = ZERO
    bottom: Num = ONE
    text: exp.Expr | None = None


@dataclass(slots=True)
class Values:
    """Writes the expressions of one outcome or derived fact."""

    numbers: Numbers
    facts: Mapping[str, Ratio]
    countings: Mapping[str, Counting]
    #: The values of facts of kind enum that may name a time zone.
    zones: Mapping[str, tuple[str, ...]]
    fields: dict[str, Ratio] = field(default_factory=dict)

    def field(self, name: str, expression: Expression) -> Ratio:
        """Write a field; later fields may refer to it by name."""
        found = self.whole(expression)
        self.fields[name] = found
        return found

    def whole(self, expression: Expression) -> Ratio:
        """Write a value that is no fraction."""
        found = self.ratio(expression)
        if found.text is not None or found.bottom.atom == 1:
            return found
        top, bottom = found.top, found.bottom
        if isinstance(top.atom, int) and isinstance(bottom.atom, int):
            return Ratio(known(whole_number(top.atom, bottom.atom)))
        return Ratio(self.numbers.divided(top, bottom)[0])

    def ratio(  # noqa: C901, PLR0911 - a case per node, side by side
        self, node: Expression
    ) -> Ratio:
        """Write what computes an expression."""
        match node:
            case FactRef(name, _):
                return self.facts[name]
            case Const(value, _):
                return _constant(value)
            case FieldRef(name, _):
                return self.fields[name]
            case Negate(item, _):
                found = self.ratio(item)
                return Ratio(self.numbers.negative(found.top), found.bottom)
            case Binary():
                return self._binary(node)
            case Pick():
                return self._pick(node)
            case Rounded(mode, item, step, _):
                return Ratio(self._rounded(mode, self._recoded(item, node), _step(step, node)))
            case Choose():
                return self._chosen(node)
            case _:
                return Ratio(self._counted(node))

    # --- arithmetic ---------------------------------------------------------------------------

    def _binary(self, node: Binary) -> Ratio:
        n = self.numbers
        if node.op in ("+", "-"):
            left, right = self._recoded(node.left, node), self._recoded(node.right, node)
            operate = n.plus if node.op == "+" else n.minus
            if left.bottom == right.bottom:
                return Ratio(operate(left.top, right.top), left.bottom)
            first, second = n.times(left.top, right.bottom), n.times(right.top, left.bottom)
            return Ratio(operate(first, second), n.times(left.bottom, right.bottom))
        left, right = self.ratio(node.left), self.ratio(node.right)
        if node.op == "*":
            found = Ratio(n.times(left.top, right.top), n.times(left.bottom, right.bottom))
            return self._scaled(found, _scale(node), _scale(node.left) * _scale(node.right))
        found = self._quotient(left, right)
        return self._scaled(found, _scale(node) * _scale(node.right), _scale(node.left))

    def _quotient(self, left: Ratio, right: Ratio) -> Ratio:
        n = self.numbers
        top, bottom = n.times(left.top, right.bottom), n.times(left.bottom, right.top)
        if isinstance(bottom.atom, int):
            if bottom.atom == 0:
                n.stop(literal(value=True), DIVISION_BY_ZERO)
                return Ratio()
            if bottom.atom > 0:
                return Ratio(top, bottom)
            return Ratio(n.negative(top), known(-bottom.atom))
        zero = literal(0)
        n.stop(compare("=", bottom.sql, zero), DIVISION_BY_ZERO)
        turned = case([(compare("<", bottom.sql, zero), n.negative(top).sql)], top.sql)
        above = exp.Nullif(this=exp.Abs(this=bottom.sql), expression=zero)
        return Ratio(n.sized(turned, top.size), n.sized(above, bottom.size))

    def _pick(self, node: Pick) -> Ratio:
        n = self.numbers
        found, *others = [self._recoded(item, node) for item in node.items]
        least = node.which == "least"
        for other in others:
            if isinstance(found.top.atom, int) and isinstance(other.top.atom, int):
                left = found.top.atom * _int(other.bottom)
                right = other.top.atom * _int(found.bottom)
                if _int(found.bottom) and _int(other.bottom):
                    found = found if (left <= right) == least or left == right else other
                    continue
            first = n.times(found.top, other.bottom)
            second = n.times(other.top, found.bottom)
            keep = compare("<=" if least else ">=", first.sql, second.sql)
            found = Ratio(
                self._one(keep, found.top, other.top), self._one(keep, found.bottom, other.bottom)
            )
        return found

    def _one(self, test: exp.Expr, yes: Num, no: Num) -> Num:
        if yes == no:
            return yes
        value = case([(test.copy(), yes.sql)], no.sql)
        return self.numbers.sized(value, max(yes.size, no.size))

    def _rounded(self, mode: RoundingMode, item: Ratio, step: int) -> Num:
        n = self.numbers
        if item.bottom.atom == 1 and step == 1:
            return item.top
        unit = n.times(item.bottom, known(step))
        quotient, rest = n.divided(item.top, unit)
        test = _away(mode, quotient, rest, unit, n)
        if test is not None:
            sign = case([(compare("<", rest.sql, literal(0)), literal(-1))], literal(1))
            more = n.sized(case([(test, sign)], literal(0)), 1)
            quotient = n.plus(quotient, more)
        return n.times(quotient, known(step))

    # --- days ---------------------------------------------------------------------------------

    def _counted(self, node: DaysBetween | AddDays | AddMonths | DateOf | Elapsed) -> Num:
        days = Days(self.numbers)
        match node:
            case Elapsed(start, end, _):
                last = self.whole(end).top
                return self.numbers.minus(last, self.whole(start).top)
            case DaysBetween(start, end, name, _):
                first = self._day(start, name)
                return days.between(first, self._day(end, name), self.countings[name])
            case AddDays(start, number, name, _):
                first = self._day(start, name)
                return days.add(first, self.whole(number).top, self.countings[name])
            case AddMonths(start, number, _):
                begun = self.whole(start).top
                return days.add_months(begun, self.whole(number).top)
            case DateOf(moment, name, _):
                return self._day(moment, name)
            case _:
                assert_never(node)

    def _day(self, expression: Expression, name: str) -> Num:
        found = self.whole(expression).top
        if expression.type.kind is not Kind.MOMENT:
            return found
        counting = self.countings[name]
        zones: dict[str, exp.Expr | None] = {counting.time_zone: None}
        if counting.time_zone_is_fact:
            fact = self.facts[counting.time_zone].text
            assert fact is not None  # noqa: S101 - narrows for mypy: a zone's name is a word
            zones = {
                zone: compare("=", fact.copy(), literal(zone))
                for zone in self.zones[counting.time_zone]
            }
        return Days(self.numbers).of_moment(found, zones)

    # --- cases --------------------------------------------------------------------------------

    def _chosen(self, node: Choose) -> Ratio:
        """Write every case; only what goes wrong in the chosen one counts."""
        n, on = self.numbers, self.facts[node.on.name].text
        assert on is not None  # noqa: S101 - narrows for mypy: an enum is a word
        before, found = n.troubles, []
        for value, expression in node.cases:
            test = compare("=", on.copy(), literal(value))
            n.troubles = []
            found.append((test, self.whole(expression)))
            before += [(both([test.copy(), trouble]), status) for trouble, status in n.troubles]
        n.troubles = before
        if node.type.kind in _TEXT:
            return Ratio(text=n.layers.keep(case((test, _text(one)) for test, one in found)))
        value_ = case((test, one.top.sql) for test, one in found)
        return Ratio(n.sized(value_, max(one.top.size for _, one in found)))

    # --- codings ------------------------------------------------------------------------------

    def _recoded(self, item: Expression, wanted: Expression) -> Ratio:
        return self._scaled(self.ratio(item), _scale(wanted), _scale(item))

    def _scaled(self, found: Ratio, top: int, bottom: int) -> Ratio:
        common, n = gcd(top, bottom), self.numbers
        return Ratio(
            n.times(found.top, known(top // common)), n.times(found.bottom, known(bottom // common))
        )


def _away(  # noqa: PLR0911 - a case per mode, side by side
    mode: RoundingMode, quotient: Num, rest: Num, unit: Num, n: Numbers
) -> exp.Expr | None:
    """Return when the quotient on the way to zero is one step short."""
    zero, size = literal(0), exp.Abs(this=rest.sql)
    other = n.minus(unit, n.sized(size.copy(), unit.size)).sql
    match mode:
        case "down":
            return None
        case "up":
            return compare("<>", rest.sql, zero)
        case "floor":
            return compare("<", rest.sql, zero)
        case "ceiling":
            return compare(">", rest.sql, zero)
        case "half_up":
            return compare(">=", size, other)
        case "half_down":
            return compare(">", size, other)
        case "half_even":
            odd = compare("<>", n.divided(quotient, known(2))[1].sql, zero)
            tie = both([compare("=", size.copy(), other.copy()), odd])
            return either([compare(">", size, other), tie])
        case _:
            assert_never(mode)


def _constant(value: Coded) -> Ratio:
    return Ratio(known(value)) if type(value) is int else Ratio(text=literal(value))


def _text(found: Ratio) -> exp.Expr:
    return found.text.copy() if found.text is not None else found.top.sql


def _scale(expression: Expression) -> int:
    return PERCENT_ONE if expression.type.kind is Kind.PERCENT else 1


def _step(step: Const, rounded: Rounded) -> int:
    value = step.value
    if type(value) is not int:
        raise TypeError(f"a rounding step is a whole number, not {value!r}")
    return whole_number(value * _scale(rounded), _scale(step))


def _int(number: Num) -> int:
    return number.atom if isinstance(number.atom, int) else 0
