"""Messages to an address instead of a customer: one-time codes, and warnings to every contact.

They are written to nobody's inbox and kept nowhere but in the outbox, until they are sent; codes
lie there encrypted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from oferta.core.notices import channels, hiding, rendering
from oferta.core.notices.errors import DeliveryFailed
from oferta.core.notices.types import Message
from oferta.kernel import clock, outbox
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7

DELIVER_DIRECT = "notices.deliver_direct"
# A code must come at once or not at all; a warning may wait out an outage of some minutes.
_RETRY = RetryStrategy(max_attempts=8, exponential_wait=2)


def send(
    to: tuple[str, str],
    kind: str,
    params: Mapping[str, Any],
    *,
    language: Language,
    valid_until: datetime | None = None,
    secret: bool = False,
) -> None:
    """Leave a message in the outbox, in the caller's database transaction.

    Args:
        to: channel and address.
        kind: as of notices; its words stand in the same catalogues.
        params: what the words need.
        language: the reader's.
        valid_until: later than this it is not sent any more; None: whenever.
        secret: whether the queue holds `params` encrypted.

    Raises:
        UnknownKind, MissingParam: it could not be put into words.
    """
    rendering.check(kind, params)
    outbox.add(
        DELIVER_DIRECT,
        delivery_id=str(uuid7()),
        channel=to[0],
        address=to[1],
        kind=kind,
        params={"hidden": hiding.hide(params)} if secret else dict(params),
        secret=secret,
        language=language,
        valid_until=None if valid_until is None else valid_until.isoformat(),
    )


@app.task(name=DELIVER_DIRECT, queue="notices", retry=_RETRY)
def deliver(**job: Any) -> None:
    """Send what `send` left, unless it is too late for it."""
    with outbox.own_connection():
        _deliver(job, clock.now())


def _deliver(job: Mapping[str, Any], now: datetime) -> None:
    """Send a message.

    Raises:
        DeliveryFailed: the channel is away; trying again may help.
    """
    if job["valid_until"] is not None and datetime.fromisoformat(job["valid_until"]) < now:
        return
    channel = channels.channels().get(job["channel"])
    if channel is None:
        return
    params = hiding.shown(job["params"]["hidden"]) if job.get("secret") else job["params"]
    words = rendering.render(job["kind"], params, (), job["language"])
    try:
        channel.deliver(
            Message(
                delivery_id=UUID(job["delivery_id"]),
                address=job["address"],
                language=job["language"],
                subject=words.subject,
                body=words.body,
            )
        )
    except DeliveryFailed as error:
        if error.again:
            raise
