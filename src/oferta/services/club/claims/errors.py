"""What can be wrong with a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class LetterUnreadable(OfertaError):
    """The message cannot be read as a letter."""

    code: ClassVar[str] = "club.letter_unreadable"
    what: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownPayment(OfertaError):
    """No payment of this member is on file under this name."""

    code: ClassVar[str] = "club.unknown_payment"
    payment: str
