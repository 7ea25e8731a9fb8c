"""Values as PostgreSQL's binary COPY takes them, each behind its length in bytes.

The server reads this form at about half the cost of text, and nothing needs escaping.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct
from uuid import UUID

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"

_length = Struct(">i").pack
_integer = Struct(">iq").pack
_array_head = Struct(">iiiiii").pack
_one_id = Struct(">iiiiiii16s").pack
_empty_array = Struct(">iiii").pack
_ID_OID, _TEXT_OID = 2950, 25
#: Moments are counted from here, and days from the ordinal of its day.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH_DAY = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)


def blob(value: bytes) -> bytes:
    """Write bytes, or a text or JSON that is encoded already."""
    return _length(len(value)) + value


def jsonb(text: bytes) -> bytes:
    """Write JSON for a column of type `jsonb`."""
    return _length(len(text) + 1) + b"\x01" + text


def text(value: str) -> bytes:
    """Write a text."""
    return blob(value.encode())


@lru_cache(maxsize=4_096)
def word(value: str) -> bytes:
    """Write one of the few texts that stand in many rows."""
    return text(value)


def identity(value: UUID | None) -> bytes:
    """Write an id."""
    return NULL if value is None else _ID_LENGTH + value.bytes


def identities(values: Collection[UUID]) -> bytes:
    """Write an array of ids."""
    if len(values) == 1:  # as nearly always
        (only,) = values
        return _one_id(40, 1, 0, _ID_OID, 1, 1, 16, only.bytes)
    return _array(_ID_OID, [_ID_LENGTH + one.bytes for one in values])


def texts(values: Iterable[str]) -> bytes:
    """Write an array of texts."""
    return _array(_TEXT_OID, [text(one) for one in values])


def moment(value: datetime) -> bytes:
    """Write a moment of type `timestamptz`."""
    return _integer(8, microseconds(value))


def microseconds(value: datetime) -> int:
    """Return the number that stands for a moment."""
    return (value - _EPOCH) // _MICROSECOND


def _array(oid: int, items: list[bytes]) -> bytes:
    if not items:
        return _empty_array(12, 0, 0, oid)
    content = b"".join(items)
    return _array_head(20 + len(content), 1, 0, oid, len(items), 1) + content


_ID_LENGTH = _length(16)
