"""Ways to pay for an order: one interface, whoever stands behind it.

The office knows means by name only. A card's provider lies outside: it is asked before the order is
confirmed and told to take the money after. A wallet, bonuses or vouchers of our own services lie
inside: they are taken in the database transaction that confirms the order, and `project/wiring.py`
joins them, since services never import each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from oferta.kernel.money import Money
from oferta.services.tickets.errors import BadPayment
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


class Means(Protocol):
    """Takes value inside, in the caller's database transaction."""

    def take(self, charge: Charge) -> str:
        """Take the amount, whole; return what this means calls it.

        Raises:
            OfertaError: it cannot; the caller's database transaction is undone.
        """

    def give_back(self, payment_id: UUID, refund_id: UUID, amount: Money) -> None:
        """Give a part back, once for a refund's id."""


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


def _unknown(name: str) -> BadPayment:
    return BadPayment(field="means", given=name, expected=", ".join(names()))
