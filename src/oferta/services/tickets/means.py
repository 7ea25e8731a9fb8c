"""Ways to pay for an order: one interface, whoever stands behind it.

The office knows means by name only. A card's provider lies outside: it is asked before the order is
confirmed and told to take the money after. A wallet, bonuses or vouchers of our own services lie
inside: they are taken in the database transaction that confirms the order, and `project/wiring.py`
joins them, since services never import each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from oferta.kernel.money import Money
from oferta.services.tickets.errors import BadPayment
from oferta.services.tickets.models import Payment
from oferta.services.tickets.types import Charge


class Answer(StrEnum):
    """What a provider says of a charge."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    #: It has never heard of it.
    UNKNOWN = "unknown"
    #: It was let go, or given back whole.
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a provider answers; asked again about the same payment, it answers the same."""

    answer: Answer
    #: The provider's own name for the charge.
    reference: str = ""
    #: Why it was declined: the provider's code.
    reason: str = ""


class NoReply(Exception):
    """The provider did not answer in time: whether it has the money is not known."""


class Provider(Protocol):
    """Takes money outside. Every call is idempotent by the payment's id."""

    def authorise(self, charge: Charge) -> Reply:
        """Set the amount aside on the payer's side.

        Raises:
            NoReply: whether it did so is not known.
        """

    def capture(self, payment_id: UUID, amount: Money) -> Reply:
        """Take what was set aside; errors as of `authorise`."""

    def void(self, payment_id: UUID) -> Reply:
        """Let go what was set aside, or give it back whole if it was taken; errors as above."""

    def give_back(self, payment_id: UUID, refund_id: UUID, amount: Money) -> Reply:
        """Give a part back to where it came from, once for a refund's id; errors as above."""

    def look(self, payment_id: UUID) -> Reply:
        """Tell how far a charge has come; errors as above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something of a customer's that could pay for an order."""

    means: str
    #: What to name it by when paying; "" if there is but one.
    instrument: str = ""
    #: What it could pay at most.
    available: Money
    #: The last day on which it pays; None: it has none.
    last_day: date | None = None


class Means(Protocol):
    """Takes value inside, in the caller's database transaction."""

    def choices(self, party_id: UUID, unit: str) -> Iterable[Choice]:
        """Return what a customer could pay with; nothing by default."""
        del party_id, unit
        return ()

    def kept(self, instrument: str, party_id: UUID | None) -> str:
        """Return what is kept of what a payer named: a secret is not.

        Raises:
            BadPayment: there is no such thing, or it is another's.
        """
        del party_id
        return instrument

    def account(self, payment: Payment, party_id: UUID) -> int | None:
        """Return the ledger's account that pays by the sale's own Decision.

        None: the means has an account of its own, and is settled with whoever took the value.
        """
        del payment, party_id
        return None

    def returns_to(self, payment: Payment, party_id: UUID) -> int | None:
        """Return the ledger's account that a refund's own Decision credits; None: as above."""
        return self.account(payment, party_id)

    def take(self, charge: Charge) -> str:
        """Take the amount, whole, or make sure that the account may pay it; return its name.

        Raises:
            OfertaError: it cannot; the caller's database transaction is undone.
        """

    def give_back(self, payment_id: UUID, payout_id: UUID, amount: Money) -> None:
        """Give a part back, once for a payout's id, before the refund's Decision is made."""


class _Registry:
    outside: Mapping[str, Provider] = {}
    inside: Mapping[str, Means] = {}


def connect(*, outside: Mapping[str, Provider], inside: Mapping[str, Means]) -> None:
    """Make these the means of payment, by name."""
    _Registry.outside, _Registry.inside = dict(outside), dict(inside)


def names() -> tuple[str, ...]:
    """Return the means that there are."""
    return (*_Registry.outside, *_Registry.inside)


def outside() -> tuple[str, ...]:
    """Return the means that ask somebody outside."""
    return tuple(_Registry.outside)


def is_outside(name: str) -> bool:
    """Tell whether a means asks somebody outside."""
    return name in _Registry.outside


def provider(name: str) -> Provider:
    """Return a means outside.

    Raises:
        BadPayment: there is none of that name.
    """
    found = _Registry.outside.get(name)
    if found is None:
        raise _unknown(name)
    return found


def inside(name: str) -> Means:
    """Return a means inside; errors as of `provider`."""
    found = _Registry.inside.get(name)
    if found is None:
        raise _unknown(name)
    return found


def choices(party_id: UUID, unit: str) -> list[Choice]:
    """Return everything inside that a customer could pay with, in the order of the means."""
    return [one for each in _Registry.inside.values() for one in each.choices(party_id, unit)]


def kept(name: str, instrument: str, party_id: UUID | None) -> str:
    """Return what is kept of what a payer named; errors as of `Means.kept`."""
    return instrument if is_outside(name) else inside(name).kept(instrument, party_id)


def account(payment: Payment, party_id: UUID) -> int | None:
    """Return the account of the customer's that pays; None: the account of the means."""
    return None if is_outside(payment.means) else inside(payment.means).account(payment, party_id)


def returns_to(payment: Payment, party_id: UUID) -> int | None:
    """Return the customer's account that a refund goes back to; None: that of the means."""
    if is_outside(payment.means):
        return None
    return inside(payment.means).returns_to(payment, party_id)


def _unknown(name: str) -> BadPayment:
    return BadPayment(field="means", given=name, expected=", ".join(names()))
