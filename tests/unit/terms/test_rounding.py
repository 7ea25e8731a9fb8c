"""Rounding is exact, named, and right below zero."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    localcontext,
)
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import MONEY, PERCENT, amount, clause, const, edition, fact, pack

from oferta.core.terms.arithmetic import ROUNDINGS, greatest, least
from oferta.core.terms.types import Binary, Rounded, RoundingMode

DECIMAL = {
    "down": ROUND_DOWN,
    "up": ROUND_UP,
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
    "half_up": ROUND_HALF_UP,
    "half_down": ROUND_HALF_DOWN,
    "half_even": ROUND_HALF_EVEN,
}
HALVES = {
    "down": (1, 0, 0, -1),
    "up": (2, 1, -1, -2),
    "floor": (1, 0, -1, -2),
    "ceiling": (2, 1, 0, -1),
    "half_up": (2, 1, -1, -2),
    "half_down": (1, 0, 0, -1),
    "half_even": (2, 0, 0, -2),
}


@pytest.mark.parametrize("mode", list(HALVES))
def test_halves_on_both_sides_of_zero(mode: RoundingMode) -> None:
    found = tuple(ROUNDINGS[mode](top, 2, 1) for top in (3, 1, -1, -3))
    assert found == HALVES[mode]


@pytest.mark.parametrize("mode", list(HALVES))
@given(top=st.integers(-(10**20), 10**20), shift=st.integers(0, 6), step=st.integers(1, 1000))
def test_every_mode_rounds_as_the_decimal_module_does(
    mode: RoundingMode, top: int, shift: int, step: int
) -> None:
    exact = Fraction(top, 10**shift * step)
    with localcontext() as context:
        context.prec = 60
        # Whole part and what is left, so that no digit is lost to a division that does not end.
        whole, rest = divmod(exact.numerator, exact.denominator)
        half = (2 * rest > exact.denominator) - (2 * rest < exact.denominator)
        tail = Decimal(0) if rest == 0 else Decimal("0.5") + half * Decimal("0.25")
        wanted = int((whole + tail).quantize(Decimal(1), rounding=DECIMAL[mode])) * step
    assert ROUNDINGS[mode](top, 10**shift, step) == wanted


@given(st.lists(st.tuples(st.integers(), st.integers(1, 10**9)), min_size=1))
def test_the_least_and_the_greatest_of_fractions(found: list[tuple[int, int]]) -> None:
    exact = [Fraction(top, bottom) for top, bottom in found]
    assert Fraction(*least(found)) == min(exact)
    assert Fraction(*greatest(found)) == max(exact)


@pytest.mark.parametrize(
    ("mode", "paid", "earned"),
    [
        ("down", 19_999, 100),
        ("down", -19_999, -100),
        ("floor", -19_999, -200),
        ("ceiling", 10_001, 200),
        ("up", -10_001, -200),
        ("half_up", 15_000, 200),
        ("half_up", -15_000, -200),
        ("half_even", 25_000, 200),
        ("half_down", 15_000, 100),
    ],
)
def test_one_percent_of_an_amount_in_whole_tenge(
    mode: RoundingMode, paid: int, earned: int
) -> None:
    share = Binary("*", fact("paid"), const(10_000, PERCENT), MONEY)
    made = pack(edition([clause("c", then={"amount": Rounded(mode, share, const(100), MONEY)})]))
    assert amount(made, paid=paid) == earned


def test_large_amounts_lose_no_unit() -> None:
    share = Binary("*", fact("paid"), const(1, PERCENT), MONEY)
    made = pack(edition([clause("c", then={"amount": Rounded("down", share, const(1), MONEY)})]))
    assert amount(made, paid=2**63 - 1) == (2**63 - 1) // 1_000_000
