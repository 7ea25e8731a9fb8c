"""False messages that go round: our answer, made by one, published by another, for everybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from oferta.core.notices import masses, models
from oferta.core.notices.mass_errors import BadMass, SamePerson, UnknownFalse
from oferta.core.notices.mass_types import FalseMessage, NewFalse
from oferta.core.notices.types import Rendered
from oferta.core.parties import audit
from oferta.core.parties.types import Actor
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import LANGUAGES
from oferta.kernel.ids import uuid7

SAMPLE_LENGTH_MAX = 4_000
#: Public answers that a page shows.
SHOWN_MAX = 50


@transaction.atomic
def note(new: NewFalse, *, actor: Actor, now: datetime) -> FalseMessage:
    """Keep a false message and the answer to it, for another person to publish (TR-132, TR-133).

    Raises:
        BadMass: the sample, or the answer in a language, is missing or too long.
    """
    _check(new)
    row = models.FalseMessage(
        id=uuid7(),
        sample=new.sample.strip(),
        words={language: [item.subject, item.body] for language, item in new.words.items()},
        seen_at=zoned(new.seen_at),
        claimed=new.claimed.strip(),
        confirmed=new.confirmed.strip(),
        maker_id=actor.id,
        made_at=zoned(now),
    )
    row.save(force_insert=True)
    _record(row, "false_message.noted", actor, now)
    return false_message(row.id)


@transaction.atomic
def publish(false_id: UUID, *, actor: Actor, now: datetime) -> FalseMessage:
    """Show the answer to everybody, as the second person.

    Raises:
        UnknownFalse: there is none that waits.
        SamePerson: who wrote it cannot publish it.
    """
    row = models.FalseMessage.objects.select_for_update().filter(id=false_id).first()
    if row is None or row.published_at is not None or row.withdrawn_at is not None:
        raise UnknownFalse(false_id=str(false_id))
    if row.maker_id == actor.id:
        raise SamePerson(staff_id=str(actor.id))
    row.publisher_id, row.published_at = actor.id, zoned(now)
    row.save(update_fields=["publisher", "published_at"])
    _record(row, "false_message.published", actor, now)
    return false_message(row.id)


@transaction.atomic
def withdraw(false_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Show the answer no more.

    Raises:
        UnknownFalse: there is none.
    """
    row = models.FalseMessage.objects.select_for_update().filter(id=false_id).first()
    if row is None or row.withdrawn_at is not None:
        raise UnknownFalse(false_id=str(false_id))
    row.withdrawn_at = zoned(now)
    row.save(update_fields=["withdrawn_at"])
    _record(row, "false_message.withdrawn", actor, now)


def false_message(false_id: UUID) -> FalseMessage:
    """Return one.

    Raises:
        UnknownFalse: there is none.
    """
    row = _rows().filter(id=false_id).first()
    if row is None:
        raise UnknownFalse(false_id=str(false_id))
    return _false(row)


def published() -> list[FalseMessage]:
    """Return those that everybody may read, newest first."""
    rows = _rows().filter(published_at__isnull=False)
    return [_false(row) for row in rows.order_by("-published_at")[:SHOWN_MAX]]


def unpublished() -> list[FalseMessage]:
    """Return those that wait for a second person, oldest first."""
    rows = _rows().filter(published_at__isnull=True)
    return [_false(row) for row in rows.order_by("made_at")[:SHOWN_MAX]]


def _rows() -> QuerySet[models.FalseMessage]:
    return models.FalseMessage.objects.filter(withdrawn_at__isnull=True).select_related("maker")


def _check(new: NewFalse) -> None:
    if not 0 < len(new.sample.strip()) <= SAMPLE_LENGTH_MAX or "\0" in new.sample:
        expected = f"at most {SAMPLE_LENGTH_MAX} characters"
        raise BadMass(field="sample", given=new.sample[:50], expected=expected)
    for language in LANGUAGES:
        given = new.words.get(language, Rendered(subject="", body=""))
        if not given.subject.strip() or not given.body.strip():
            raise BadMass(field=f"words.{language}", given="", expected="a title and an answer")
        if len(given.body) > masses.BODY_LENGTH_MAX:
            expected = f"at most {masses.BODY_LENGTH_MAX} characters"
            raise BadMass(field=f"words.{language}", given=given.body[:50], expected=expected)


def _record(row: models.FalseMessage, what: str, actor: Actor, now: datetime) -> None:
    audit.record(actor=actor, what=what, subject_kind="false_message", subject_id=row.id, now=now)


def _false(row: models.FalseMessage) -> FalseMessage:
    return FalseMessage(
        id=row.id,
        sample=row.sample,
        words=masses.words_of(row.words),
        seen_at=row.seen_at,
        claimed=row.claimed,
        confirmed=row.confirmed,
        maker_id=row.maker_id,
        maker=row.maker.name,
        published_at=row.published_at,
    )
