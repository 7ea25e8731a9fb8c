"""Whose a case is, and what happens when nobody answers it in time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from oferta.core.cases import keeping, models, overdue
from oferta.core.cases.errors import BadResolution
from oferta.core.cases.types import OPEN, Status
from oferta.core.parties import queries as parties
from oferta.core.parties.rules import check_may
from oferta.core.parties.types import Actor, Permission
from oferta.kernel.clock import zoned

#: Cases that are marked late in one database transaction.
LATE_BATCH = 500


@transaction.atomic
def hand_over(case_id: UUID, *, to: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Give a case to a colleague, with a word on why.

    Who has the case may pass it on; others need the permission to hand over.

    Raises:
        UnknownCase, CaseClosed: it cannot be given.
        NotStaff: there is no such colleague.
        NotPermitted: the colleague works no cases, or it is not the actor's to give.
        BadResolution: no reason.
    """
    row = keeping.lock_open(case_id)
    own = row.assignee_id == actor.id
    check_may(actor, Permission.WORK_CASES if own else Permission.HAND_OVER_CASES)
    colleague = parties.actor(to)
    check_may(colleague, Permission.WORK_CASES)
    if not reason.strip() or "\0" in reason:
        raise BadResolution(field="reason", given="", expected="why it is handed over")
    models.Case.objects.filter(id=case_id).update(status=Status.ASSIGNED, assignee_id=to)
    detail = {"to": colleague.name, "reason": reason.strip()}
    keeping.log(row, "handed_over", zoned(now), actor, detail)


def escalate_overdue(*, now: datetime) -> int:
    """Mark the cases whose deadline has passed since the last time (BC-88); return how many.

    A marked case heads the desk of everybody who may hand cases over, until it is answered; they
    and who has it are written to, once. Two workers at once mark each case once.
    """
    marked = 0
    while True:
        some = _escalate_some(zoned(now))
        marked += some
        if some < LATE_BATCH:
            return marked


@transaction.atomic
def _escalate_some(now: datetime) -> int:
    late = models.Case.objects.filter(
        status__in=OPEN, due_at__lt=now, escalated_at__isnull=True
    ).order_by("due_at", "id")
    rows = list(late.select_for_update(skip_locked=True)[:LATE_BATCH])
    models.Case.objects.filter(id__in=[row.id for row in rows]).update(escalated_at=now)
    models.Entry.objects.bulk_create(
        models.Entry(case_id=row.id, at=now, actor_id=None, what="overdue", detail={})
        for row in rows
    )
    if rows:
        overdue.tell(rows)
    return len(rows)
