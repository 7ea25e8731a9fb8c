"""Conditions and expressions as the solver takes them: exact, nulls and roundings included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from oferta.core.terms.proving.logic import both, either, negated
from oferta.core.terms.proving.numbers import (
    Num,
    Ratio,
    choose,
    known,
    less,
    rounded,
    same,
)
from oferta.core.terms.types import (
    PERCENT_ONE,
    AddDays,
    AddMonths,
    Always,
    And,
    Between,
    Binary,
    Choose,
    Compare,
    Const,
    DateOf,
    DaysBetween,
    Elapsed,
    FactRef,
    FieldRef,
    InList,
    IsNull,
    Kind,
    Negate,
    Not,
    Or,
    Pick,
    Rounded,
    Truth,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oferta.core.terms.proving.days import Days
    from oferta.core.terms.proving.symbols import Symbol, Symbols
    from oferta.core.terms.types import Condition, Counting, Expression, Operand

#: A fraction for whatever is counted, a truth value or the number of a word for the rest.
Value: TypeAlias = Any
_PLAIN = (Kind.BOOLEAN, Kind.ENUM, Kind.TEXT)


class Conditions:
    """Whether a condition is true, or false; where it is neither it is unknown."""

    def __init__(self, facts: Mapping[str, Symbol], symbols: Symbols) -> None:
        self._facts, self._symbols = facts, symbols
        self._memory: dict[tuple[Condition, bool], Any] = {}

    def holds(self, condition: Condition, *, wanted: bool = True) -> Any:
        """Return the solver's condition that `condition` is true (or, `wanted` False, false)."""
        match condition:
            case Always(value):
                return value is wanted
            case Not(item):
                return self.holds(item, wanted=not wanted)
            case And(items):
                parts = [self.holds(item, wanted=wanted) for item in items]
                return both(parts) if wanted else either(parts)
            case Or(items):
                parts = [self.holds(item, wanted=wanted) for item in items]
                return either(parts) if wanted else both(parts)
            case _:
                key = condition, wanted
                if key not in self._memory:
                    self._memory[key] = self._atom(condition, wanted=wanted)
                return self._memory[key]

    def unknown(self, condition: Condition) -> Any:
        """Return the solver's condition that `condition` is neither true nor false."""
        parts = [self.holds(condition), self.holds(condition, wanted=False)]
        return negated(either(parts))

    def _atom(self, atom: Any, *, wanted: bool) -> Any:
        match atom:
            case Compare(op, left, right):
                return self._compared(op, left, right, wanted=wanted)
            case Between(operand, low, high):
                ends = [
                    self._compared(">=", operand, low, wanted=wanted),
                    self._compared("<=", operand, high, wanted=wanted),
                ]
                return both(ends) if wanted else either(ends)
            case InList(operand, values):
                fact = self._facts[operand.name]
                one_of = [fact.value == self._symbols.constant(value) for value in values]
                found = either(one_of)
                return both([negated(fact.null), found if wanted else negated(found)])
            case IsNull(operand):
                null = self._facts[operand.name].null
                return null if wanted else negated(null)
            case Truth(operand):
                fact = self._facts[operand.name]
                return both([negated(fact.null), fact.value if wanted else negated(fact.value)])
        raise AssertionError(atom)

    def _compared(self, op: str, left: Operand, right: Operand, *, wanted: bool) -> Any:
        (first, null_first), (second, null_second) = self._operand(left), self._operand(right)
        held = compared(op, first, second)
        return both([negated(null_first), negated(null_second), held if wanted else negated(held)])

    def _operand(self, operand: Operand) -> tuple[Any, Any]:
        if isinstance(operand, Const):
            return self._symbols.constant(operand.value), operand.value is None
        fact = self._facts[operand.name]
        return fact.value, fact.null


def compared(op: str, first: Any, second: Any) -> Any:
    """Return the condition that two values stand so to each other."""
    match op:
        case "=":
            return first == second
        case "<>":
            return first != second
        case "<":
            return first < second
        case "<=":
            return first <= second
        case ">":
            return first > second
        case _:
            return first >= second


