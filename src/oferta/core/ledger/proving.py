"""Prove the whole book on a given psycopg connection.

The invariants' numbers are those of docs/rooms/ledger.md. Each check is one statement that
returns what breaks it: subject and detail.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from psycopg import Connection, Cursor
from psycopg.pq import TransactionStatus

from oferta.core.ledger import sealing
from oferta.core.ledger.checks import CHECKS
from oferta.core.ledger.types import Finding, Proof

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Findings told per invariant; the first say where to look.
FINDINGS_MAX = 20

COUNTS = """
SELECT (SELECT count(*) FROM ledger_account), (SELECT count(*) FROM ledger_transfer),
       (SELECT count(*) FROM ledger_hold), (SELECT count(*) FROM ledger_seal)"""

SEALS = "SELECT no, from_xid, to_xid, transfers, digest, hash FROM ledger_seal ORDER BY no"
UNSEALED = """
SELECT count(*) FROM ledger_transfer
WHERE xid >= (SELECT coalesce(max(to_xid), 0) FROM ledger_seal)"""

CLOCK = """
SELECT pg_snapshot_xmax(pg_current_snapshot())::text::int8,
       (SELECT coalesce(max(to_xid), 0) FROM ledger_seal)"""


def verify(connection: Connection[Any]) -> Proof:
    """Prove the whole book as it stands at one moment, while others write on.

    Inside a caller's transaction each statement sees its own moment: there the book must be quiet.
    """
    with _one_moment(connection):
        cursor = Cursor(connection)
        found = [
            Finding(invariant=name, subject=str(row[0]), detail=str(row[1]))
            for name, check in CHECKS.items()
            for row in cursor.execute(f"{check} LIMIT {FINDINGS_MAX}").fetchall()
        ]
        head, broken = _prove_seals(cursor)
        counts = cast("tuple[int, ...]", cursor.execute(COUNTS).fetchone())
        unsealed = cast("tuple[int]", cursor.execute(UNSEALED).fetchone())[0]
    accounts, transfers, holds, seals = counts
    return Proof(
        accounts=accounts,
        transfers=transfers,
        holds=holds,
        seals=seals,
        unsealed=unsealed,
        findings=tuple(found + broken),
        head=head.hex(),
    )


def _prove_seals(cursor: Cursor[Any]) -> tuple[bytes, list[Finding]]:
    head, reached, found = b"", 0, _prove_clock(cursor)
    rows = [sealing.SealRow(*row) for row in cursor.execute(SEALS).fetchall()]
    for place, row in enumerate(rows, start=1):
        wrong = ""
        if row.no != place or row.from_xid != reached:
            wrong = "the chain has a gap before it"
        elif sealing.link(head, row) != row.hash:
            wrong = "its hash does not follow from the one before"
        elif sealing.digest_of(cursor, row.from_xid, row.to_xid) != row.digest:
            wrong = "the transfers it covers have changed"
        if wrong:
            found.append(Finding(invariant="I8", subject=f"seal {row.no}", detail=wrong))
        head, reached = row.hash, row.to_xid
    return head, found


def _prove_clock(cursor: Cursor[Any]) -> list[Finding]:
    """Say what a restored dump looks like before anything is booked into ranges that are sealed."""
    at, sealed_to = cast("tuple[int, int]", cursor.execute(CLOCK).fetchone())
    if at >= sealed_to:
        return []
    detail = (
        f"numbers its transactions at {at}, below the {sealed_to} that is sealed, as after the "
        "restore of a dump: book nothing before docs/howto/back-up-and-restore.md is followed"
    )
    return [Finding(invariant="I8", subject="server", detail=detail)]


@contextmanager
def _one_moment(connection: Connection[Any]) -> Iterator[None]:
    if connection.info.transaction_status != TransactionStatus.IDLE:
        yield
        return
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
