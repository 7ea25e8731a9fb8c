"""Rows of the journal as PostgreSQL's binary COPY, and arrays as its text. Speed is the point."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from oferta.core.ledger.types import BookedTransfer

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEAD = Struct("> h i16s ih iq iq iq")  # number of columns, id, kind, debit, credit, amount
_HEAD_PLAIN = Struct("> h i16s ih iq iq iq i i i ih iq i16s i iq iq iq")  # all that may be NULL is
_TAIL = Struct("> ih iq i16s")  # code, event_at, decision_id
_BALANCES = Struct("> iq iq iq")  # the number behind them
_INT8 = Struct("> iq")
_UUID_SIZE = Struct("> i").pack(16)
_COLUMNS = 15


def array(values: Iterable[object]) -> str:
    """Write numbers, NULLs and other words without spaces as an array literal."""
    return "{" + ",".join(map(str, values)) + "}"


def uuid_array(ids: Iterable[UUID]) -> str:
    """Write ids as an array literal."""
    return "{" + ",".join([one.hex for one in ids]) + "}"


def places(found: Iterable[str]) -> str:
    """Write the places of rows (`ctid`) as an array literal; there is at least one."""
    return '{"' + '","'.join(found) + '"}'


def copy_rows(rows: Iterable[BookedTransfer], numbers: Iterable[int]) -> bytes:
    """Write rows of the journal in the order of `sql.BOOKED_COLUMNS`, each with its number."""
    written = [_row(row, seq) for row, seq in zip(rows, numbers, strict=True)]
    return b"".join([_HEADER, *written, _TRAILER])


def _row(row: BookedTransfer, seq: int) -> bytes:
    if row.held is None and row.reverses is None and row.expires_at is None:
        return _HEAD_PLAIN.pack(
            *(_COLUMNS, 16, row.id.bytes, 2, row.kind, 8, row.debit, 8, row.credit, 8, row.amount),
            *(-1, -1, -1, 2, row.code, 8, _microseconds(row.event_at), 16, row.decision_id.bytes),
            *(-1, 8, row.debit_balance, 8, row.credit_balance, 8, seq),
        )
    return b"".join(
        (
            _HEAD.pack(
                *(_COLUMNS, 16, row.id.bytes, 2, row.kind),
                *(8, row.debit, 8, row.credit, 8, row.amount),
            ),
            _NULL if row.held is None else _INT8.pack(8, row.held),
            _uuid(row.pending_id),
            _uuid(row.reverses),
            _TAIL.pack(2, row.code, 8, _microseconds(row.event_at), 16, row.decision_id.bytes),
            _NULL if row.expires_at is None else _INT8.pack(8, _microseconds(row.expires_at)),
            _BALANCES.pack(8, row.debit_balance, 8, row.credit_balance, 8, seq),
        )
    )


def _uuid(value: UUID | None) -> bytes:
    return _NULL if value is None else _UUID_SIZE + value.bytes


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
