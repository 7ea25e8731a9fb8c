"""Reading endpoints, their secrets and the log."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q

from oferta.kernel.i18n import Language
from oferta.project.webhooks import models, signing
from oferta.project.webhooks.errors import SecretUnreadable, UnknownDelivery, UnknownEndpoint
from oferta.project.webhooks.types import Attempt, Delivery, Endpoint, State

PAGE_MAX = 200
ENDPOINTS_MAX = 200


def endpoint(endpoint_id: UUID, *, owner: str | None = None) -> Endpoint:
    """Return an endpoint.

    Args:
        endpoint_id: its id.
        owner: whose it must be; None: anybody's.

    Raises:
        UnknownEndpoint: there is none, or it is another's.
    """
    row = models.Endpoint.objects.filter(id=endpoint_id).first()
    if row is None or owner not in (None, row.owner):
        raise UnknownEndpoint(endpoint_id=str(endpoint_id))
    return _endpoint(row)


def endpoints(owner: str | None = None) -> list[Endpoint]:
    """Return the endpoints of an owner (None: everybody's), newest first."""
    rows = models.Endpoint.objects.order_by("-id")
    if owner is not None:
        rows = rows.filter(owner=owner)
    return [_endpoint(row) for row in rows[:ENDPOINTS_MAX]]


def secrets(endpoint_id: UUID, now: datetime) -> list[str]:
    """Return the secrets that sign messages to an endpoint now, the newest first.

    Raises:
        SecretUnreadable: one was sealed with another secret key of the site.
    """
    standing = models.Secret.objects.filter(
        Q(retires_at__isnull=True) | Q(retires_at__gt=now), endpoint_id=endpoint_id
    )
    found = [
        signing.unseal(bytes(row.sealed), settings.SECRET_KEY) for row in standing.order_by("-id")
    ]
    if None in found:
        raise SecretUnreadable(endpoint_id=str(endpoint_id))
    return [one for one in found if one is not None]


def old_secret_until(endpoint_id: UUID, now: datetime) -> datetime | None:
    """Return until when an earlier secret signs beside the newest one; None: none does."""
    rows = models.Secret.objects.filter(endpoint_id=endpoint_id, retires_at__gt=now)
    last: datetime | None = rows.aggregate(last=Max("retires_at"))["last"]
    return last


def deliveries(
    endpoint_id: UUID, *, state: State | None = None, before: int = 0, limit: int = 50
) -> list[Delivery]:
    """Return the deliveries to an endpoint, newest first; `before` is the last one shown."""
    rows = models.Delivery.objects.filter(endpoint_id=endpoint_id).order_by("-id")
    if state is not None:
        rows = rows.filter(state=state)
    if before:
        rows = rows.filter(id__lt=before)
    return [_delivery(row) for row in rows.select_related("message")[: min(limit, PAGE_MAX + 1)]]


def delivery(delivery_id: int) -> Delivery:
    """Return a delivery.

    Raises:
        UnknownDelivery: there is none.
    """
    row = models.Delivery.objects.filter(id=delivery_id).select_related("message").first()
    if row is None:
        raise UnknownDelivery(delivery_id=str(delivery_id))
    return _delivery(row)


def attempts(delivery_id: int) -> list[Attempt]:
    """Return every try of a delivery, in order."""
    rows = models.Attempt.objects.filter(delivery_id=delivery_id).order_by("id")
    return [
        Attempt(
            at=row.at,
            milliseconds=row.milliseconds,
            status=row.status,
            error=row.error,
            request=row.request,
            response=row.response,
        )
        for row in rows
    ]


def _endpoint(row: models.Endpoint) -> Endpoint:
    return Endpoint(
        id=row.id,
        owner=row.owner,
        url=row.url,
        kinds=tuple(row.kinds),
        note=row.note,
        contact=row.contact,
        language=cast("Language", row.language),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        disabled_because=row.disabled_because,
        failing_since=row.failing_since,
    )


def _delivery(row: models.Delivery) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        message_id=row.message_id,
        kind=row.message.kind,
        state=State(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        created_at=row.created_at,
        replay=row.replay,
    )
