"""The audit log: every reading of a customer's data and every act, by whom and from where.

Write the line in the database transaction of the act, or before the data are shown: what cannot be
logged does not happen. The table refuses every change, even by a slip of the owner's own hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from oferta.core.parties import models
from oferta.core.parties.types import SYSTEM, Act, Actor, AuditEntry, Who, WhoKind
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7

PAGE_MAX = 200
#: Acts that have words on pages, under `audit.what.<act>`; others are shown as their code.
WORDED = frozenset(
    {
        "customer.read",
        "customer.revealed",
        "decision.read",
        "transfer.read",
        "case.read",
        "case.opened",
        "case.assigned",
        "case.handed_over",
        "case.evidence",
        "case.tied",
        "case.proposed",
        "case.proposal_withdrawn",
        "case.upheld",
        "case.partly_upheld",
        "case.rejected",
        "cases.listed",
        "desk.found",
        "audit.read",
        "staff.refused",
        "staff.proposed",
        "staff.appointed",
        "staff.declined",
        "staff.dismissed",
        "staff.listed",
        "batch.released",
        "batch.release_asked",
        "configuration.changed",
        "login.signed_in",
        "rest.read",
        "rest.wrote",
        "token.created",
        "token.revoked",
        "webhook.replayed",
        "webhook.turned_off",
        "webhook.turned_on",
        "export.asked",
        "export.made",
        "export.downloaded",
        "erasure.asked",
        "erasure.withdrawn",
        "erasure.refused",
        "erasure.done",
        "message.prepared",
        "message.submitted",
        "message.let_out",
        "message.stopped",
        "identity.recorded",
        "customer.blocked",
        "customer.unblocked",
        "identity.withdrawn",
        "status.granted",
        "status.withdrawn",
        "member.set",
        "webhook.added",
        "acting.began",
        "acting.ended",
        "acting.wrote",
        "refund.listed",
        "refund.read",
        "refund.document_read",
        "refund.paper_read",
        "refund.registered",
        "refund.checked",
        "refund.answered",
        "refund.extended",
        "refund.referred",
        "refund.surrendered",
        "refund.paid_by_hand",
        "refund.came_back",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which lines of the log to read; None or "" of a field: all."""

    who_id: UUID | None = None
    #: A customer whose data were read or touched.
    party_id: UUID | None = None
    subject_kind: str = ""
    subject_id: str = ""
    #: First words of `what`: "case." or "customer.read".
    what: str = ""
    #: From this moment on, and before that one.
    since: datetime | None = None
    until: datetime | None = None


def record(  # noqa: PLR0913 - each is a column that a reader of the log asks for
    *,
    actor: Actor | Who | None,
    what: str,
    subject_kind: str = "",
    subject_id: str | UUID = "",
    parties: Iterable[UUID] = (),
    reason: str = "",
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> UUID:
    """Write one line in the caller's database transaction; None as `actor`: the system itself.

    Args:
        actor: who did or read it.
        what: the room's word, a dot, what happened: `case.assigned`, `customer.read`.
        subject_kind: what kind of thing, as `case`; with `subject_id` it names the thing.
        subject_id: its id or number.
        parties: the customers whose data were read or touched.
        reason: why, in the words of who did it.
        now: zone-aware.
        details: JSON values; never a secret, never the data that were read.

    Returns:
        The line's id.
    """
    act = Act(
        what=what,
        subject_kind=subject_kind,
        subject_id=subject_id,
        parties=tuple(parties),
        reason=reason,
        details=details or {},
    )
    return record_many([act], actor=actor, now=now)[0]


def record_many(acts: Sequence[Act], *, actor: Actor | Who | None, now: datetime) -> list[UUID]:
    """Write many lines of one actor in one statement; return their ids in order."""
    who = _who(actor)
    rows = [
        models.AuditEntry(
            id=uuid7(),
            at=zoned(now),
            who=who.kind.value,
            who_id=who.id,
            name=who.name,
            session=who.session,
            address=who.address or None,
            what=act.what,
            subject_kind=act.subject_kind,
            subject_id=str(act.subject_id),
            parties=list(dict.fromkeys(act.parties)),
            reason=act.reason.strip(),
            details=dict(act.details),
        )
        for act in acts
    ]
    models.AuditEntry.objects.bulk_create(rows, batch_size=1_000)
    return [row.id for row in rows]


def entries(
    wanted: Filter, *, before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[AuditEntry]:
    """Return lines of the log, newest first.

    Args:
        wanted: which.
        before: moment and id of the last line of the page before.
        limit: at most this many, and at most `PAGE_MAX`.
    """
    rows = models.AuditEntry.objects.filter(**_conditions(wanted)).order_by("-at", "-id")
    if before is not None:
        rows = rows.filter(at__lte=before[0]).exclude(at=before[0], id__gte=before[1])
    return [_entry(row) for row in rows[: min(limit, PAGE_MAX)]]


def acts_with(
    party_id: UUID, *, before: UUID | None = None, limit: int = 50, leave_out: Sequence[str] = ()
) -> list[AuditEntry]:
    """Return what was done with a customer or by them, newest first.

    Args:
        party_id: the customer.
        before: id of the last line of the page before.
        limit: at most this many, and at most `PAGE_MAX`.
        leave_out: last words of what is not wanted, as ".read".
    """
    rows = models.AuditEntry.objects.filter(parties__contains=[party_id]).order_by("-id")
    for ending in leave_out:
        rows = rows.exclude(what__endswith=ending)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_entry(row) for row in rows[: min(limit, PAGE_MAX)]]


def words_of(what: str) -> str:
    """Return the key of the words for an act; "" if it has none but its code."""
    return f"audit.what.{what}" if what in WORDED else ""


def _conditions(wanted: Filter) -> dict[str, Any]:
    given = {
        "who_id": wanted.who_id,
        "parties__contains": None if wanted.party_id is None else [wanted.party_id],
        "subject_kind": wanted.subject_kind or None,
        "subject_id": wanted.subject_id or None,
        "what__startswith": wanted.what or None,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
    }
    return {name: value for name, value in given.items() if value is not None}


def _who(actor: Actor | Who | None) -> Who:
    if actor is None:
        return SYSTEM
    if isinstance(actor, Who):
        return actor
    return Who(
        kind=WhoKind.STAFF,
        id=actor.id,
        name=actor.name,
        session=actor.session,
        address=actor.address,
    )


def _entry(row: models.AuditEntry) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        who=WhoKind(row.who),
        who_id=row.who_id,
        name=row.name,
        session=row.session,
        address=row.address or "",
        what=row.what,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        parties=tuple(row.parties),
        reason=row.reason,
        details=row.details,
    )
