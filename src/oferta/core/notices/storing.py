"""Write notices by COPY."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.db import connection

from oferta.core.notices.types import Citation, Notice
from oferta.kernel.jsontext import json_text

_COPY = (
    "COPY notices_notice"
    " (id, batch_id, party_id, kind, language, params, cites, decision_ids, created_at) FROM STDIN"
)


def write(batch_id: UUID, notices: Iterable[Notice]) -> None:
    """Add the notices of a batch."""
    rows = [
        f"{item.id.hex}\t{batch_id.hex}\t{item.party_id.hex}\t{item.kind}\t{item.language}\t"
        f"{_escaped(json_text(item.params))}\t{_cites(item.cites)}\t"
        f"{{{','.join([one.hex for one in item.decision_ids])}}}\t{item.created_at}\n"
        for item in notices
    ]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write("".join(rows))


@lru_cache(maxsize=4_096)  # a batch cites the same few clauses again and again
def _cites(cites: tuple[Citation, ...]) -> str:
    return _escaped(json_text(cites))


def _escaped(text: str) -> str:
    # JSON never holds a raw tab or newline, so only the backslash needs care.
    return text.replace("\\", "\\\\")
