"""Incidents of the office itself: what everybody is told, what the hotline says, what days grow.

The public answer is published by a second person and names the official channel where it can be
read too. Messages about it go by the guarded path of mass messages (`core.notices.masses`), and a
message in our name that we did not send is answered beside it (`core.notices.false_messages`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from oferta.core.parties import audit
from oferta.core.parties.rules import check_may
from oferta.core.parties.types import Actor, Permission
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.kernel.ids import uuid7
from oferta.services.tickets.errors import BadIncident, UnknownIncident
from oferta.services.tickets.models import OfficeIncident
from oferta.services.tickets.types import OfficeIncidentKind

TITLE_MAX, ANSWER_MAX, CAUSE_MAX, CHANNEL_MAX = 150, 2_000, 500, 200
PARTS = ("title", "answer", "script")
_SHOWN = 50
#: Through the day after the end of an outage a request counts as filed when it began (TR-136).
AFTER_OUTAGE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncident:
    """Something that went wrong, and the words about it."""

    kind: OfficeIncidentKind
    began_at: datetime
    #: Language to title, answer and script.
    words: Mapping[Language, Mapping[str, str]]
    #: Where it is answered too: an official channel that did not fail (TR-132, TR-138).
    channel: str
    #: What is said to have caused it, and what is known to have (TR-133).
    claimed: str = ""
    confirmed: str = ""
    ended_at: datetime | None = field(default=None)


@transaction.atomic
def note(new: NewIncident, *, actor: Actor, now: datetime) -> OfficeIncident:
    """Keep an incident; the hotline's words are there at once, the public ones wait for another.

    Raises:
        BadIncident: words are missing or too long, or its moments cannot be.
        NotPermitted: not with their roles.
    """
    check_may(actor, Permission.WORK_CASES)
    _check(new, zoned(now))
    row = OfficeIncident.objects.create(
        id=uuid7(),
        kind=new.kind,
        began_at=new.began_at,
        ended_at=new.ended_at,
        claimed=new.claimed.strip(),
        confirmed=new.confirmed.strip(),
        words={language: dict(words) for language, words in new.words.items()},
        channel=new.channel.strip(),
        made_by=actor.id,
        made_at=zoned(now),
    )
    _record(row, "office_incident.noted", actor, now)
    return row


@transaction.atomic
def publish(incident_id: UUID, *, actor: Actor, now: datetime) -> OfficeIncident:
    """Show an incident to everybody, as the second person.

    Raises:
        UnknownIncident: there is none that waits.
        BadIncident: who wrote it cannot publish it.
        NotPermitted: not with their roles.
    """
    check_may(actor, Permission.APPROVE_MESSAGES)
    row = _locked(incident_id)
    if row.published_at is not None:
        raise UnknownIncident(incident=str(incident_id))
    if row.made_by == actor.id:
        raise BadIncident(field="publisher", given=actor.name, expected="another person")
    row.published_by, row.published_at = actor.id, zoned(now)
    row.save(update_fields=["published_by", "published_at"])
    _record(row, "office_incident.published", actor, now)
    return row


@transaction.atomic
def end(
    incident_id: UUID, *, confirmed: str, actor: Actor, ended_at: datetime, now: datetime
) -> OfficeIncident:
    """Note that an incident is over, and what is known to have caused it.

    Raises:
        UnknownIncident: there is none that goes on.
        BadIncident: it ends before it began, or in days to come, or the words are too long.
        NotPermitted: not with their roles.
    """
    check_may(actor, Permission.WORK_CASES)
    row = _locked(incident_id)
    if row.ended_at is not None:
        raise UnknownIncident(incident=str(incident_id))
    if not row.began_at <= zoned(ended_at) <= now:
        expected = f"{row.began_at.isoformat()} to now"
        raise BadIncident(field="ended_at", given=ended_at.isoformat(), expected=expected)
    if len(confirmed) > CAUSE_MAX:
        raise BadIncident(
            field="confirmed", given=confirmed[:50], expected=f"at most {CAUSE_MAX} characters"
        )
    row.ended_at, row.confirmed = ended_at, confirmed.strip() or row.confirmed
    row.save(update_fields=["ended_at", "confirmed"])
    _record(row, "office_incident.ended", actor, now)
    return row


def published() -> list[OfficeIncident]:
    """Return the incidents that everybody may read, those that go on first."""
    rows = OfficeIncident.objects.filter(published_at__isnull=False)
    found = list(rows.order_by("-began_at")[:_SHOWN])
    return sorted(found, key=lambda one: one.ended_at is not None)


def all_of_them() -> list[OfficeIncident]:
    """Return every incident for the desk, those that go on first (TR-135)."""
    found = list(OfficeIncident.objects.order_by("-began_at")[:_SHOWN])
    return sorted(found, key=lambda one: one.ended_at is not None)


def filed_at(moment: datetime) -> datetime:
    """Return when a request counts as filed: when an outage began that kept it from us.

    By the terms that holds for what is filed while an outage lasts or through the day after it
    ended; the office's own terms do not grow by it (TR-136).
    """
    rows = OfficeIncident.objects.filter(
        kind=OfficeIncidentKind.OUTAGE, published_at__isnull=False, began_at__lte=moment
    ).filter(Q(ended_at__isnull=True) | Q(ended_at__gte=moment - 2 * AFTER_OUTAGE))
    kept = [
        one.began_at
        for one in rows
        if one.ended_at is None or moment.date() <= (one.ended_at + AFTER_OUTAGE).date()
    ]
    return min([moment, *kept])


def _locked(incident_id: UUID) -> OfficeIncident:
    row = OfficeIncident.objects.select_for_update().filter(id=incident_id).first()
    if row is None:
        raise UnknownIncident(incident=str(incident_id))
    return row


def _check(new: NewIncident, now: datetime) -> None:
    lengths = {"title": TITLE_MAX, "answer": ANSWER_MAX, "script": ANSWER_MAX}
    for language in LANGUAGES:
        words = new.words.get(language, {})
        for name in PARTS:
            text = words.get(name, "").strip()
            if not 0 < len(text) <= lengths[name] or "\0" in text:
                expected = f"1 to {lengths[name]} characters in each of the five languages"
                raise BadIncident(field=f"{name}.{language}", given=text[:50], expected=expected)
    if not 0 < len(new.channel.strip()) <= CHANNEL_MAX:
        raise BadIncident(field="channel", given="", expected="an official channel of ours")
    if max(len(new.claimed), len(new.confirmed)) > CAUSE_MAX:
        raise BadIncident(field="claimed", given="", expected=f"at most {CAUSE_MAX} characters")
    if zoned(new.began_at) > now or (new.ended_at and not new.began_at <= new.ended_at <= now):
        raise BadIncident(
            field="began_at", given=new.began_at.isoformat(), expected="before now and its end"
        )


def _record(row: OfficeIncident, what: str, actor: Actor, now: datetime) -> None:
    audit.record(
        actor=actor,
        what=what,
        subject_kind="office_incident",
        subject_id=row.id,
        now=now,
        details={"kind": row.kind},
    )