class Expressions:
    """Values of expressions; what stops them is noted beside."""

    def __init__(
        self,
        facts: Mapping[str, Symbol],
        symbols: Symbols,
        countings: Mapping[str, Counting],
        days: Days,
    ) -> None:
        self._facts, self._symbols, self._countings, self._days = facts, symbols, countings, days
        #: Under what the expressions computed so far have no value.
        self.stops: list[Any] = []
        #: Of `stops`, those of a division by zero.
        self.zeros: list[Any] = []

    def value(  # noqa: C901, PLR0911 - a case per node
        self, node: Expression, fields: Mapping[str, Value]
    ) -> Value:
        """Return the value in the coding of the node's kind, fractions kept."""
        match node:
            case FactRef(name, of):
                found = self._facts[name].value
                return found if of.kind in _PLAIN else Ratio(found)
            case Const(value, of):
                constant = self._symbols.constant(value)
                return constant if of.kind in _PLAIN else Ratio(constant)
            case FieldRef(name, _):
                return fields[name]
            case Binary(op, left, right, of):
                return self._binary(op, self.real(left, fields), self.real(right, fields), of)
            case Negate(item, _):
                return -self.value(item, fields)
            case Rounded(mode, item, step, of):
                exact = self.real(item, fields).scaled(_scale(of.kind))
                return Ratio(rounded(mode, exact, int(step.value or 1)))
            case Pick():
                return self._pick(node, fields)
            case Choose(on, cases, _):
                return self._chosen(on, cases, fields)
            case _:
                return Ratio(self._counted(node, fields))

    def real(self, node: Expression, fields: Mapping[str, Value]) -> Ratio:
        """Return the value itself, not as its kind is coded: 1% is a hundredth."""
        found: Ratio = self.value(node, fields)
        scale = _scale(node.type.kind)
        return found if scale == 1 else found.scaled(1, scale)

    def _binary(self, op: str, left: Ratio, right: Ratio, of: Any) -> Ratio:
        scale = _scale(of.kind)
        match op:
            case "+":
                found = left + right
            case "-":
                found = left - right
            case "*":
                found = left * right
            case _:
                zero = right.num == 0
                self.stops.append(zero)
                self.zeros.append(zero)
                found = left.over(right)
        return found.scaled(scale)

    def _pick(self, node: Pick, fields: Mapping[str, Value]) -> Ratio:
        first, *others = (self.real(item, fields) for item in node.items)
        scale = _scale(node.type.kind)
        for other in others:
            takes = less(other, first) if node.which == "least" else less(first, other)
            if known(first.den) and known(other.den) and first.den == other.den:
                first = Ratio(choose(takes, other.num, first.num), first.den)
            else:
                first = Ratio(
                    choose(takes, other.num, first.num), choose(takes, other.den, first.den)
                )
        return first.scaled(scale)

    def _chosen(
        self, on: FactRef, cases: tuple[tuple[str, Expression], ...], fields: Mapping[str, Value]
    ) -> Value:
        asked = self._facts[on.name].value
        found: Any = None
        for word, case in reversed(cases):
            here = asked == self._symbols.words.code(word)
            value = self._guarded(here, case, fields)
            if found is None:
                found = value
            elif isinstance(value, Ratio):
                found = Ratio(
                    choose(here, value.num, found.num), choose(here, value.den, found.den)
                )
            else:
                found = choose(here, value, found)
        return found

    def _guarded(self, here: Any, case: Expression, fields: Mapping[str, Value]) -> Value:
        """Compute a case whose stops count only where it is chosen."""
        stops, zeros = self.stops, self.zeros
        self.stops, self.zeros = [], []
        value = self.value(case, fields)
        stops.append(both([here, either(self.stops)]))
        zeros.append(both([here, either(self.zeros)]))
        self.stops, self.zeros = stops, zeros
        return value

    # --- days ---------------------------------------------------------------------------------

    def _counted(self, node: Any, fields: Mapping[str, Value]) -> Num:
        match node:
            case Elapsed(start, end, _):
                return self._whole(end, fields) - self._whole(start, fields)
            case DateOf(moment, name, _):
                return self._on_day(moment, self._countings[name], fields)
            case DaysBetween(start, end, name, _):
                counting = self._countings[name]
                first = self._on_day(start, counting, fields)
                last = self._on_day(end, counting, fields)
                found, stops = self._days.between(first, last, counting)
            case AddDays(start, number, name, _):
                counting = self._countings[name]
                first = self._on_day(start, counting, fields)
                found, stops = self._days.add(first, self._whole(number, fields), counting)
            case AddMonths(start, number, _):
                begun = self._whole(start, fields)
                found, stops = self._days.months(begun, self._whole(number, fields))
            case _:
                raise AssertionError(node)
        self.stops += stops
        return found

    def _whole(self, node: Expression, fields: Mapping[str, Value]) -> Num:
        found: Ratio = self.value(node, fields)
        return found.num

    def _on_day(self, node: Expression, counting: Counting, fields: Mapping[str, Value]) -> Num:
        found = self._whole(node, fields)
        if node.type.kind is not Kind.MOMENT:
            return found
        fact = counting.time_zone if counting.time_zone_is_fact else ""
        zone = fact or counting.time_zone
        return self._days.day_of(found, "" if fact else zone, fact)


def _scale(kind: Kind) -> int:
    return PERCENT_ONE if kind is Kind.PERCENT else 1


def alike(first: Value, second: Value) -> Any:
    """Return the condition that two values of one field are equal."""
    if isinstance(first, Ratio):
        return same(first, second)
    return first == second
