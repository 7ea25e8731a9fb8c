"""Write notices by COPY."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.db import connection

from oferta.core.notices.types import Citation, Notice

_COPY = (
    "COPY notices_notice"
    " (id, batch_id, party_id, kind, language, params, cites, decision_ids, created_at) FROM STDIN"
)
_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def write(batch_id: UUID, notices: Iterable[Notice]) -> None:
    """Add the notices of a batch."""
    rows = [
        f"{item.id}\t{batch_id}\t{item.party_id}\t{item.kind}\t{item.language}\t"
        f"{_escaped(_json(item.params))}\t{_cites(item.cites)}\t"
        f"{{{','.join(map(str, item.decision_ids))}}}\t{item.created_at.isoformat()}\n"
        for item in notices
    ]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write("".join(rows))


@lru_cache(maxsize=4_096)  # a batch cites the same few clauses again and again
def _cites(cites: tuple[Citation, ...]) -> str:
    return _escaped(_json(cites))


def _escaped(text: str) -> str:
    # JSON never holds a raw tab or newline, so only the backslash needs care.
    return text.replace("\\", "\\\\")
