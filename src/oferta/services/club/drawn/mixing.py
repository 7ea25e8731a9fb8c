"""Redemptions between the payments of a replay, and refunds of them in random splits.

What is drawn depends on the seed and on the payments alone, never on what is on file: a run that
was cut off draws the same when it is started again, and is answered as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from oferta.core.decisions.types import Decision
from oferta.services.club import redeeming
from oferta.services.club.enrolment import Books
from oferta.services.club.redeeming import Bill
from oferta.services.club.types import Payment

#: Of a hundred payments, so many are followed by a bill that bonuses shall pay.
BILLS_PERCENT = 4
#: Bills of earlier batches of which a part, or all that is left, is returned beside a new one.
_RETURNED_EACH = 2
#: Minor units: bills that most members can pay with bonuses, and bills that hardly one can.
_BILLS_MAX = (20_000, 2_000_000)
_WHOLE, _ONE_MORE = 0.4, 0.5


@dataclass(slots=True)
class DrawnBill:
    """A bill that was drawn, and what came of it; minor units."""

    bill: Bill
    #: Paid with bonuses.
    paid: int
    #: Not refunded yet, of the whole bill.
    left: int
    restored: int = 0
    parts: int = 0


@dataclass(slots=True)
class Mixer:
    """Draws, and keeps what came of it."""

    seed: int
    books: Books
    bills: list[DrawnBill] = field(default_factory=list)
    #: Of redemptions and of their refunds, in order.
    decisions: list[Decision] = field(default_factory=list)

    def between(self, payments: Sequence[Payment]) -> None:
        """Draw what happens on the evening of the last day of these payments."""
        drawn = Random(f"{self.seed}/{payments[0].key}")  # noqa: S311 - a test of books, no secret
        evening = max(one.row.at for one in payments)
        payers = [one for one in payments if one.row.amount > 0 and self.books.knows(one.row)]
        for payer in drawn.sample(payers, len(payers) * BILLS_PERCENT // 100):
            for _ in range(_RETURNED_EACH):
                self._return_some(drawn, evening)
            self._redeem(drawn, payer, evening)

    def _redeem(self, drawn: Random, payer: Payment, now: datetime) -> None:
        price = drawn.randint(1, drawn.choice(_BILLS_MAX))
        bill = Bill(
            reference=f"drawn/{self.seed}/{payer.key}",
            card=payer.row.card,
            merchant=payer.row.merchant,
            bill=price,
            bonuses=drawn.randint(1, price),
            terminal_owner=drawn.choice(("bank", "bank", "bank", "other")),
        )
        answer = redeeming.redeem(bill, now=now)
        self.decisions.append(answer.decision)
        self.bills.append(DrawnBill(bill, answer.amount, price))

    def _return_some(self, drawn: Random, now: datetime) -> None:
        """Return a part of a bill; as often as not the same bill once more at once."""
        some = [one for one in self.bills if one.left]
        if not some:
            return
        one = drawn.choice(some)
        while one.left:
            part = one.left if drawn.random() < _WHOLE else drawn.randint(1, one.left)
            one.parts += 1
            answer = redeeming.refund(
                one.bill.reference,
                refund_reference=f"{one.bill.reference}/{one.parts}",
                amount=part,
                now=now,
            )
            self.decisions.append(answer.decision)
            one.left -= part
            one.restored += answer.bonuses
            if drawn.random() > _ONE_MORE:
                break
