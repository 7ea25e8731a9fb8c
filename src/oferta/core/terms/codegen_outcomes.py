"""Outcome arithmetic as Python source over whole numbers.

An expression becomes straight-line statements, one temporary per step, so that nothing is
computed twice and nothing nests. Its value is a fraction, kept as a numerator and a denominator
until a rounding or a field takes it; nearly every denominator is known while source is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd
from typing import TYPE_CHECKING, TypeAlias, assert_never

from oferta.core.terms.arithmetic import ROUNDINGS, greatest, least
from oferta.core.terms.codegen_names import literal
from oferta.core.terms.counting import add_days, add_months, date_of, days
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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oferta.core.terms.codegen_names import Names
    from oferta.core.terms.types import Counting, Expression

#: A whole number known already, or the identifier that holds one.
Atom: TypeAlias = int | str
#: Kinds that are compared and passed on, never counted with.
_TEXT = (Kind.BOOLEAN, Kind.ENUM, Kind.TEXT)
#: What generated code may call, by the name it calls it.
HELPERS: dict[str, object] = {
    **{f"round_{mode}": function for mode, function in ROUNDINGS.items()},
    "least": least,
    "greatest": greatest,
    "add_days": add_days,
    "add_months": add_months,
    "date_of": date_of,
    "days": days,
}


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator over a denominator above zero; `text` instead of both for words and truths."""

    top: Atom = 0
    bottom: Atom = 1
    text: str = ""


