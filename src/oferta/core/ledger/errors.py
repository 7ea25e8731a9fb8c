"""What the ledger refuses as a whole call; what it refuses of one transfer is a `ResultCode`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class BadAccount(OfertaError):
    """An account cannot be opened like this: its key, unit, limit or floor is impossible."""

    code: ClassVar[str] = "ledger.bad_account"
    key: str
    wrong: str


@dataclass(eq=False, kw_only=True)
class AccountDiffers(OfertaError):
    """The key belongs to an account with another unit, limit or floor."""

    code: ClassVar[str] = "ledger.account_differs"
    key: str


@dataclass(eq=False, kw_only=True)
class UnknownAccount(OfertaError):
    """No account has this id or key."""

    code: ClassVar[str] = "ledger.unknown_account"
    account: str


@dataclass(eq=False, kw_only=True)
class Contended(OfertaError):
    """Others kept writing the same ids or accounts until the attempts ran out; nothing changed."""

    code: ClassVar[str] = "ledger.contended"
    attempts: int
    reason: str


@dataclass(eq=False, kw_only=True)
class GathererFull(OfertaError):
    """Too many transfers are waiting already; nothing changed, try later."""

    code: ClassVar[str] = "ledger.gatherer_full"
    waiting: int


@dataclass(eq=False, kw_only=True)
class GathererClosed(OfertaError):
    """The gatherer takes nothing more."""

    code: ClassVar[str] = "ledger.gatherer_closed"


@dataclass(eq=False, kw_only=True)
class ClockOfSealsBroken(OfertaError):
    """The server counts its database transactions anew, as after dump and restore.

    New rows would fall into ranges that are sealed. See the room's page for the remedy.
    """

    code: ClassVar[str] = "ledger.clock_of_seals_broken"
    sealed_to: int
    now_at: int
