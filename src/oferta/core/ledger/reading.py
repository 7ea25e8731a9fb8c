"""Reads on a given psycopg connection; `queries` offers them on Django's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from psycopg import Connection, Cursor

from oferta.core.ledger import sql
from oferta.core.ledger.encoding import array, uuid_array
from oferta.core.ledger.errors import UnknownAccount
from oferta.core.ledger.types import (
    ACCOUNT_ID_MAX,
    Account,
    Balance,
    BookedTransfer,
    Hold,
    Kind,
    Limit,
    StatementLine,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID


def accounts(connection: Connection[Any], ids: Iterable[int]) -> dict[int, Account]:
    """Return those of the accounts `ids` that exist, by id."""
    return {row[0]: _account(row) for row in _kept(connection, sql.ACCOUNTS_BY_ID, list(ids))}


def accounts_by_key(connection: Connection[Any], keys: Iterable[str]) -> dict[str, Account]:
    """Return the accounts of those `keys` that exist, by key."""
    found = _kept(connection, sql.ACCOUNTS_BY_KEY, list(keys))
    return {row[1]: _account(row) for row in found}


def accounts_by_prefix(
    connection: Connection[Any], prefix: str, limit: int, after: str = ""
) -> list[Account]:
    """Return the next `limit` accounts after a key whose key starts with `prefix`, by key."""
    found = Cursor(connection).execute(sql.ACCOUNTS_BY_PREFIX, (prefix, after, limit)).fetchall()
    return [_account(row) for row in found]


def account(connection: Connection[Any], which: int | str) -> Account:
    """Return one account by id or key.

    Raises:
        UnknownAccount: there is none.
    """
    if isinstance(which, str):
        found = list(accounts_by_key(connection, [which]).values())
    else:
        asked = [which] if 0 < which <= ACCOUNT_ID_MAX else []
        rows = Cursor(connection).execute(sql.ACCOUNTS_BY_ID, (asked,)).fetchall()
        found = [_account(row) for row in rows]
    if not found:
        raise UnknownAccount(account=str(which))
    return found[0]


def balance(
    connection: Connection[Any],
    account_id: int,
    *,
    event_at: datetime | None = None,
    booked_at: datetime | None = None,
) -> Balance:
    """Return the posted totals now, or of what had happened or was booked by a moment."""
    if event_at is None and booked_at is None:
        now = account(connection, account_id)
        return Balance(account_id=account_id, debits=now.debits_posted, credits=now.credits_posted)
    statement = sql.TOTALS_BY_EVENT if event_at is not None else sql.TOTALS_BY_BOOKING
    params = {"account": account_id, "at": event_at if event_at is not None else booked_at}
    row = Cursor(connection).execute(statement, params).fetchone()
    debits, credits_ = cast("tuple[int, int]", row)
    return Balance(account_id=account_id, debits=debits, credits=credits_)


def statement(
    connection: Connection[Any], account_id: int, *, after: int = 0, limit: int = 100
) -> list[StatementLine]:
    """Return the next `limit` lines of an account after the line numbered `after`, as booked."""
    params = {"account": account_id, "after": after, "limit": limit}
    return [_line(row) for row in Cursor(connection).execute(sql.STATEMENT, params).fetchall()]


def transfers(connection: Connection[Any], ids: Iterable[UUID]) -> dict[UUID, BookedTransfer]:
    """Return those of `ids` that stand in the journal, by id."""
    wanted = [one.hex for one in ids]
    if not wanted:
        return {}
    found = _kept(connection, sql.READ_BOOKED, array(wanted), min(wanted), max(wanted))
    return {row[0]: BookedTransfer(*row) for row in found}


def transfers_between(
    connection: Connection[Any], first: UUID, last: UUID, limit: int
) -> list[BookedTransfer]:
    """Return at most `limit` transfers whose id lies between two, the newest first."""
    found = Cursor(connection).execute(sql.BOOKED_BETWEEN, (first.hex, last.hex, limit)).fetchall()
    return [BookedTransfer(*row) for row in found]


def followed_by(connection: Connection[Any], id_: UUID) -> tuple[UUID | None, UUID | None]:
    """Return the transfer that resolved this one's hold, and the one that took it back."""
    row = Cursor(connection).execute(sql.FOLLOWED, {"id": id_.hex}).fetchone()
    return cast("tuple[UUID | None, UUID | None]", row)


def posted(connection: Connection[Any], ids: Iterable[UUID]) -> dict[UUID, BookedTransfer]:
    """Return the transfers that posted these holds, by the hold's id."""
    found = Cursor(connection).execute(sql.POSTED, (uuid_array(ids),)).fetchall()
    booked = transfers(connection, [row[0] for row in found]) if found else {}
    return {one.pending_id: one for one in booked.values() if one.pending_id is not None}


def transfers_of_decisions(
    connection: Connection[Any], decision_ids: Iterable[UUID]
) -> list[BookedTransfer]:
    """Return the transfers behind Decisions, in the order in which they were booked."""
    ids = uuid_array(decision_ids)
    found = Cursor(connection).execute(sql.BOOKED_OF_DECISIONS, (ids,)).fetchall()
    return [BookedTransfer(*row) for row in found]


def open_holds(connection: Connection[Any], ids: Iterable[UUID]) -> dict[UUID, Hold]:
    """Return those of the pending transfers `ids` that still hold, by id."""
    return {row[0]: Hold(*row) for row in _kept(connection, sql.OPEN_HOLDS, uuid_array(ids))}


def holds_of_account(connection: Connection[Any], account_id: int) -> list[Hold]:
    """Return the pending transfers that still hold on an account."""
    found = Cursor(connection).execute(sql.HOLDS_OF_ACCOUNT, {"account": account_id}).fetchall()
    return [Hold(*row) for row in found]


def _kept(connection: Connection[Any], statement: str, *params: object) -> list[tuple[Any, ...]]:
    """Ask what pages ask; the plan is kept where the connection lets it be."""
    return Cursor(connection).execute(statement, params, prepare=True, binary=True).fetchall()


def _account(row: tuple[Any, ...]) -> Account:
    id_, key, unit, limit, floor, closed, *totals = row
    return Account(
        id=id_,
        key=key,
        unit=unit,
        limit=Limit(limit),
        floor=floor,
        closed=closed,
        debits_posted=totals[0],
        credits_posted=totals[1],
        debits_pending=totals[2],
        credits_pending=totals[3],
    )


def _line(row: tuple[Any, ...]) -> StatementLine:
    seq, id_, kind, code, event_at, booked_at, other, change, held, *rest = row
    return StatementLine(
        seq=seq,
        transfer_id=id_,
        kind=Kind(kind),
        code=code,
        event_at=event_at,
        booked_at=booked_at,
        counterparty=other,
        change=change,
        held=held,
        balance=rest[0],
        decision_id=rest[1],
        pending_id=rest[2],
        reverses=rest[3],
    )
