"""Writes of the ledger. Only `oferta.core.decisions` imports this: no money without a Decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from oferta.core.ledger import accounts, partitions, posting, reading, sealing, sql
from oferta.core.ledger.session import connection
from oferta.core.ledger.types import Account, Hold, Kind, NewAccount, Result, Transfer
from oferta.kernel.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

#: Voided per database transaction by `expire_due`: short locks, few commits.
EXPIRE_COUNT_MAX = 1000


def post(transfers: Sequence[Transfer], *, now: datetime) -> list[Result]:
    """Answer each transfer in order and book the accepted ones in the caller's transaction.

    Inside `atomic()` the caller commits or undoes them; outside they commit at once. One call
    per transaction: a second one takes its locks after the first's and may deadlock with others.

    Args:
        transfers: in the order in which they are to be tried.
        now: this moment, zone-aware; holds that expired by then cannot be posted.

    Raises:
        Contended: others kept writing the same ids until the attempts ran out.
    """
    return posting.retried(
        transaction.atomic, lambda: posting.post_once(connection(), transfers, now)
    )


def reverse(
    transfer_id: UUID,
    *,
    id: UUID,  # noqa: A002 - the same word as in Transfer
    decision_id: UUID,
    event_at: datetime,
    now: datetime,
    code: int = 0,
) -> Result:
    """Take a transfer back whole by a new one the other way round; a second time is refused."""
    asked = Transfer(
        id=id, decision_id=decision_id, event_at=event_at, code=code, reverses=transfer_id
    )
    return post([asked], now=now)[0]


def expire_due(now: datetime) -> int:
    """Void the pending transfers whose time is over by `now`; return how many.

    Each void carries the Decision of its pending transfer, and as `event_at` the moment of expiry.
    """
    voided = 0
    while True:
        with transaction.atomic():
            due = connection().execute(sql.DUE_HOLDS, (now, EXPIRE_COUNT_MAX)).fetchall()
            results = post([_expiry(Hold(*row), now) for row in due], now=now) if due else []
        voided += sum(result.code.accepted for result in results)
        if len(due) < EXPIRE_COUNT_MAX:
            return voided


def open_accounts(wanted: Iterable[NewAccount]) -> dict[str, Account]:
    """Open the accounts that do not exist yet and return all of them by key.

    Raises:
        BadAccount: a key, unit, limit or floor is impossible.
        AccountDiffers: a key is taken by an account with another unit, limit or floor.
    """
    return accounts.open_accounts(connection(), wanted)


def close_account(account_id: int) -> Account:
    """Close an account to new transfers; its open holds can still be posted or voided.

    Raises:
        UnknownAccount: there is none.
    """
    return _set_closed(account_id, closed=True)


def reopen_account(account_id: int) -> Account:
    """Open a closed account to new transfers again.

    Raises:
        UnknownAccount: there is none.
    """
    return _set_closed(account_id, closed=False)


def seal() -> int:
    """Seal the transfers of all finished transactions since the last seal; return how many.

    Raises:
        ClockOfSealsBroken: the server numbers its transactions below what is sealed.
    """
    with transaction.atomic():
        return sealing.seal(connection())


def make_partitions(*, now: datetime) -> int:
    """Make the journal's partitions of this month and the next; return how many were missing."""
    with transaction.atomic():
        return partitions.make_partitions(connection(), now=now)


def summarise() -> int:
    """Sum up the journal's new pages in its block ranges; return how many ranges were missing."""
    return partitions.summarise(connection())


def _set_closed(account_id: int, *, closed: bool) -> Account:
    with transaction.atomic():
        accounts.set_closed(connection(), [account_id], closed=closed)
        return reading.account(connection(), account_id)


def _expiry(hold: Hold, now: datetime) -> Transfer:
    return Transfer(
        id=uuid7(),
        decision_id=hold.decision_id,
        event_at=hold.expires_at or now,
        kind=Kind.VOID,
        pending_id=hold.id,
    )
