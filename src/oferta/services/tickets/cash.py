"""Cash at the box office: the cashier has it in hand when the order is confirmed."""

from __future__ import annotations

from uuid import UUID

from oferta.kernel.money import Money
from oferta.services.tickets.means import Means
from oferta.services.tickets.types import Charge

#: Its name among the means; only the box office takes it.
NAME = "cash"


class CashDesk(Means):
    """Takes and gives back banknotes; the books of the till are kept by the ledger's account."""

    def take(self, charge: Charge) -> str:
        """Note that the cashier has taken the amount."""
        return f"cash-{charge.payment_id}"

    def give_back(self, payment_id: UUID, payout_id: UUID, amount: Money) -> None:
        """Leave it to the cashier, who pays it out when the buyer comes (TR-97)."""
