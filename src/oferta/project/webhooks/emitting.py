"""Writes messages with what they tell, in the caller's database transaction, set by set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction

from oferta.kernel import asking, outbox
from oferta.kernel.ids import uuid7
from oferta.kernel.jsontext import json_text
from oferta.project.webhooks.types import Kind, Told

DELIVER = "webhooks.deliver"
#: Of what `data` holds; a change that a receiver could stumble over is another number.
VERSION = 1

_LISTENING = """
SELECT id FROM webhooks_endpoint WHERE %s = ANY(kinds) AND disabled_at IS NULL ORDER BY id
"""
_WRITE = """
INSERT INTO webhooks_message (id, kind, at, body)
SELECT id, %(kind)s, %(at)s, body
FROM (SELECT unnest(%(ids)s::uuid[]) AS id, unnest(%(bodies)s::text[]) AS body) AS made
"""
_ADDRESS = """
INSERT INTO webhooks_delivery
    (message_id, endpoint_id, state, attempts, due_at, created_at, replay)
SELECT message.id, endpoint.id, 'waiting', 0, %(at)s, %(at)s, %(replay)s
FROM unnest(%(ids)s::uuid[]) AS message (id)
CROSS JOIN unnest(%(endpoints)s::uuid[]) AS endpoint (id)
ORDER BY endpoint.id, message.id
"""


def emit(kind: Kind, told: Callable[[], Sequence[dict[str, object]]], *, at: datetime) -> None:
    """Tell whoever asks for a kind; where nobody does, nothing is made or written.

    Args:
        kind: of all of them.
        told: makes the data of each message; called only if somebody asks for it.
        at: when it happened.
    """
    endpoints = [id_ for (id_,) in asking.rows(_LISTENING, [kind.value])]
    if endpoints:
        write([Told(kind, data) for data in told()], endpoints, at=at)


@transaction.atomic
def write(messages: Sequence[Told], endpoints: Sequence[UUID], *, at: datetime) -> None:
    """Write messages of one kind for endpoints, and leave a job for each endpoint."""
    if not messages:
        return
    ids = [uuid7() for _ in messages]
    kind = messages[0].kind
    bodies = [body_of(one.kind, one.data, at) for one in messages]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"kind": kind.value, "at": at, "ids": ids, "bodies": bodies})
    address(ids, endpoints, at=at)


def address(
    message_ids: Iterable[UUID], endpoints: Sequence[UUID], *, at: datetime, replay: bool = False
) -> None:
    """Put messages on their way to endpoints."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ADDRESS,
            {"ids": list(message_ids), "endpoints": list(endpoints), "at": at, "replay": replay},
        )
    for endpoint_id in endpoints:
        outbox.add(DELIVER, endpoint_id=str(endpoint_id))


def body_of(kind: Kind, data: dict[str, object], at: datetime) -> str:
    """Write the body of a message."""
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return json_text({"type": kind.value, "timestamp": moment, "version": VERSION, "data": data})
