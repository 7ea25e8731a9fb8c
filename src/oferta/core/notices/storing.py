"""Write notices by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from struct import Struct
from uuid import UUID

from django.db import connection

from oferta.core.notices.types import Citation, NewNotice
from oferta.kernel import asking, pgcopy
from oferta.kernel.jsontext import json_bytes

_COLUMNS = "id, party_id, params, decision_ids, kind, language, cites, batch_id, created_at"
_COLUMN_COUNT = _COLUMNS.count(",") + 1
#: How a row starts: columns, id, customer, length of the values.
_start = Struct(">hi16si16si").pack
#: How a value of type `jsonb` starts.
_JSONB = b"\x01"
_COPY = f"COPY notices_notice ({_COLUMNS}) FROM STDIN (FORMAT binary)"
_OPEN = """
INSERT INTO notices_batch (id, created_at, size, state, held_because, channels, mass_id)
VALUES (%s, %s, %s, 'open', '', %s::text[], %s)
RETURNING id
"""
#: Rows sent at a time.
_CHUNK = 50


def open_batch(
    batch_id: UUID, size: int, *, channels: Sequence[str], mass_id: UUID | None, now: datetime
) -> None:
    """Add a batch of so many notices."""
    asking.rows(_OPEN, [batch_id, now, size, list(channels), mass_id])


def write(batch_id: UUID, notices: Iterable[tuple[UUID, NewNotice]], *, now: datetime) -> None:
    """Add the notices of a batch, each under its id.

    Rows are sent a chunk at a time: the server takes one in while the next is being made.
    """
    of_batch = pgcopy.identity(batch_id) + pgcopy.moment(now)
    rows = (_row(id_, item, of_batch) for id_, item in notices)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(pgcopy.HEADER)
        while chunk := b"".join(islice(rows, _CHUNK)):
            copy.write(chunk)
        copy.write(pgcopy.TRAILER)


def _row(id_: UUID, item: NewNotice, of_batch: bytes) -> bytes:
    party_id, language, kind, params, cites, decision_ids = item
    said = json_bytes(params if params.__class__ is dict else dict(params))
    return b"".join(
        (
            _start(_COLUMN_COUNT, 16, id_.bytes, 16, party_id.bytes, len(said) + 1),
            _JSONB,
            said,
            pgcopy.identities(decision_ids),
            _told(kind, language, cites),
            of_batch,
        )
    )


@lru_cache(maxsize=4_096)  # a batch says the same few things again and again
def _told(kind: str, language: str, cites: tuple[Citation, ...]) -> bytes:
    return pgcopy.text(kind) + pgcopy.text(language) + pgcopy.jsonb(json_bytes(cites))
