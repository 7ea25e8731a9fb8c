"""What every act on a case begins and ends with: its lock, its log and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from oferta.core.cases import models
from oferta.core.cases.errors import CaseClosed, UnknownCase
from oferta.core.cases.types import OPEN
from oferta.core.parties import audit
from oferta.core.parties.types import Actor


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
