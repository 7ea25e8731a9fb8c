"""Write notices by COPY."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import islice
from uuid import UUID

from django.db import connection

from oferta.core.notices.types import Citation, NewNotice
from oferta.kernel.jsontext import json_text

_COPY = (
    "COPY notices_notice"
    " (id, batch_id, party_id, kind, language, params, cites, decision_ids, created_at) FROM STDIN"
)


#: Rows sent at a time.
_CHUNK = 50


def write(batch_id: UUID, notices: Iterable[tuple[UUID, NewNotice]], *, now: datetime) -> None:
    """Add the notices of a batch, each under its id.

    Rows are sent a chunk at a time: the server takes one in while the next is being made.
    """
    batch = batch_id.hex
    created_at = now.isoformat()
    rows = (
        f"{id_.hex}\t{batch}\t{item.party_id.hex}\t{item.kind}\t{item.language}\t"
        f"{_escaped(json_text(dict(item.params)))}\t{_cites(item.cites)}\t"
        f"{{{','.join([one.hex for one in item.decision_ids])}}}\t{created_at}\n"
        for id_, item in notices
    )
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        while chunk := "".join(islice(rows, _CHUNK)):
            copy.write(chunk)


@lru_cache(maxsize=4_096)  # a batch cites the same few clauses again and again
def _cites(cites: tuple[Citation, ...]) -> str:
    return _escaped(json_text(cites))


def _escaped(text: str) -> str:
    # JSON never holds a raw tab or newline, so only the backslash needs care.
    return text.replace("\\", "\\\\")
