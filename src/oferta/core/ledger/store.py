"""Lock and read what a request touches; write what it adds. Works on any psycopg connection.

Locks are taken in one order everywhere: holds by id, then accounts by id. What may have changed
while waiting for them is read by later statements, which see it under READ COMMITTED. Plans are
kept on connections that keep any (`prepare=True` asks for no more): making them costs a single
transfer as much as running them.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from uuid import UUID

from psycopg import Connection, Cursor
from psycopg.errors import SerializationFailure

from oferta.core.ledger import sql
from oferta.core.ledger.encoding import array, copy_rows, places, uuid_array
from oferta.core.ledger.rules import AccountState, Book
from oferta.core.ledger.types import (
    ACCOUNT_ID_MAX,
    BookedTransfer,
    Hold,
    Kind,
    ResultCode,
    Transfer,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

Rows: TypeAlias = list[tuple[Any, ...]]
_CODES = {code.value: code for code in ResultCode}


def load(connection: Connection[Any], transfers: Sequence[Transfer], now: datetime) -> Book:
    """Lock and read everything that `transfers` touch."""
    cursor = Cursor(connection)
    book = Book(now=now)
    pending = {one.pending_id for one in transfers if one.pending_id is not None}
    reversed_ = {one.reverses for one in transfers if one.reverses is not None}
    if pending:
        found = _rows(cursor, sql.LOCK_HOLDS, uuid_array(pending))
        book.holds = {row[0]: Hold(*row) for row in found}
    if reversed_:
        book.known = read_booked(cursor, reversed_)
    _lock_accounts(cursor, book, transfers)
    _read_known(cursor, book, [one.id.hex for one in transfers])
    missing = pending - book.holds.keys()
    if missing:
        book.resolved = dict(_rows(cursor, sql.READ_RESOLVED, uuid_array(missing)))
    if reversed_:
        found = _rows(cursor, sql.READ_REVERSED, uuid_array(reversed_))
        book.reversed = {row[0] for row in found}
    return book


def _read_known(cursor: Cursor[Any], book: Book, ids: list[str]) -> None:
    if not ids:
        return
    any_known, firsts = _ask_known(cursor, ids)
    book.numbers = chain.from_iterable(range(one, one + sql.BLOCK) for one in firsts)
    if any_known:
        book.known |= _read_booked(cursor, ids)
        for id_, code, fingerprint in _rows(cursor, sql.READ_REFUSED, array(ids)):
            book.refused[id_] = (_CODES[code], bytes(fingerprint))


def _ask_known(cursor: Cursor[Any], ids: list[str]) -> tuple[bool, list[int]]:
    asked = {"low": min(ids), "high": max(ids), "blocks": -(-len(ids) // sql.BLOCK)}
    cursor.execute(sql.ANY_KNOWN, asked, binary=True, prepare=True)
    return cast("tuple[bool, list[int]]", cursor.fetchone())


def read_booked(cursor: Cursor[Any], ids: Iterable[UUID]) -> dict[UUID, BookedTransfer]:
    """Return those of `ids` that stand in the journal."""
    return _read_booked(cursor, [one.hex for one in ids])


def _read_booked(cursor: Cursor[Any], ids: list[str]) -> dict[UUID, BookedTransfer]:
    """Do it by hexadecimal digits, which Python compares much faster than UUIDs."""
    if not ids:
        return {}
    found = _rows(cursor, sql.READ_BOOKED, array(ids), min(ids), max(ids))
    return {row[0]: BookedTransfer(*row) for row in found}


def save(connection: Connection[Any], book: Book) -> None:
    """Write the rows, the totals and the refusals that `evaluate` left in `book`."""
    cursor = Cursor(connection)
    if book.rows:
        _write_accounts(cursor, book)
        with cursor.copy(sql.COPY_BOOKED) as copy:
            copy.write(copy_rows(book.rows, islice(book.numbers, len(book.rows))))
        _write_holds(cursor, book)
        _write_reversals(cursor, book)
    if book.new_refusals:
        refusals = book.new_refusals.values()
        cursor.execute(
            sql.WRITE_REFUSED,
            (
                uuid_array(book.new_refusals),
                array(int(code) for code, _ in refusals),
                array('"\\\\x' + fingerprint.hex() + '"' for _, fingerprint in refusals),
            ),
        )


def _rows(cursor: Cursor[Any], statement: str, *params: object) -> Rows:
    cursor.execute(statement, params, binary=True, prepare=True)
    return cursor.fetchall()


def _lock_accounts(cursor: Cursor[Any], book: Book, transfers: Sequence[Transfer]) -> None:
    ids = {one.debit for one in transfers} | {one.credit for one in transfers}
    for hold in book.holds.values():
        ids |= {hold.debit, hold.credit}
    for original in book.known.values():
        ids |= {original.debit, original.credit}
    asked = array([one for one in ids if 0 < one <= ACCOUNT_ID_MAX])
    for row in _rows(cursor, sql.LOCK_ACCOUNTS, asked):
        book.accounts[row[0]] = AccountState(*row[1:])


def _write_accounts(cursor: Cursor[Any], book: Book) -> None:
    ids = sorted({row.debit for row in book.rows} | {row.credit for row in book.rows})
    states = [book.accounts[one] for one in ids]
    arrays = {
        "ids": array(ids),
        "places": places([one.place for one in states]),
        "a": array([one.debits_posted for one in states]),
        "b": array([one.credits_posted for one in states]),
    }
    statement = sql.WRITE_POSTED
    if any(row.kind != Kind.SINGLE for row in book.rows):
        statement = sql.WRITE_ACCOUNTS
        arrays["c"] = array([one.debits_pending for one in states])
        arrays["d"] = array([one.credits_pending for one in states])
    cursor.execute(statement, arrays, prepare=True)
    if cursor.rowcount != len(ids):  # a locked row has moved: never seen, and never to be booked on
        raise SerializationFailure(f"{len(ids)} accounts to write, {cursor.rowcount} written")


def _write_holds(cursor: Cursor[Any], book: Book) -> None:
    opened = {row.id for row in book.rows if row.kind == Kind.PENDING}
    resolved = [row for row in book.rows if row.pending_id is not None]
    new = [book.holds[one] for one in opened if one not in book.resolved]
    if new:
        cursor.execute(sql.WRITE_HOLDS, _hold_arrays(new))
    if not resolved:
        return
    cursor.execute(
        sql.WRITE_RESOLVED,
        (
            uuid_array(row.pending_id for row in resolved if row.pending_id),
            uuid_array(row.id for row in resolved),
            array(int(row.kind) for row in resolved),
        ),
    )
    old = [row.pending_id for row in resolved if row.pending_id and row.pending_id not in opened]
    if old:
        cursor.execute(sql.DELETE_HOLDS, (uuid_array(old),))


def _hold_arrays(holds: Iterable[Hold]) -> tuple[str, ...]:
    ids, debits, credits_, amounts, expiries, decisions = zip(*holds, strict=True)
    moments = ["NULL" if at is None else f'"{at.isoformat()}"' for at in expiries]
    return (
        uuid_array(ids),
        array(debits),
        array(credits_),
        array(amounts),
        array(moments),
        uuid_array(decisions),
    )


def _write_reversals(cursor: Cursor[Any], book: Book) -> None:
    rows = [row for row in book.rows if row.reverses is not None]
    if rows:
        reversed_ = uuid_array(row.reverses for row in rows if row.reverses)
        cursor.execute(sql.WRITE_REVERSED, (reversed_, uuid_array(row.id for row in rows)))
