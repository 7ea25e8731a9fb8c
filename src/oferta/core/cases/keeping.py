"""What acts on a case begin and end with: its lock, its logs, the notice to its customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from oferta.core.cases import models
from oferta.core.cases.errors import BadWords, CaseClosed, UnknownCase
from oferta.core.cases.types import OPEN
from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import audit
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor

WORDS_LENGTH_MAX = 4_000


def lock_open(case_id: UUID) -> models.Case:
    """Return an open case and keep everybody else from it until the commit.

    Raises:
        UnknownCase, CaseClosed: there is none, or nothing can be done with it any more.
    """
    row = models.Case.objects.select_for_update().filter(id=case_id).first()
    if row is None:
        raise UnknownCase(case_id=str(case_id))
    if row.status not in OPEN:
        raise CaseClosed(case_id=str(case_id), status=row.status)
    return row


def log(
    row: models.Case,
    what: str,
    at: datetime,
    actor: Actor | None,
    detail: dict[str, Any],
    *,
    by: Actor | None = None,
) -> None:
    """Write what was done into the case's log and, if staff did it, into the audit log.

    Args:
        row: the case.
        what: what was done.
        at: when.
        actor: whose act it is in the case's log; None: the customer's or the system's.
        detail: JSON values.
        by: who is at the desk now, if that is another: the second person behind a proposal.
    """
    models.Entry(
        case_id=row.id, at=at, actor_id=actor.id if actor else None, what=what, detail=detail
    ).save(force_insert=True)
    acting = by or actor
    if acting is None:
        return
    audit.record(
        actor=acting,
        what=f"case.{what}",
        subject_kind="case",
        subject_id=row.id,
        parties=[row.party_id] if row.party_id else (),
        reason=detail.get("reason", ""),
        now=at,
        details={name: value for name, value in detail.items() if name != "reason"},
    )


def receipt(row: models.Case) -> dict[str, Any]:
    """Return what the notice of a new case says of it: its number and until when it is answered."""
    row.refresh_from_db(fields=["number"])  # the database gave it
    due_on = localtime(row.due_at).date()  # the day that the pages show too
    return {"number": str(row.number), "due": {"date": due_on.isoformat()}}


def tell(
    row: models.Case,
    kind: str,
    params: dict[str, Any],
    now: datetime,
    sender: UUID | None = None,
) -> None:
    """Write the customer of a case a notice about it; there may be none.

    Args:
        row: the case.
        kind: of notices.
        params: what its words need.
        now: zone-aware.
        sender: the member of staff who alone causes it.
    """
    if row.party_id is None:
        return
    notice = NewNotice(
        party_id=row.party_id,
        language=parties.customer(row.party_id).language,
        kind=kind,
        params=params,
        decision_ids=(row.decision_id,) if row.decision_id else (),
    )
    notices.send([notice], now=now, sender=sender)


def check_words(field: str, words: str) -> None:
    """Do nothing if these are words that can be kept.

    Raises:
        BadWords: none, too many, or with a NUL.
    """
    if not 0 < len(words.strip()) <= WORDS_LENGTH_MAX or "\0" in words:
        raise BadWords(field=field, length=len(words), length_max=WORDS_LENGTH_MAX)
