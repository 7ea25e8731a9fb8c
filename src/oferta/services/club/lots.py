"""Which bonuses are used first, and where what comes back goes: pure sums over lots.

A *lot* is what one payment gave from one funder. What the lots of a member hold together, less
what the member owes, is the balance in the ledger; `keeping` writes it, these rules decide it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple


class Lot(NamedTuple):
    """What is left of one payment's bonus; amounts in minor units."""

    id: int
    earned_on: date
    #: Usable on this day too; None does not expire.
    last_day: date | None
    left: int


class Use(NamedTuple):
    """How much of a lot was used, or came back to it."""

    lot_id: int
    amount: int


def in_order(lots: Iterable[Lot]) -> list[Lot]:
    """Sort as the terms' `first_to_expire` says: the earlier last day first (BC-68).

    Of equal last days the one that was earned first; what does not expire comes last.
    """
    return sorted(
        lots,
        key=lambda one: (
            one.last_day is None,
            one.last_day or one.earned_on,
            one.earned_on,
            one.id,
        ),
    )


def usable(lots: Iterable[Lot], owed: int, on: date) -> int:
    """Return what a member may spend on a day: lots not past their last day, less what is owed."""
    left = sum(one.left for one in lots if one.last_day is None or one.last_day >= on)
    return max(0, left - owed)


def spend(lots: Iterable[Lot], amount: int) -> tuple[list[Use], int]:
    """Take an amount from lots in order.

    Returns:
        What each lot gave, and what the lots could not give.
    """
    uses = []
    for lot in in_order(lots):
        taken = min(lot.left, amount)
        if taken > 0:
            uses.append(Use(lot.id, taken))
            amount -= taken
    return uses, amount


def give_back(uses: Sequence[Use], before: int, amount: int) -> list[Use]:
    """Return where an amount of what was used goes back to.

    The lot that was used last gets its part first, since it lasts longest. Only the sum counts that
    went back so far, so any split of a refund ends as one refund of the whole (BC-69).

    Args:
        uses: in the order of use, each above zero.
        before: what went back already.
        amount: what goes back now; `before + amount` is at most the sum of `uses`.
    """
    returned = []
    start = 0
    for use in reversed(uses):
        end = start + use.amount
        part = min(end, before + amount) - max(start, before)
        if part > 0:
            returned.append(Use(use.lot_id, part))
        start = end
    return returned
