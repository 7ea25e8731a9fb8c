"""However a refund is cut, each means gets back what it paid, and nothing is minted or lost."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from oferta.services.tickets.refunding.sharing import Paid, shared

NAMES = ("voucher", "wallet", "card", "bonus")


@settings(max_examples=120)
@given(
    st.lists(st.integers(1, 500_000), min_size=1, max_size=4),
    st.lists(st.integers(1, 300_000), max_size=6),
)
def test_any_cuts_of_a_refund_end_as_the_whole(amounts: list[int], cuts: list[int]) -> None:
    # TR-94
    whole = sum(amounts)
    returned = [0] * len(amounts)
    rest = whole
    for cut in [*cuts, whole]:
        part = min(cut, rest)
        if not part:
            break
        paid = [
            Paid(name, amount, done)
            for name, amount, done in zip(NAMES, amounts, returned, strict=False)
        ]
        found = shared(paid, part, unit="RUB", ordered_on=date(2026, 11, 20))
        assert sum(found) == part
        assert all(0 <= got <= one.room for got, one in zip(found, paid, strict=True))
        returned = [done + got for done, got in zip(returned, found, strict=True)]
        rest -= part
        done = whole - rest
        for got, amount in zip(returned, amounts, strict=True):
            assert abs(got - done * amount / whole) < len(amounts) + 1
    assert returned == amounts
