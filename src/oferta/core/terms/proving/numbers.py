"""Exact fractions over the solver's whole numbers: plain ints where all is known."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING, Any, TypeAlias

import z3

if TYPE_CHECKING:
    from collections.abc import Callable

    from oferta.core.terms.types import RoundingMode

#: A whole number, known or not. Any, because the solver's own operators return its own types.
Num: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Ratio:
    """`num / den`, the denominator above zero."""

    num: Num
    den: Num = 1

    def __add__(self, other: Ratio) -> Ratio:
        if known(self.den) and known(other.den) and self.den == other.den:
            return Ratio(self.num + other.num, self.den)
        return Ratio(self.num * other.den + other.num * self.den, self.den * other.den)

    def __neg__(self) -> Ratio:
        return Ratio(-self.num, self.den)

    def __sub__(self, other: Ratio) -> Ratio:
        return self + -other

    def __mul__(self, other: Ratio) -> Ratio:
        return Ratio(_times(self.num, other.num), _times(self.den, other.den))

    def over(self, other: Ratio) -> Ratio:
        """Return the quotient; of no meaning where `other` is zero."""
        num, den = _times(self.num, other.den), _times(self.den, other.num)
        if known(den):
            return Ratio(-num, -den) if den < 0 else Ratio(num, den or 1)
        return Ratio(choose(den < 0, -num, num), choose(den < 0, -den, den))

    def scaled(self, by: int, over: int = 1) -> Ratio:
        """Return the value times a known factor."""
        if known(self.den):
            common = gcd(by, self.den * over)
            num = self.num * (by // common) if known(self.num) else _times(by // common, self.num)
            return Ratio(num, self.den * over // common)
        return self if by == over else Ratio(_times(self.num, by), _times(self.den, over))


def known(value: Num) -> bool:
    """Tell whether the number is a plain int."""
    return isinstance(value, int)


def _times(left: Num, right: Num) -> Num:
    if known(left) and left == 1:
        return right
    return left if known(right) and right == 1 else left * right


def choose(condition: Any, yes: Num, no: Num) -> Num:
    """Return `yes` where the condition holds, else `no`."""
    if isinstance(condition, bool):
        return yes if condition else no
    return z3.If(condition, yes, no)


def quotient(num: Num, den: Num) -> Num:
    """Return the whole quotient, rounded down; `den` is above zero."""
    if known(num) and known(den):
        return num // den
    return num if known(den) and den == 1 else (z3.IntVal(num) if known(num) else num) / den


def less(left: Ratio, right: Ratio) -> Any:
    """Return the condition that `left` is below `right`."""
    if known(left.den) and known(right.den) and left.den == right.den:
        return left.num < right.num
    return _times(left.num, right.den) < _times(right.num, left.den)


def same(left: Ratio, right: Ratio) -> Any:
    """Return the condition that two fractions are equal."""
    if _one_term(left.num, right.num) and _one_term(left.den, right.den):
        return True
    if known(left.den) and known(right.den) and left.den == right.den:
        return left.num == right.num
    return _times(left.num, right.den) == _times(right.num, left.den)


def _one_term(left: Num, right: Num) -> bool:
    """Tell whether two numbers are written alike, and so equal whatever the facts."""
    if known(left) or known(right):
        return known(left) and known(right) and bool(left == right)
    return bool(left.eq(right))


def rounded(mode: RoundingMode, value: Ratio, step: int) -> Num:
    """Return the multiple of `step` that the mode picks; all in one coding."""
    return _MODES[mode](value.num, _times(value.den, step)) * step


def _down(num: Num, unit: Num) -> Num:
    return choose(num >= 0, quotient(num, unit), -quotient(-num, unit))


def _up(num: Num, unit: Num) -> Num:
    return choose(num >= 0, -quotient(-num, unit), quotient(num, unit))


def _half_up(num: Num, unit: Num) -> Num:
    up = quotient(2 * num + unit, 2 * unit)
    return choose(num >= 0, up, -quotient(unit - 2 * num, 2 * unit))


def _half_down(num: Num, unit: Num) -> Num:
    down = -quotient(unit - 2 * num, 2 * unit)
    return choose(num >= 0, down, quotient(2 * num + unit, 2 * unit))


def _half_even(num: Num, unit: Num) -> Num:
    below = quotient(num, unit)
    rest = 2 * (num - below * unit)
    tie = choose(below % 2 == 0, below, below + 1)
    return choose(rest < unit, below, choose(rest > unit, below + 1, tie))


_MODES: dict[str, Callable[[Num, Num], Num]] = {
    "floor": quotient,
    "ceiling": lambda num, unit: -quotient(-num, unit),
    "down": _down,
    "up": _up,
    "half_up": _half_up,
    "half_down": _half_down,
    "half_even": _half_even,
}