@dataclass(slots=True)
class Block:
    """Statements of one function, and what they need from outside."""

    names: Names
    countings: Mapping[str, Counting]
    #: Put in place of a division by zero.
    on_zero: str = "raise ZeroDivisionError"
    lines: list[str] = field(default_factory=list)
    #: Countings used, by the identifier of each.
    used: dict[str, Counting] = field(default_factory=dict)
    #: Whether a statement may refuse (`counting.Refused`).
    may_refuse: bool = False
    fields: dict[str, Ratio] = field(default_factory=dict)
    made: int = 0

    def temporary(self, source: str) -> str:
        """Keep the value of `source` and return the identifier that holds it."""
        name = f"v{self.made}"
        self.made += 1
        self.lines.append(f"{name} = {source}")
        return name

    def field(self, name: str, expression: Expression) -> str:
        """Write a field and return source of its value; later fields may refer to it by name."""
        atom = self.whole(expression)
        is_text = expression.type.kind in _TEXT
        self.fields[name] = Ratio(text=_written(atom)) if is_text else Ratio(atom)
        return _written(atom)

    # --- expressions --------------------------------------------------------------------------

    def ratio(self, expression: Expression) -> Ratio:
        """Write what computes `expression` and return where its value is."""
        match expression:
            case FactRef(name, _):
                identifier = self.names.of(name)
                return Ratio(text=identifier) if _is_text(expression) else Ratio(identifier)
            case Const(value, _):
                plain = type(value) is int
                return Ratio(value) if plain else Ratio(text=literal(value))  # type: ignore[arg-type]  # int, checked
            case FieldRef(name, _):
                return self.fields[name]
            case Binary() | Negate() | Pick() | Rounded():
                return self._arithmetic(expression)
            case Choose():
                return self._chosen(expression)
            case _:
                return Ratio(self._counted(expression))

    def whole(self, expression: Expression) -> Atom:
        """Write `expression` and return where its whole value is, in the coding of its kind."""
        found = self.ratio(expression)
        if found.text:
            return found.text
        if found.bottom == 1:
            return found.top
        if isinstance(found.top, int) and isinstance(found.bottom, int):
            return _known_whole(found.top, found.bottom)
        return self.temporary(f"whole({found.top}, {found.bottom})")

    def _chosen(self, node: Choose) -> Ratio:
        """Write a branch for each case; what the others would compute must not even be tried."""
        before, branches = self.lines, []
        result = f"v{self.made}"
        self.made += 1
        for value, case in node.cases:
            self.lines = []
            atom = _written(self.whole(case))
            test = f"{self.names.of(node.on.name)} == {literal(value)}"
            branches.append((test, [*self.lines, f"{result} = {atom}"]))
        self.lines = before
        for place, (test, lines) in enumerate(branches):
            last = place == len(branches) - 1
            head = "else:" if last else f"{'if' if place == 0 else 'elif'} {test}:"
            # A single case needs no test, but its lines need their block.
            self.lines += [head if place or not last else "if True:", *(f"    {x}" for x in lines)]
        return Ratio(text=result) if node.type.kind in _TEXT else Ratio(result)

    def _arithmetic(self, expression: Binary | Negate | Pick | Rounded) -> Ratio:
        match expression:
            case Binary():
                return self._binary(expression)
            case Negate(item, _):
                found = self.ratio(item)
                top = -found.top if isinstance(found.top, int) else self.temporary(f"-{found.top}")
                return Ratio(top, found.bottom)
            case Pick():
                return self._pick(expression)
            case Rounded(mode, item, step, _):
                taken = self._recoded(self.ratio(item), item, expression)
                return Ratio(self._rounded(mode, taken, _step(step, expression)))
            case _:
                assert_never(expression)

    def _binary(self, node: Binary) -> Ratio:
        left, right = self.ratio(node.left), self.ratio(node.right)
        if node.op in ("+", "-"):
            left = self._recoded(left, node.left, node)
            right = self._recoded(right, node.right, node)
            return self._sum(left, node.op, right)
        if node.op == "*":
            top, bottom = self._times(left.top, right.top), self._times(left.bottom, right.bottom)
            more = Ratio(_scale(node), _scale(node.left) * _scale(node.right))
        else:
            top, bottom = self._quotient(left, right)
            more = Ratio(_scale(node) * _scale(node.right), _scale(node.left))
        return self._scaled(Ratio(top, bottom), more)

    def _sum(self, left: Ratio, op: str, right: Ratio) -> Ratio:
        if left.bottom == right.bottom:
            return Ratio(self._plus(left.top, op, right.top), left.bottom)
        first = self._times(left.top, right.bottom)
        second = self._times(right.top, left.bottom)
        return Ratio(self._plus(first, op, second), self._times(left.bottom, right.bottom))

    def _quotient(self, left: Ratio, right: Ratio) -> tuple[Atom, Atom]:
        top = self._times(left.top, right.bottom)
        bottom = self._times(left.bottom, right.top)
        if isinstance(bottom, int):
            if bottom == 0:
                self.lines.append(self.on_zero)
                return 0, 1
            return (top, bottom) if bottom > 0 else (self._times(top, -1), -bottom)
        if bottom == right.top:  # the divisor itself: keep a fact as it is, others read it too
            bottom = self.temporary(bottom)
        self.lines.append(f"if {bottom} == 0: {self.on_zero}")
        top = self.temporary(f"{_written(top)} if {bottom} > 0 else -{_bracketed(top)}")
        self.lines.append(f"{bottom} = abs({bottom})")
        return top, bottom

    def _pick(self, node: Pick) -> Ratio:
        found = [self._recoded(self.ratio(item), item, node) for item in node.items]
        bottoms = {item.bottom for item in found}
        if len(bottoms) == 1:
            word = "min" if node.which == "least" else "max"
            tops = ", ".join(_written(item.top) for item in found)
            return Ratio(self.temporary(f"{word}({tops})"), bottoms.pop())
        pairs = ", ".join(f"({_written(item.top)}, {_written(item.bottom)})" for item in found)
        pair = self.temporary(f"{node.which}(({pairs}))")
        return Ratio(self.temporary(f"{pair}[0]"), self.temporary(f"{pair}[1]"))

    def _rounded(self, mode: str, item: Ratio, step: int) -> Atom:
        top, bottom = item.top, item.bottom
        if bottom == 1 and step == 1:
            return top
        if isinstance(top, int) and isinstance(bottom, int):
            return ROUNDINGS[mode](top, bottom, step)  # type: ignore[index]  # a RoundingMode
        if isinstance(bottom, int) and mode in ("down", "floor") and isinstance(top, str):
            unit = literal(bottom * step)
            times = "" if step == 1 else f" * {literal(step)}"
            floor = f"{top} // {unit}{times}"
            if mode == "floor":
                return self.temporary(floor)
            return self.temporary(f"{floor} if {top} >= 0 else -(-{top} // {unit}){times}")
        return self.temporary(f"round_{mode}({_written(top)}, {_written(bottom)}, {literal(step)})")

    # --- days ---------------------------------------------------------------------------------

    def _counted(self, node: DaysBetween | AddDays | AddMonths | DateOf | Elapsed) -> Atom:
        match node:
            case Elapsed(start, end, _):
                return self._plus(self.whole(end), "-", self.whole(start))
            case DaysBetween(start, end, counting, _):
                first, last = self._day(start, counting), self._day(end, counting)
                self.may_refuse = True
                return self.temporary(f"days({first}, {last}, {self._counting(counting)})")
            case AddDays(start, number, counting, _):
                first, much = self._day(start, counting), _written(self.whole(number))
                self.may_refuse = True
                return self.temporary(f"add_days({first}, {much}, {self._counting(counting)})")
            case AddMonths(start, number, _):
                first, much = _written(self.whole(start)), _written(self.whole(number))
                self.may_refuse = True
                return self.temporary(f"add_months({first}, {much})")
            case DateOf(moment, counting, _):
                return self._day(moment, counting)
            case _:
                assert_never(node)

    def _day(self, expression: Expression, counting: str) -> str:
        """Write a date, or the day of a moment in the counting's time zone."""
        found = _written(self.whole(expression))
        if expression.type.kind is not Kind.MOMENT:
            return found
        self.may_refuse = True
        used = self.countings[counting]
        zone = self.names.of(used.time_zone) if used.time_zone_is_fact else literal(used.time_zone)
        return self.temporary(f"date_of({found}, {zone})")

    def _counting(self, name: str) -> str:
        identifier = f"c{sorted(self.countings).index(name)}"
        self.used[identifier] = self.countings[name]
        return identifier

    # --- fractions ----------------------------------------------------------------------------

    def _recoded(self, found: Ratio, item: Expression, wanted: Expression) -> Ratio:
        """Bring a value from the coding of `item` into that of `wanted`."""
        return self._scaled(found, Ratio(_scale(wanted), _scale(item)))

    def _scaled(self, found: Ratio, factor: Ratio) -> Ratio:
        assert isinstance(factor.top, int)  # noqa: S101 - narrows for mypy; factors are literal
        assert isinstance(factor.bottom, int)  # noqa: S101 - as above
        common = gcd(factor.top, factor.bottom)
        top = self._times(found.top, factor.top // common)
        return Ratio(top, self._times(found.bottom, factor.bottom // common))

    def _times(self, left: Atom, right: Atom) -> Atom:
        if isinstance(left, int) and isinstance(right, int):
            return left * right
        if 0 in (left, right):
            return 0
        if 1 in (left, right):
            return right if left == 1 else left
        return self.temporary(f"{_bracketed(left)} * {_bracketed(right)}")

    def _plus(self, left: Atom, op: str, right: Atom) -> Atom:
        if isinstance(left, int) and isinstance(right, int):
            return left + right if op == "+" else left - right
        return self.temporary(f"{_bracketed(left)} {op} {_bracketed(right)}")


def whole(numerator: int, denominator: int) -> int:
    """Return the quotient; a field takes only whole numbers of its coding.

    Raises:
        ArithmeticError: it is a fraction, which the checks of a pack rule out.
    """
    quotient, rest = divmod(numerator, denominator)
    if rest:
        raise ArithmeticError(f"{numerator}/{denominator} was not rounded")
    return quotient


def _known_whole(top: int, bottom: int) -> int:
    return whole(top, bottom)


def _scale(expression: Expression) -> int:
    return PERCENT_ONE if expression.type.kind is Kind.PERCENT else 1


def _step(step: Const, rounded: Rounded) -> int:
    """Return the step in the coding of the result."""
    value = step.value
    if type(value) is not int or value <= 0:
        raise ArithmeticError(f"a rounding step above zero is needed, not {value!r}")
    return whole(value * _scale(rounded), _scale(step))


def _is_text(expression: FactRef) -> bool:
    return expression.type.kind in _TEXT


def _written(atom: Atom) -> str:
    return atom if isinstance(atom, str) else literal(atom)


def _bracketed(atom: Atom) -> str:
    return atom if isinstance(atom, str) else f"({literal(atom)})" if atom < 0 else literal(atom)
