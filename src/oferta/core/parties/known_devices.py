"""Browsers in which somebody signed in: a new one is told to every contact."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from oferta.core.parties import logins, models
from oferta.core.parties.agents import known_as
from oferta.core.parties.login_types import Change, DeviceSeen
from oferta.kernel.clock import zoned


def digest_of(device: str) -> str:
    """Return what is kept of a device's cookie."""
    return hashlib.sha256(device.encode()).hexdigest()


def knows_device(login_id: UUID, device: str) -> bool:
    """Return whether somebody signed in to this login in this browser before."""
    return models.Device.objects.filter(login_id=login_id, digest=digest_of(device)).exists()


@transaction.atomic
def note_device(login: models.Login, device: str, agent: str, *, now: datetime) -> None:
    """Keep in which browser somebody signed in; a new one is told to every contact.

    The first of all is the one they signed up in: nothing to tell.
    """
    first = not models.Device.objects.filter(login=login).exists()
    _, made = models.Device.objects.update_or_create(
        login=login,
        digest=digest_of(device),
        defaults={"last_seen_at": zoned(now), "agent": agent},
        create_defaults={"first_seen_at": now, "last_seen_at": now, "agent": agent},
    )
    if made and not first:
        logins.tell(login, Change.NEW_DEVICE, now=now, detail=known_as(agent) or agent)


def devices_of(login_id: UUID) -> list[DeviceSeen]:
    """Return the browsers in which somebody signed in, the latest first."""
    rows = models.Device.objects.filter(login_id=login_id).order_by("-last_seen_at")
    return [
        DeviceSeen(
            id=row.id,
            agent=row.agent,
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
        )
        for row in rows
    ]


def forget_device(login_id: UUID, device_id: int) -> None:
    """Forget a browser: signing in there is new again."""
    models.Device.objects.filter(login_id=login_id, id=device_id).delete()
