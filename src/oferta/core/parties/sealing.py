"""Seals over the audit log: who has a printed head can tell that the log before it was changed.

Made behind the writers, without a lock, as the ledger's are: a seal covers the lines of all
database transactions in a range of transaction numbers, once every one of them has ended. Its
digest is SHA-256 of the binary COPY of the lines; its hash takes in the seal before it.

The reason that a person typed is sealed by a salted digest of its own: erasing a customer lets go
of the reason and the salt together, and the chain goes on holding.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from django.db import connection, transaction

from oferta.core.parties.errors import SealsOutOfOrder

_CONTENT = """
COPY (SELECT id, at, who, who_id, name, session, address, what, subject_kind, subject_id, parties,
             details, reason_digest, xid
      FROM parties_auditentry WHERE xid >= {low} AND xid < {high} ORDER BY id)
TO STDOUT (FORMAT binary)"""
_COUNT = "SELECT count(*) FROM parties_auditentry WHERE xid >= %s AND xid < %s"
_LAST = "SELECT no, to_xid, hash FROM parties_auditseal ORDER BY no DESC LIMIT 1"
_ALL = "SELECT no, from_xid, to_xid, entries, digest, hash FROM parties_auditseal ORDER BY no"
_WRITE = """
INSERT INTO parties_auditseal (no, from_xid, to_xid, entries, digest, hash)
VALUES (%s, %s, %s, %s, %s, %s)"""
_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::int8"
#: Reasons that are not what was written, and were not let go by an erasure either.
_REASONS = """
SELECT id::text FROM parties_auditentry
WHERE salt IS NOT NULL AND reason_digest IS DISTINCT FROM sha256(convert_to(salt || reason, 'UTF8'))
   OR salt IS NULL AND reason_digest IS NOT NULL
      AND NOT EXISTS (SELECT FROM parties_tombstone t WHERE t.customer_id = ANY (parties))
ORDER BY id LIMIT 100"""
#: One sealer at a time; writers never ask for this lock.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('oferta.parties.audit', 0))"


class Seal(NamedTuple):
    """A seal as stored."""

    no: int
    from_xid: int
    to_xid: int
    entries: int
    digest: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What proving the whole log found."""

    seals: int
    entries: int
    #: Lines that wait for the next seal.
    unsealed: int
    #: Hash of the last seal, hexadecimal; "" before the first.
    head: str
    #: What does not hold, one text each; none: nothing was changed.
    findings: tuple[str, ...]


@transaction.atomic
def seal() -> int:
    """Seal the lines of all finished transactions since the last seal; return how many.

    Raises:
        SealsOutOfOrder: the server numbers its transactions below what is sealed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
        cursor.execute(_LAST)
        no, low, before = cursor.fetchone() or (0, 0, b"")
        high = _number(cursor, _HORIZON)
        if high < low:
            raise SealsOutOfOrder(sealed_to=low, now_at=high)
        count = _number(cursor, _COUNT, low, high)
        if count:
            row = Seal(no + 1, low, high, count, _digest(cursor, low, high), b"")
            cursor.execute(_WRITE, [*row[:5], _link(bytes(before), row)])
        return count


@transaction.atomic
def verify() -> Proved:
    """Prove that no line of the sealed log was changed, taken out or put in."""
    findings: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
        cursor.execute(_ALL)
        seals = [Seal._make((*row[:4], *map(bytes, row[4:]))) for row in cursor.fetchall()]
        before, sealed_to = b"", 0
        for number, one in enumerate(seals, start=1):
            if one.no != number or one.from_xid != sealed_to:
                findings.append(f"seal {one.no}: it does not follow the one before it")
            if one.hash != _link(before, one):
                findings.append(f"seal {one.no}: its hash is not that of what it says")
            if _number(cursor, _COUNT, one.from_xid, one.to_xid) != one.entries:
                findings.append(f"seal {one.no}: lines were taken out or put in")
            elif _digest(cursor, one.from_xid, one.to_xid) != one.digest:
                findings.append(f"seal {one.no}: a line was changed")
            before, sealed_to = one.hash, one.to_xid
        cursor.execute(_REASONS)
        findings += [f"line {row[0]}: its reason was changed" for row in cursor.fetchall()]
        unsealed = _number(cursor, _COUNT, sealed_to, 2**62)
    return Proved(
        seals=len(seals),
        entries=sum(one.entries for one in seals),
        unsealed=unsealed,
        head=before.hex(),
        findings=tuple(findings),
    )


def _digest(cursor: Any, low: int, high: int) -> bytes:
    digest = hashlib.sha256()
    with cursor.copy(_CONTENT.format(low=int(low), high=int(high))) as rows:
        for part in rows:
            digest.update(part)
    return digest.digest()


def _link(before: bytes, row: Seal) -> bytes:
    said = f"{row.no}:{row.from_xid}:{row.to_xid}:{row.entries}:".encode()
    return hashlib.sha256(before + said + row.digest).digest()


def _number(cursor: Any, statement: str, *params: int) -> int:
    cursor.execute(statement, list(params))
    return int(cast("tuple[int]", cursor.fetchone())[0])
