"""Mass messages: made by one, let out by another above a limit, paced, stopped at any moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from oferta.core.notices import actions, audiences, channels, models, outgoing, reach, texts
from oferta.core.notices.mass_errors import BadMass, MassElsewhere, SamePerson, UnknownMass
from oferta.core.notices.mass_types import Mass, MassState, Nature, NewMass, Words
from oferta.core.notices.types import BatchState, DeliveryState, NewNotice, Rendered
from oferta.core.parties import audit, consents, groups
from oferta.core.parties import queries as parties
from oferta.core.parties.purposes import ADVERTISING
from oferta.core.parties.types import Actor
from oferta.kernel import outbox
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.kernel.ids import uuid7

STEP = "notices.mass_step"
#: A stop takes effect within one step.
STEP_SECONDS = 10
#: A list of people by name is kept as their ids alone: erasing somebody must not miss it.
LISTED = "listed"
SUBJECT_LENGTH_MAX = 150
BODY_LENGTH_MAX = 2_000
PAGE_MAX = 200
_COPY = "COPY notices_massreceiver (mass_id, party_id) FROM STDIN"
_KINDS = {Nature.SERVICE: "message.service", Nature.ADVERTISING: "message.advertising"}
_ENDED = (MassState.DONE, MassState.STOPPED)


@transaction.atomic
def prepare(new: NewMass, *, actor: Actor, now: datetime) -> Mass:
    """Make a mass message and its list, and send nothing.

    The list is drawn up now and stays: the second person lets out exactly what they were shown.
    Of advertising it holds only those who consent.

    Raises:
        BadMass: words are missing or too long, nobody is on the list, or no such channel.
    """
    _check(new)
    listed = dict.fromkeys(audiences.members(new.audience, new.chosen))
    people = list(_consenting(listed, new.channels) if _is_ad(new) else listed)
    if not people:
        raise BadMass(field="audience", given=new.audience, expected="at least one receiver")
    row = models.MassMessage(
        id=uuid7(),
        nature=new.nature.value,
        words={language: [item.subject, item.body] for language, item in new.words.items()},
        audience=new.audience,
        chosen="" if new.audience == LISTED else new.chosen.strip(),
        channels=list(new.channels),
        people=len(people),
        maker_id=actor.id,
        made_at=zoned(now),
        answers=new.answers,
    )
    row.save(force_insert=True)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for party in people:
            copy.write_row((row.id, party))
    models.SentText.objects.bulk_create(
        models.SentText(mass_id=row.id, digest=digest)
        for digest in {one for item in new.words.values() for one in texts.digests(item)}
    )
    _record(row, "message.prepared", actor, now, {"people": row.people, "nature": row.nature})
    return mass(row.id)


@transaction.atomic
def submit(mass_id: UUID, *, actor: Actor, now: datetime) -> Mass:
    """Send a mass message if its maker may reach so many alone; else let it wait for another.

    Raises:
        UnknownMass, MassElsewhere: it is no draft.
        SamePerson: only its maker submits it.
    """
    row = _locked(mass_id, MassState.DRAFT)
    if row.maker_id != actor.id:
        raise SamePerson(staff_id=str(actor.id))
    if row.people > reach.left(actor.id, now=now):
        _move(row, MassState.WAITING)
        _record(row, "message.submitted", actor, now, {"people": row.people})
        return mass(row.id)
    listed = row.receivers.values_list("party_id", flat=True)
    reach.claim(actor.id, list(listed), now=now)
    _start(row, actor, now)
    return mass(row.id)


@transaction.atomic
def approve(mass_id: UUID, *, approver: Actor, now: datetime) -> Mass:
    """Let a mass message out as its second person.

    Raises:
        UnknownMass, MassElsewhere: it does not wait for one.
        SamePerson: the approver made it.
    """
    row = _locked(mass_id, MassState.WAITING)
    if row.maker_id == approver.id:
        raise SamePerson(staff_id=str(approver.id))
    row.approver_id = approver.id
    row.save(update_fields=["approver"])
    _start(row, approver, now)
    return mass(row.id)


@transaction.atomic
def stop(mass_id: UUID, *, actor: Actor, reason: str, now: datetime) -> Mass:
    """Stop a mass message: nothing of it is sent any more that has not left already.

    Raises:
        UnknownMass, MassElsewhere: it was stopped before, or all of it has left.
    """
    row = _locked(mass_id, *(item for item in MassState if item is not MassState.STOPPED))
    if row.state == MassState.DONE and not is_leaving(row.id):
        raise MassElsewhere(mass_id=str(mass_id), state=row.state)
    row.ended_by_id, row.reason = actor.id, reason.strip()
    row.ended_at = zoned(now)
    row.save(update_fields=["ended_by", "reason", "ended_at"])
    _move(row, MassState.STOPPED)
    _leaving(row.id).update(state=BatchState.STOPPED)
    models.Delivery.objects.filter(
        notice__batch__mass_id=row.id, state=DeliveryState.WAITING
    ).update(state=DeliveryState.SUPPRESSED, last_error="notices.stopped")
    _record(row, "message.stopped", actor, now, {"sent": row.sent}, reason)
    return mass(row.id)


@transaction.atomic
def step(mass_id: UUID, *, now: datetime) -> datetime | None:
    """Send the next few of a mass message, as many as its pace allows in one step.

    Called too early (a job that runs twice) it sends nothing, so that the pace holds.

    Returns:
        When the next step is due; None if there is none.
    """
    row = models.MassMessage.objects.select_for_update().filter(id=mass_id).first()
    if row is None or row.state != MassState.SENDING:
        return None
    if row.next_at is not None and now < row.next_at:
        return row.next_at
    ids = _next_parties(row)
    _send(row, ids, now)
    row.sent += len(ids)
    row.last_party = ids[-1] if ids else row.last_party
    row.next_at = now + timedelta(seconds=STEP_SECONDS)
    row.save(update_fields=["sent", "last_party", "next_at"])
    if row.sent < row.people and ids:
        return row.next_at
    row.ended_at = zoned(now)
    row.save(update_fields=["ended_at"])
    _move(row, MassState.DONE)
    return None


def mass(mass_id: UUID) -> Mass:
    """Return a mass message.

    Raises:
        UnknownMass: there is none.
    """
    row = _rows().filter(id=mass_id).first()
    if row is None:
        raise UnknownMass(mass_id=str(mass_id))
    return _mass(row)


def masses(limit: int = 50) -> list[Mass]:
    """Return the newest mass messages, those that wait or are being sent first."""
    rows = _rows().order_by("-made_at")[: min(limit, PAGE_MAX)]
    return sorted((_mass(row) for row in rows), key=lambda item: item.state in _ENDED)


def is_leaving(mass_id: UUID) -> bool:
    """Return whether messages of it are on their way out, so that a stop would hold some back."""
    return _leaving(mass_id).exists()


def _leaving(mass_id: UUID) -> QuerySet[models.Batch]:
    return models.Batch.objects.filter(mass_id=mass_id, state=BatchState.OPEN)


def step_size() -> int:
    """Return how many receivers one step takes."""
    return max(1, outgoing.guards().per_minute * STEP_SECONDS // 60)


def _send(row: models.MassMessage, ids: Sequence[UUID], now: datetime) -> None:
    gone = groups.erased(list(ids))
    still = [id_ for id_ in ids if id_ not in gone]
    if row.nature == Nature.ADVERTISING:  # somebody may have withdrawn since the list was made
        still = list(_consenting(still, row.channels))
    languages = parties.languages(still)
    said = {"mass": str(row.id)}
    actions.send(
        [
            NewNotice(
                party_id=id_,
                language=languages[id_],
                kind=_KINDS[Nature(row.nature)],
                params={"subject": said | {"part": 0}, "body": said | {"part": 1}},
            )
            for id_ in still
        ],
        now=now,
        channels=tuple(row.channels),
        mass_id=row.id,
    )


def _next_parties(row: models.MassMessage) -> list[UUID]:
    found = row.receivers.order_by("party_id").values_list("party_id", flat=True)
    if row.last_party is not None:
        found = found.filter(party_id__gt=row.last_party)
    return list(found[: step_size()])


def _start(row: models.MassMessage, actor: Actor, now: datetime) -> None:
    _move(row, MassState.SENDING)
    outbox.add(STEP, mass_id=str(row.id))
    _record(row, "message.let_out", actor, now, {"people": row.people})


def _check(new: NewMass) -> None:
    for language in LANGUAGES:
        given = new.words.get(language, Rendered(subject="", body=""))
        lengths = ((given.subject, SUBJECT_LENGTH_MAX), (given.body, BODY_LENGTH_MAX))
        for text, most in lengths:
            if not 0 < len(text.strip()) <= most or "\0" in text:
                expected = f"at most {most} characters in each of the five languages"
                raise BadMass(field=f"words.{language}", given=text[:50], expected=expected)
        if "\n" in given.subject:
            raise BadMass(field=f"words.{language}", given="", expected="a subject of one line")
    known = [name for name in channels.channels() if name != "inbox"]
    for name in new.channels:
        if name not in known:
            raise BadMass(field="channels", given=name, expected=", ".join(known))


def _is_ad(new: NewMass) -> bool:
    return new.nature is Nature.ADVERTISING


def _consenting(ids: Iterable[UUID], allowed: Sequence[str]) -> list[UUID]:
    """Return those who consent to advertising on a channel that the message may use."""
    wanted = list(ids)
    holding = {
        party
        for party, channel in consents.holding(ADVERTISING, wanted)
        if not allowed or channel.value in allowed
    }
    return [id_ for id_ in wanted if id_ in holding]


def _locked(mass_id: UUID, *states: MassState) -> models.MassMessage:
    row = models.MassMessage.objects.select_for_update().filter(id=mass_id).first()
    if row is None:
        raise UnknownMass(mass_id=str(mass_id))
    if row.state not in {item.value for item in states}:
        raise MassElsewhere(mass_id=str(mass_id), state=row.state)
    return row


def _move(row: models.MassMessage, state: MassState) -> None:
    row.state = state.value
    row.save(update_fields=["state"])


def _record(
    row: models.MassMessage,
    what: str,
    actor: Actor,
    now: datetime,
    details: dict[str, object],
    reason: str = "",
) -> None:
    audit.record(
        actor=actor,
        what=what,
        subject_kind="mass_message",
        subject_id=row.id,
        reason=reason,
        now=now,
        details=details,
    )


def _rows() -> QuerySet[models.MassMessage]:
    return models.MassMessage.objects.select_related("maker", "approver")


def _mass(row: models.MassMessage) -> Mass:
    return Mass(
        id=row.id,
        nature=Nature(row.nature),
        words=words_of(row.words),
        audience=row.audience,
        chosen=row.chosen,
        channels=tuple(row.channels),
        state=MassState(row.state),
        people=row.people,
        sent=row.sent,
        maker_id=row.maker_id,
        maker=row.maker.name,
        approver=row.approver.name if row.approver is not None else "",
        made_at=row.made_at,
        ended_at=row.ended_at,
        reason=row.reason,
    )


def words_of(stored: dict[str, list[str]]) -> Words:
    """Return stored words by language."""
    return {
        cast("Language", language): Rendered(subject=subject, body=body)
        for language, (subject, body) in stored.items()
    }
