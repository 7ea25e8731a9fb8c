"""Reads of the ledger, on Django's connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oferta.core.ledger import proving, reading
from oferta.core.ledger.session import connection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from oferta.core.ledger.types import (
        Account,
        Balance,
        BookedTransfer,
        Hold,
        Proof,
        StatementLine,
    )


def account(which: int | str) -> Account:
    """Return one account by id or key.

    Raises:
        UnknownAccount: there is none.
    """
    return reading.account(connection(), which)


def accounts(ids: Iterable[int]) -> dict[int, Account]:
    """Return those of the accounts `ids` that exist, by id."""
    return reading.accounts(connection(), ids)


def accounts_by_key(keys: Iterable[str]) -> dict[str, Account]:
    """Return the accounts of those `keys` that exist, by key."""
    return reading.accounts_by_key(connection(), keys)


def accounts_by_prefix(prefix: str, *, limit: int = 100, after: str = "") -> list[Account]:
    """Return the next `limit` accounts after a key whose key starts with `prefix`, by key."""
    return reading.accounts_by_prefix(connection(), prefix, limit, after)


def balance(
    account_id: int, *, event_at: datetime | None = None, booked_at: datetime | None = None
) -> Balance:
    """Return the posted totals now, or of what had happened or was booked by a moment."""
    return reading.balance(connection(), account_id, event_at=event_at, booked_at=booked_at)


def statement(account_id: int, *, after: int = 0, limit: int = 100) -> list[StatementLine]:
    """Return the next `limit` lines of an account after the line numbered `after`, as booked."""
    return reading.statement(connection(), account_id, after=after, limit=limit)


def transfers(ids: Iterable[UUID]) -> dict[UUID, BookedTransfer]:
    """Return those of `ids` that stand in the journal, by id."""
    return reading.transfers(connection(), ids)


def transfers_between(first: UUID, last: UUID, *, limit: int) -> list[BookedTransfer]:
    """Return at most `limit` transfers whose id lies between two, the newest first."""
    return reading.transfers_between(connection(), first, last, limit)


def followed_by(transfer_id: UUID) -> tuple[UUID | None, UUID | None]:
    """Return the transfer that resolved this one's hold, and the one that took it back."""
    return reading.followed_by(connection(), transfer_id)


def posted(ids: Iterable[UUID]) -> dict[UUID, BookedTransfer]:
    """Return the transfers that posted these pending ones, by the pending one's id."""
    return reading.posted(connection(), ids)


def transfers_of_decisions(decision_ids: Iterable[UUID]) -> list[BookedTransfer]:
    """Return the transfers behind Decisions, in the order in which they were booked."""
    return reading.transfers_of_decisions(connection(), decision_ids)


def open_holds(ids: Iterable[UUID]) -> dict[UUID, Hold]:
    """Return those of the pending transfers `ids` that still hold, by id."""
    return reading.open_holds(connection(), ids)


def holds_of_account(account_id: int) -> list[Hold]:
    """Return the pending transfers that still hold on an account."""
    return reading.holds_of_account(connection(), account_id)


def verify() -> Proof:
    """Prove the whole book: units, balances, holds, limits, running balances and seals."""
    return proving.verify(connection())
