"""A customer's money balance: refunds go to it by consent, and it pays for tickets.

It is an account of the ledger and nothing else. The sale's own Decision debits it, a refund's own
Decision credits it, so nothing is kept here that could differ from the book; the ledger refuses
what would take it below zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from oferta.core.ledger import queries as ledger
from oferta.kernel.money import Money
from oferta.services.tickets import accounts
from oferta.services.tickets.errors import BadPayment
from oferta.services.tickets.means import Choice, Means
from oferta.services.tickets.models import Payment, Purse
from oferta.services.tickets.types import Charge

#: Its name among the means, and what the refund terms call the way to it.
NAME, WAY = "wallet", "balance"


def balance(party_id: UUID, unit: str) -> int:
    """Return what a customer has, in minor units."""
    key = f"wallet/{party_id}/{unit}"
    found = ledger.accounts_by_key([key]).get(key)
    return found.balance - found.debits_pending if found else 0


def units(party_id: UUID) -> list[str]:
    """Return the units in which a customer has, or had, a balance."""
    rows = Purse.objects.filter(party_id=party_id)
    return sorted(rows.values_list("currency", flat=True))


class Wallet(Means):
    """Pays from the customer's balance."""

    def choices(self, party_id: UUID, unit: str) -> Iterable[Choice]:
        """Return the balance, if there is any."""
        there_is = balance(party_id, unit)
        return [Choice(means=NAME, available=Money(there_is, unit))] if there_is > 0 else []

    def account(self, payment: Payment, party_id: UUID) -> int | None:
        """Return the customer's own account."""
        return accounts.wallet(party_id, payment.currency)

    def take(self, charge: Charge) -> str:
        """Say early and in words what the ledger would refuse anyway."""
        there_is = balance(charge.party_id, charge.amount.unit) if charge.party_id else 0
        if there_is < charge.amount.minor:
            expected = f"at most {Money(there_is, charge.amount.unit)}"
            raise BadPayment(field="amount", given=str(charge.amount), expected=expected)
        return f"{NAME}-{charge.payment_id}"

    def give_back(self, payment_id: UUID, payout_id: UUID, amount: Money) -> None:
        """Do nothing: the refund's Decision credits the account."""
