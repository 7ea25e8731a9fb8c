"""What is done with endpoints: add, change, turn off and on, rotate the secret, replay, try."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.project.settings import CONFIG
from oferta.project.webhooks import emitting, models, queries, rules, signing
from oferta.project.webhooks.errors import BadEndpoint, EndpointDisabled
from oferta.project.webhooks.types import KEPT, OVERLAP, Endpoint, Kind, NewEndpoint, Told

#: Why a person turned an endpoint off.
BY_HAND = "by_hand"
_REPLAY = """
INSERT INTO webhooks_delivery
    (message_id, endpoint_id, state, attempts, due_at, created_at, replay)
SELECT message.id, %(endpoint)s, 'waiting', 0, %(now)s, %(now)s, true
FROM webhooks_message AS message
JOIN webhooks_delivery AS before ON before.message_id = message.id AND NOT before.replay
WHERE before.endpoint_id = %(endpoint)s AND message.at >= %(since)s
ORDER BY message.id
"""


@transaction.atomic
def add_endpoint(wanted: NewEndpoint, *, now: datetime) -> Endpoint:
    """Send messages of some kinds to an address from now on, signed with a new secret.

    Raises:
        BadEndpoint: its address, kinds or contact are impossible.
    """
    rules.check(wanted, private=CONFIG.webhooks_private)
    row = models.Endpoint.objects.create(
        id=uuid7(), owner=wanted.owner, created_at=zoned(now), **_columns(wanted)
    )
    _add_secret(row.id, now)
    return queries.endpoint(row.id)


def change_endpoint(endpoint_id: UUID, wanted: NewEndpoint) -> Endpoint:
    """Change everything of an endpoint but its owner and secret.

    Raises:
        UnknownEndpoint: there is none of that owner.
        BadEndpoint: as of `add_endpoint`.
    """
    rules.check(wanted, private=CONFIG.webhooks_private)
    queries.endpoint(endpoint_id, owner=wanted.owner)
    models.Endpoint.objects.filter(id=endpoint_id).update(**_columns(wanted))
    return queries.endpoint(endpoint_id)


def turn_off(endpoint_id: UUID, *, because: str = BY_HAND, now: datetime) -> Endpoint:
    """Send nothing to an endpoint from now on; what waits for it goes on waiting.

    Raises:
        UnknownEndpoint: there is none.
    """
    models.Endpoint.objects.filter(id=endpoint_id, disabled_at__isnull=True).update(
        disabled_at=zoned(now), disabled_because=because
    )
    return queries.endpoint(endpoint_id)


def turn_on(endpoint_id: UUID) -> Endpoint:
    """Send messages to an endpoint again; what waited is sent.

    Raises:
        UnknownEndpoint: there is none.
    """
    models.Endpoint.objects.filter(id=endpoint_id).update(
        disabled_at=None, disabled_because="", failing_since=None
    )
    return queries.endpoint(endpoint_id)


@transaction.atomic
def rotate_secret(endpoint_id: UUID, *, overlap: timedelta = OVERLAP, now: datetime) -> str:
    """Sign with a new secret from now on, and with the old one too while receivers change over.

    Raises:
        UnknownEndpoint: there is none.
    """
    queries.endpoint(endpoint_id)
    models.Secret.objects.filter(endpoint_id=endpoint_id, retires_at__isnull=True).update(
        retires_at=zoned(now) + overlap
    )
    return _add_secret(endpoint_id, now)


@transaction.atomic
def replay_delivery(delivery_id: int, *, now: datetime) -> None:
    """Send a message again, under the same message id.

    Raises:
        UnknownDelivery: there is none.
        EndpointDisabled: nothing is sent to its endpoint.
    """
    found = queries.delivery(delivery_id)
    _ensure_enabled(found.endpoint_id)
    emitting.address([found.message_id], [found.endpoint_id], at=zoned(now), replay=True)


@transaction.atomic
def replay_since(endpoint_id: UUID, since: datetime, *, now: datetime) -> int:
    """Send again everything that was meant for an endpoint since a moment; return how many.

    Raises:
        UnknownEndpoint: there is none.
        EndpointDisabled: nothing is sent to it.
        BadEndpoint: the moment lies before what is kept.
    """
    _ensure_enabled(endpoint_id)
    if zoned(since) < zoned(now) - KEPT:
        raise BadEndpoint(
            field="since", given=since.isoformat(), expected=f"the last {KEPT.days} days"
        )
    with connection.cursor() as cursor:
        cursor.execute(_REPLAY, {"endpoint": endpoint_id, "since": since, "now": now})
        count = int(cursor.rowcount)
    if count:
        emitting.address([], [endpoint_id], at=now)
    return count


def send_test(endpoint_id: UUID, *, now: datetime) -> None:
    """Send a message of the kind `webhook.test`, to see whether an endpoint takes it.

    Raises:
        UnknownEndpoint, EndpointDisabled: it cannot be sent.
    """
    _ensure_enabled(endpoint_id)
    data: dict[str, object] = {"endpoint_id": str(endpoint_id)}
    emitting.write([Told(Kind.TEST, data)], [endpoint_id], at=zoned(now))


def _ensure_enabled(endpoint_id: UUID) -> None:
    if not queries.endpoint(endpoint_id).enabled:
        raise EndpointDisabled(endpoint_id=str(endpoint_id))


def _columns(wanted: NewEndpoint) -> dict[str, object]:
    return {
        "url": wanted.url,
        "kinds": sorted(wanted.kinds),
        "note": wanted.note.strip(),
        "contact": wanted.contact,
        "language": wanted.language,
    }


def _add_secret(endpoint_id: UUID, now: datetime) -> str:
    secret = signing.new_secret()
    models.Secret.objects.create(
        id=uuid7(),
        endpoint_id=endpoint_id,
        sealed=signing.seal(secret, settings.SECRET_KEY),
        made_at=zoned(now),
    )
    return secret
