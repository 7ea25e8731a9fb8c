"""Which rows are the same payment told twice, and which purchase a refund belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256

from oferta.services.club.types import Payment, PaymentRow, Purchase


def numbered(rows: Iterable[PaymentRow]) -> Iterator[Payment]:
    """Give every row its key and its number among rows that are equal in every column.

    The record has neither a time nor an authorisation number, so two coffees and one coffee
    exported twice look alike. Nothing here guesses: the first row is number 0, and the terms say
    what happens to the others.
    """
    seen: Counter[str] = Counter()
    for row in rows:
        same = _same(row)
        repeat_no = seen[same]
        seen[same] += 1
        yield Payment(row, _key(same, repeat_no), repeat_no)


def in_order(payments: Iterable[Payment]) -> list[Payment]:
    """Sort by day, purchases before refunds, so that a same-day refund finds its purchase."""
    return sorted(payments, key=lambda one: (one.row.paid_on, one.row.amount < 0, one.row.line))


def purchase_of(refund_amount: int, paid_on: date, purchases: list[Purchase]) -> Purchase | None:
    """Return the purchase that a refund belongs to, or None.

    The latest one with exactly that amount left, else the latest one with at least that much
    left; a purchase whose accrual is held comes before others, because returning one of two equal
    payments answers the question whether there were two.

    Args:
        refund_amount: above zero, minor units.
        paid_on: day of the refund; a purchase of a later day cannot be meant.
        purchases: same card, same merchant.
    """
    fitting = [one for one in purchases if one.left >= refund_amount and one.paid_on <= paid_on]
    return max(
        fitting,
        key=lambda one: (one.left == refund_amount, one.held, one.paid_on, one.key),
        default=None,
    )


def _same(row: PaymentRow) -> str:
    told = (row.paid_on.isoformat(), str(row.amount), row.currency, row.merchant)
    return "\x1f".join((*told, row.card, row.category))


def _key(same: str, repeat_no: int) -> str:
    return sha256(f"{same}\x1f{repeat_no}".encode()).hexdigest()[:32]
