"""Delivers what waits for an endpoint: claims, attempts, the next try, turning it off.

A delivery is claimed under a lease in its own database transaction before anything is sent, so two
workers never send the same one at once. A worker that dies leaves a lease that runs out; the repeat
carries the same message id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from oferta.core.notices import channels
from oferta.core.notices.types import Message
from oferta.kernel.errors import OfertaError
from oferta.kernel.ids import uuid7
from oferta.project.settings import CONFIG
from oferta.project.web import words
from oferta.project.webhooks import actions, models, queries, sending, signing
from oferta.project.webhooks.types import (
    ATTEMPTS_MAX,
    FAILING_MAX,
    KEPT,
    WAITS_SECONDS,
    Endpoint,
    Reply,
    State,
)

AGENT = "Oferta-Webhooks/1"
CLAIM_MAX = 20
LEASE_SECONDS = 600
#: A job goes on no longer, so that one endpoint never keeps the others waiting.
JOB_SECONDS_MAX = 60
#: Within this a job comes back by itself; what is due later the sweep of each minute finds.
SOON = timedelta(seconds=60)
_GONE = 410
#: Why an endpoint was turned off.
FAILING, GONE = "failing", "gone"

_CLAIM = """
UPDATE webhooks_delivery SET state = 'sending', attempts = attempts + 1, claimed_until = %(until)s
WHERE id IN (
    SELECT id FROM webhooks_delivery
    WHERE endpoint_id = %(endpoint)s
      AND (state = 'waiting' AND due_at <= %(now)s
           OR state = 'sending' AND claimed_until <= %(now)s)
    ORDER BY id LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)
RETURNING id
"""
_DUE = """
SELECT DISTINCT endpoint_id FROM webhooks_delivery AS delivery
JOIN webhooks_endpoint AS endpoint ON endpoint.id = endpoint_id AND disabled_at IS NULL
WHERE state = 'waiting' AND due_at <= %(now)s OR state = 'sending' AND claimed_until <= %(now)s
"""


def deliver_to(endpoint_id: UUID, *, clock: Callable[[], datetime]) -> datetime | None:
    """Deliver what is due to an endpoint.

    Args:
        endpoint_id: of the endpoint.
        clock: sending takes time, so leases need the moment anew.

    Returns:
        When to come back, if soon; None: the sweep finds what is left.
    """
    give_up = clock() + timedelta(seconds=JOB_SECONDS_MAX)
    endpoint = queries.endpoint(endpoint_id)
    while endpoint.enabled and (claimed := _claim(endpoint_id, clock())):
        answered = [_deliver(row, endpoint, clock) for row in claimed]
        if not all(reply.status for reply in answered):
            break  # nobody is there: do not wait for the deadline again and again
        if clock() >= give_up:
            return clock()
        endpoint = queries.endpoint(endpoint_id)
    return _soon(endpoint, clock())


def endpoints_due(now: datetime) -> list[UUID]:
    """Return the endpoints for which something is due."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now})
        return [row[0] for row in cursor.fetchall()]


def forget(now: datetime, most: int = 10_000) -> int:
    """Remove up to `most` messages older than what is kept, with their log; return how many."""
    old = list(
        models.Message.objects.filter(at__lt=now - KEPT).order_by("id").values_list("id", flat=True)
        [:most]
    )  # fmt: skip
    with transaction.atomic():
        models.Attempt.objects.filter(delivery__message_id__in=old).delete()
        models.Delivery.objects.filter(message_id__in=old).delete()
        models.Message.objects.filter(id__in=old).delete()
    return len(old)


def _claim(endpoint_id: UUID, now: datetime) -> Iterable[models.Delivery]:
    until = now + timedelta(seconds=LEASE_SECONDS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _CLAIM, {"until": until, "endpoint": endpoint_id, "now": now, "most": CLAIM_MAX}
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(models.Delivery.objects.filter(id__in=ids).select_related("message").order_by("id"))


def _deliver(row: models.Delivery, endpoint: Endpoint, clock: Callable[[], datetime]) -> Reply:
    at, body = clock(), row.message.body.encode()
    head: dict[str, str] = {}
    try:
        known = queries.secrets(endpoint.id, at)
        head = {"content-type": "application/json", "user-agent": AGENT} | signing.headers(
            known, f"msg_{row.message_id.hex}", at, body
        )
        reply = sending.post(
            endpoint.url,
            head,
            body,
            seconds=float(CONFIG.delivery_seconds_max),
            private=CONFIG.webhooks_private,
        )
    except OfertaError as error:
        reply = Reply(0, error.code, 0)
    _note(row, endpoint, head, reply, at, clock())
    return reply


@transaction.atomic
def _note(
    row: models.Delivery,
    endpoint: Endpoint,
    head: dict[str, str],
    reply: Reply,
    at: datetime,
    now: datetime,
) -> None:
    models.Attempt.objects.create(
        delivery_id=row.id,
        at=at,
        milliseconds=reply.milliseconds,
        status=reply.status,
        error=reply.error,
        request=json.dumps({"url": endpoint.url, "headers": head}),
        response=reply.head,
    )
    again = row.attempts < ATTEMPTS_MAX
    state = State.WAITING if again else State.FAILED
    due = now + timedelta(seconds=WAITS_SECONDS[row.attempts - 1]) if again else row.due_at
    if reply.accepted:
        state = State.DELIVERED
    # Unless the lease ran out and another worker has taken over.
    models.Delivery.objects.filter(id=row.id, state=State.SENDING, attempts=row.attempts).update(
        state=state, due_at=due, claimed_until=None
    )
    _note_health(endpoint, reply, now)


def _note_health(endpoint: Endpoint, reply: Reply, now: datetime) -> None:
    """Remember since when an endpoint fails; turn it off if that is too long, or it says so."""
    row = models.Endpoint.objects.filter(id=endpoint.id)
    if reply.accepted:
        row.filter(failing_since__isnull=False).update(failing_since=None)
        return
    row.filter(failing_since__isnull=True).update(failing_since=now)
    since = queries.endpoint(endpoint.id).failing_since or now
    if reply.status == _GONE:
        _turn_off(endpoint, GONE, now)
    elif now - since >= FAILING_MAX:
        _turn_off(endpoint, FAILING, now)


def _turn_off(endpoint: Endpoint, because: str, now: datetime) -> None:
    actions.turn_off(endpoint.id, because=because, now=now)
    mail = channels.channels().get("email")
    if not endpoint.contact or mail is None:
        return
    values = {"url": endpoint.url, "days": FAILING_MAX.days}
    subject, body = (
        words.say(f"webhooks.off.{part}", endpoint.language).format_map(values)
        for part in ("subject", because)
    )
    mail.deliver(
        Message(
            delivery_id=uuid7(),
            address=endpoint.contact,
            language=endpoint.language,
            subject=subject,
            body=body,
        )
    )


def _soon(endpoint: Endpoint, now: datetime) -> datetime | None:
    if not endpoint.enabled:
        return None
    due = models.Delivery.objects.filter(
        endpoint_id=endpoint.id, state=State.WAITING, due_at__gt=now, due_at__lte=now + SOON
    )
    return due.order_by("due_at").values_list("due_at", flat=True).first()
