"""What is done with notices: write them with what they tell, and release a held batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from oferta.core.notices import models, rendering, storing
from oferta.core.notices.errors import BatchNotHeld
from oferta.core.notices.types import BatchState, NewNotice
from oferta.core.parties.types import Actor
from oferta.kernel import outbox
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7

DELIVER = "notices.deliver"


@transaction.atomic
def send(wanted: Sequence[NewNotice], *, now: datetime) -> list[UUID]:
    """Write notices and leave one job in the outbox, in the caller's database transaction.

    Nothing reaches a customer before the commit. Words are made when the notice is delivered or
    read, so only their being possible is checked here.

    Returns:
        The ids of the notices, in order.

    Raises:
        UnknownKind, MissingParam: a notice could not be put into words.
    """
    if not wanted:
        return []
    for item in wanted:
        rendering.check(item.kind, item.params)
    batch_id = uuid7()
    models.Batch(id=batch_id, created_at=zoned(now), size=len(wanted)).save(force_insert=True)
    ids = [uuid7() for _ in wanted]
    storing.write(batch_id, zip(ids, wanted, strict=True), now=now)
    outbox.add(DELIVER, batch_id=str(batch_id))
    return ids


@transaction.atomic
def release_batch(batch_id: UUID, *, actor: Actor) -> None:
    """Let a held batch of notices go out after all.

    Raises:
        BatchNotHeld: it is not waiting for a person's word.
    """
    held = models.Batch.objects.filter(id=batch_id, state=BatchState.HELD)
    if not held.update(state=BatchState.OPEN, released_by_id=actor.id):
        raise BatchNotHeld(batch_id=str(batch_id))
    outbox.add(DELIVER, batch_id=str(batch_id))
