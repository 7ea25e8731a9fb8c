"""Rounding of exact fractions to multiples of a step: whole numbers in, whole numbers out.

Every function takes `numerator / denominator` (denominator above zero) and a `step` above zero,
both in the coding of the result, and returns the multiple of `step` that its mode picks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from oferta.core.terms.types import RoundingMode


def round_floor(numerator: int, denominator: int, step: int) -> int:
    """Return the greatest multiple of `step` that is not above the fraction."""
    return numerator // (denominator * step) * step


def round_ceiling(numerator: int, denominator: int, step: int) -> int:
    """Return the least multiple of `step` that is not below the fraction."""
    return -(-numerator // (denominator * step)) * step


def round_down(numerator: int, denominator: int, step: int) -> int:
    """Return the nearest multiple of `step` on the way to zero."""
    unit = denominator * step
    return (numerator // unit if numerator >= 0 else -(-numerator // unit)) * step


def round_up(numerator: int, denominator: int, step: int) -> int:
    """Return the nearest multiple of `step` on the way from zero."""
    unit = denominator * step
    return (-(-numerator // unit) if numerator >= 0 else numerator // unit) * step


def round_half_up(numerator: int, denominator: int, step: int) -> int:
    """Return the nearest multiple of `step`; halves go away from zero."""
    unit = denominator * step
    steps = (2 * abs(numerator) + unit) // (2 * unit)
    return (steps if numerator >= 0 else -steps) * step


def round_half_down(numerator: int, denominator: int, step: int) -> int:
    """Return the nearest multiple of `step`; halves go toward zero."""
    unit = denominator * step
    steps = -((unit - 2 * abs(numerator)) // (2 * unit))
    return (steps if numerator >= 0 else -steps) * step


def round_half_even(numerator: int, denominator: int, step: int) -> int:
    """Return the nearest multiple of `step`; halves go to the even multiple."""
    unit = denominator * step
    steps, rest = divmod(numerator, unit)
    if 2 * rest > unit or (2 * rest == unit and steps % 2):
        steps += 1
    return steps * step


#: The function behind each `round_<mode>`.
ROUNDINGS: dict[RoundingMode, Callable[[int, int, int], int]] = {
    "down": round_down,
    "up": round_up,
    "floor": round_floor,
    "ceiling": round_ceiling,
    "half_up": round_half_up,
    "half_down": round_half_down,
    "half_even": round_half_even,
}


def least(fractions: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return the least of fractions with denominators above zero; the first of equal ones."""
    return _pick(fractions, sign=1)


def greatest(fractions: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return the greatest of fractions with denominators above zero; the first of equal ones."""
    return _pick(fractions, sign=-1)


def _pick(fractions: Iterable[tuple[int, int]], *, sign: int) -> tuple[int, int]:
    found: tuple[int, int] | None = None
    for top, bottom in fractions:
        if found is None or sign * (top * found[1] - found[0] * bottom) < 0:
            found = top, bottom
    if found is None:
        raise ValueError("nothing to pick from")
    return found
