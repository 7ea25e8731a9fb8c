"""What is used of limits: read and written under row locks, always in one order."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from oferta.core.decisions.asking import Holder

_MAKE = """
INSERT INTO decisions_limit_use (pack, "limit", holder, since, used)
SELECT pack, name, holder, since, 0
FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[]) AS given (pack, name, holder, since)
ORDER BY pack, name, holder, since
ON CONFLICT DO NOTHING
"""
_LOCK = """
SELECT kept.pack, kept."limit", kept.holder, kept.since, kept.used
FROM decisions_limit_use AS kept
JOIN unnest(%s::text[], %s::text[], %s::text[], %s::date[]) AS given (pack, name, holder, since)
  ON (kept.pack, kept."limit", kept.holder, kept.since)
   = (given.pack, given.name, given.holder, given.since)
ORDER BY kept.pack, kept."limit", kept.holder, kept.since
FOR UPDATE OF kept
"""
_WRITE = """
UPDATE decisions_limit_use AS kept SET used = given.used
FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::bigint[])
  AS given (pack, name, holder, since, used)
WHERE (kept.pack, kept."limit", kept.holder, kept.since)
    = (given.pack, given.name, given.holder, given.since)
"""


def lock(holders: Iterable[Holder]) -> dict[Holder, int]:
    """Lock these uses until the transaction ends and return how much each is.

    One global order (pack, limit, holder, period), so two batches never wait for each other.
    """
    wanted = sorted(set(holders))
    if not wanted:
        return {}
    columns = _columns(wanted)
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, columns)
        cursor.execute(_LOCK, columns)
        return {(row[0], row[1], row[2], row[3]): row[4] for row in cursor.fetchall()}


def write(before: dict[Holder, int], after: dict[Holder, int]) -> None:
    """Write the uses that changed; their rows are locked."""
    changed = [holder for holder, used in after.items() if before[holder] != used]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [*_columns(changed), [after[holder] for holder in changed]])


def _columns(holders: list[Holder]) -> list[list[object]]:
    return [list(column) for column in zip(*holders, strict=True)]
