"""The journal's monthly partitions, made ahead of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import Connection, Cursor

if TYPE_CHECKING:
    from datetime import datetime

MONTHS_AHEAD = 3
MAKE = "SELECT ledger_make_partition(%s::timestamptz + make_interval(months => %s))"
#: What the block ranges of all partitions do not yet tell of their newest pages.
SUMMARISE = """
SELECT coalesce(sum(brin_summarize_new_values(index.oid)), 0)::int8
FROM pg_inherits JOIN pg_index ON indrelid = inhrelid
JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_am AS kind ON kind.oid = index.relam
WHERE inhparent = 'ledger_transfer'::regclass AND kind.amname = 'brin'"""
#: A writer that holds the journal longer than this wins; the task comes back tomorrow.
PATIENCE = "SET LOCAL lock_timeout = '5s'"


def make_partitions(
    connection: Connection[Any], *, now: datetime, months: int = MONTHS_AHEAD
) -> int:
    """Make the partitions of this month and the next `months`; return how many were missing.

    Rows that already lie in the default partition move into the new one. Run it daily: a month
    without its partition costs speed, not correctness.
    """
    made = 0
    for ahead in range(months + 1):
        with connection.transaction():
            cursor = Cursor(connection)
            cursor.execute(PATIENCE)
            row = cursor.execute(MAKE, (now, ahead)).fetchone()
            made += bool(row and row[0])
    return made


def summarise(connection: Connection[Any]) -> int:
    """Sum up the journal's new pages in its block ranges; return how many ranges were missing.

    What is not summed up is read whole by whoever looks for a Decision's transfers or seals.
    """
    row = Cursor(connection).execute(SUMMARISE).fetchone()
    return int(row[0]) if row else 0
