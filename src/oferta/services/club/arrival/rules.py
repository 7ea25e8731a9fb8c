"""The one order that counts, and which purchase each refund returns: pure.

Records come in any order. What counts is the order of the payments' own days, and where that says
nothing, an order of their own: it does not depend on when anything came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from oferta.services.club.types import Place, Purchase


@dataclass(frozen=True, slots=True)
class Returned:
    """A refund on file, or about to be."""

    key: str
    paid_on: date
    #: Above zero, minor units.
    amount: int
    #: As its record names it, or "".
    named: str
    #: Which it is matched to now; "" if none.
    purchase_key: str

    @property
    def place(self) -> Place:
        """Its place in the order that counts."""
        return self.paid_on, -self.amount, self.key


def assigned(purchases: Iterable[Purchase], refunds: Iterable[Returned]) -> dict[str, str]:
    """Return the purchase of each refund that names none, "" where nothing fits.

    Refunds that name their purchase come first, whenever they came; then each of the others, in the
    order that counts, takes what fits it best. So the answer follows from the set alone.

    Args:
        purchases: of one member at one seller; what is `refunded` of them is not looked at.
        refunds: at that seller by that member, those that name one of these purchases included.
    """
    left = {
        one.key: Purchase(one.key, one.paid_on, one.amount, 0, one.repeat_no) for one in purchases
    }
    given = list(refunds)
    for one in given:
        if one.named in left:
            left[one.named].refunded += one.amount
    found: dict[str, str] = {}
    for one in sorted((one for one in given if not one.named), key=lambda one: one.place):
        best = purchase_of(one.amount, one.paid_on, left.values())
        if best is not None:
            best.refunded += one.amount
        found[one.key] = best.key if best else ""
    return found


def purchase_of(refund: int, paid_on: date, purchases: Iterable[Purchase]) -> Purchase | None:
    """Return the purchase that a refund belongs to, or None.

    One with exactly that amount left comes before one with more left; one that is no repeat before
    one that is (a person decides whether that was a purchase at all); a later day before an earlier
    one.

    Args:
        refund: above zero, minor units.
        paid_on: day of the refund; a purchase of a later day cannot be meant.
        purchases: same member, same seller.
    """
    fitting = [one for one in purchases if one.left >= refund and one.paid_on <= paid_on]
    return max(
        fitting,
        key=lambda one: (one.left == refund, -one.repeat_no, one.paid_on, one.key),
        default=None,
    )
