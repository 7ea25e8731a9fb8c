"""The hash chain, made behind the writers without a lock.

A seal covers the rows of all database transactions in a range of transaction numbers. A range is
sealed when every transaction in it has ended (`pg_snapshot_xmin`), so none can add to it later.
The digest is SHA-256 of the binary COPY of the rows by `seq`: anyone can recompute it with psql
and sha256sum.
"""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from psycopg import Connection, Cursor
from psycopg.pq import TransactionStatus

from oferta.core.ledger.errors import ClockOfSealsBroken

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

COUNT = "SELECT count(*) FROM ledger_transfer WHERE xid >= %s AND xid < %s"
CONTENT = """
COPY (SELECT id, decision_id, seq, debit, credit, amount, held, debit_balance, credit_balance,
             event_at, booked_at, xid, kind, code, pending_id, reverses, expires_at
      FROM ledger_transfer WHERE xid >= {low} AND xid < {high} ORDER BY seq)
TO STDOUT (FORMAT binary)"""
LAST = "SELECT no, to_xid, hash FROM ledger_seal ORDER BY no DESC LIMIT 1"
WRITE = """
INSERT INTO ledger_seal (no, from_xid, to_xid, transfers, digest, hash)
VALUES (%s, %s, %s, %s, %s, %s)"""
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::int8"
#: One sealer at a time; writers never ask for this lock.
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('oferta.ledger.seal', 0))"


class SealRow(NamedTuple):
    """A seal as stored."""

    no: int
    from_xid: int
    to_xid: int
    transfers: int
    digest: bytes
    hash: bytes


def seal(connection: Connection[Any]) -> int:
    """Seal the transfers of all finished transactions since the last seal; return how many.

    Raises:
        ClockOfSealsBroken: the server numbers its transactions below what is sealed.
    """
    with steady(connection):
        cursor = Cursor(connection)
        cursor.execute(ALONE)
        no, low, before = cursor.execute(LAST).fetchone() or (0, 0, b"")
        high = _number(cursor, HORIZON)
        if high < low:
            raise ClockOfSealsBroken(sealed_to=low, now_at=high)
        count = _number(cursor, COUNT, low, high)
        if count == 0:
            return 0
        digest = digest_of(cursor, low, high)
        row = SealRow(no + 1, low, high, count, digest, b"")
        cursor.execute(WRITE, (*row[:5], link(bytes(before), row)))
        return count


def digest_of(cursor: Cursor[Any], low: int, high: int) -> bytes:
    """Return the digest of the rows of transactions `low` up to, without, `high`."""
    digest = hashlib.sha256()
    with cursor.copy(CONTENT.format(low=int(low), high=int(high))) as rows:
        for part in rows:
            digest.update(part)
    return digest.digest()


def link(before: bytes, row: SealRow) -> bytes:
    """Return the hash of a seal, given that of the one before it."""
    said = f"{row.no}:{row.from_xid}:{row.to_xid}:{row.transfers}:".encode()
    return hashlib.sha256(before + said + row.digest).digest()


def steady(connection: Connection[Any]) -> AbstractContextManager[Any]:
    """Open a database transaction; a caller's own is used as it is.

    Statements take their snapshots one by one: what a range of ended transactions holds is the
    same in each.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        return nullcontext()
    return connection.transaction()


def _number(cursor: Cursor[Any], statement: str, *params: object) -> int:
    return int(cast("tuple[int]", cursor.execute(statement, params).fetchone())[0])
