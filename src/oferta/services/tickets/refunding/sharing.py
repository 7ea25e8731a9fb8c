"""To which means of payment a refund goes back, and how much to each: the terms say (TR-94).

Pure but for the terms. However a refund is cut into parts, each means gets back what it paid once
the whole order is refunded, and never more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from oferta.core.terms import shelf
from oferta.kernel.money import Money

PACK, QUESTION = "ticket-means", "refund_share"
#: Kopecks that cannot be shared go here first.
FIRST = "card"


class Paid(NamedTuple):
    """What one means paid of an order and has got back, in minor units."""

    means: str
    amount: int
    returned: int

    @property
    def room(self) -> int:
        """What it may still get back."""
        return self.amount - self.returned


def shared(paid: Sequence[Paid], amount: int, *, unit: str, ordered_on: date) -> list[int]:
    """Return how much of a refund goes back to each means, in the order given.

    Args:
        paid: the order's means, in the order in which they paid.
        amount: of the refund, minor units; at most the room of all of them.
        unit: of the order.
        ordered_on: the terms of that day decide.
    """
    if len(paid) == 1:
        return [min(amount, paid[0].room)]
    so_far = amount + sum(one.returned for one in paid)
    whole = sum(one.amount for one in paid)
    found, left = [0] * len(paid), amount
    for place, one in enumerate(paid):
        said = _share(one, so_far, whole, unit=unit, ordered_on=ordered_on)
        found[place] = min(said, one.room, left)
        left -= found[place]
    for place in sorted(range(len(paid)), key=lambda at: paid[at].means != FIRST):
        more = min(left, paid[place].room - found[place])
        found[place] += more
        left -= more
    return found


def _share(one: Paid, so_far: int, whole: int, *, unit: str, ordered_on: date) -> int:
    given = {
        "ordered_on": ordered_on,
        "order_paid": str(Money(whole, unit)),
        "means_paid": str(Money(one.amount, unit)),
        "refunded_so_far": str(Money(so_far, unit)),
        "returned_before": str(Money(one.returned, unit)),
    }
    return int(shelf.terms().decide(PACK, QUESTION, given).outcome["share"] or 0)
