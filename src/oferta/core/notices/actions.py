"""What is done with notices: write them with what they tell, and release a held batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from oferta.core.notices import models, queries, reach, rendering, storing
from oferta.core.notices.errors import BatchNotHeld
from oferta.core.notices.mass_errors import NoConsent, SamePerson
from oferta.core.notices.types import BatchState, NewNotice
from oferta.core.parties import audit, consents
from oferta.core.parties.types import Actor
from oferta.kernel import outbox
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7

DELIVER = "notices.deliver"


def send(
    wanted: Sequence[NewNotice],
    *,
    now: datetime,
    sender: UUID | None = None,
    channels: tuple[str, ...] = (),
    mass_id: UUID | None = None,
) -> list[UUID]:
    """Write notices and leave one job in the outbox, in the caller's database transaction.

    Nothing reaches a customer before the commit. Words are made when the notice is delivered or
    read, so only their being possible is checked here.

    Args:
        wanted: what to tell whom.
        now: zone-aware.
        sender: the member of staff at whose word alone they are sent; None if the terms, the
            customer or two persons caused them.
        channels: those outside the inbox to use; empty: all.
        mass_id: the mass message that they are a step of.

    Returns:
        The ids of the notices, in order.

    Raises:
        UnknownKind, MissingParam: a notice could not be put into words.
        NoConsent: it advertises, and a receiver does not consent to that.
        ReachUsedUp: the sender alone reaches too many people today.
    """
    if not wanted:
        return []
    for item in wanted:
        rendering.check(item.kind, item.params)
    _check_consent(wanted)
    if sender is not None:
        reach.claim(sender, {item.party_id for item in wanted}, now=now)
    batch_id = uuid7()
    ids = [uuid7() for _ in wanted]
    # A part of what the caller does: what fails here undoes that too, so no savepoint is needed.
    with transaction.atomic(savepoint=False):
        storing.open_batch(batch_id, len(wanted), channels=channels, mass_id=mass_id, now=now)
        storing.write(batch_id, zip(ids, wanted, strict=True), now=now)
        outbox.add(DELIVER, batch_id=str(batch_id))
    return ids


@transaction.atomic
def release_batch(batch_id: UUID, *, actor: Actor, now: datetime) -> bool:
    """Ask that a held batch of notices go out after all; a second person's word lets it go.

    One person's word is enough where they may reach so many people alone.

    Returns:
        Whether it goes out now; False if it waits for a second person.

    Raises:
        BatchNotHeld: it is not waiting for a person's word.
        SamePerson: they asked already, and cannot be the second.
    """
    row = (
        models.Batch.objects.select_for_update().filter(id=batch_id, state=BatchState.HELD).first()
    )
    if row is None:
        raise BatchNotHeld(batch_id=str(batch_id))
    if row.release_asked_by_id == actor.id:
        raise SamePerson(staff_id=str(actor.id))
    second = row.release_asked_by_id is not None
    goes = second or row.size <= reach.left(actor.id, now=now)
    if goes and not second:
        reach.claim(actor.id, set(row.notices.values_list("party_id", flat=True)), now=now)
    if goes:
        row.state, row.released_by_id = BatchState.OPEN.value, actor.id
        outbox.add(DELIVER, batch_id=str(batch_id))
    else:
        row.release_asked_by_id = actor.id
    row.save(update_fields=["state", "released_by", "release_asked_by"])
    audit.record(
        actor=actor,
        what="batch.released" if goes else "batch.release_asked",
        subject_kind="batch",
        subject_id=batch_id,
        now=now,
        details={"size": row.size, "because": row.held_because},
    )
    return goes


def _check_consent(wanted: Sequence[NewNotice]) -> None:
    by_purpose: dict[str, set[UUID]] = {}
    for kind in {item.kind for item in wanted}:
        purpose = rendering.purpose_of(kind)
        if purpose:
            parties = {item.party_id for item in wanted if item.kind == kind}
            by_purpose.setdefault(purpose, set()).update(parties)
    for purpose, parties in by_purpose.items():
        without = parties - {party for party, _ in consents.holding(purpose, parties)}
        if without:
            raise NoConsent(purpose=purpose, parties=sorted(str(party) for party in without))


def mark_read(notice_ids: Iterable[UUID], *, now: datetime) -> None:
    """Note that a customer has opened notices; one opened before keeps its first moment."""
    opened = list(notice_ids)
    read = queries.read_among(opened)  # most are, and a look again need write nothing
    new = [models.ReadMark(notice_id=id_, read_at=zoned(now)) for id_ in opened if id_ not in read]
    if new:
        models.ReadMark.objects.bulk_create(new, ignore_conflicts=True)


def mark_all_read(party_id: UUID, *, now: datetime) -> None:
    """Note that a customer has seen every notice there is for them."""
    mark_read(queries.unread_ids(party_id), now=now)
