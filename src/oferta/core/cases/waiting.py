"""The queue of the desk: what waits for a person, the most overdue first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from oferta.core.cases import models, queries
from oferta.core.cases.types import OPEN, Case, Kind

PAGE_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which open cases; a field left out: all."""

    assignee_id: UUID | None = None
    unassigned: bool = False
    kind: Kind | None = None
    #: Those whose deadline lies before this moment.
    due_before: datetime | None = None
    #: Those whose proposed answer this member of staff may decide: proposed by another.
    to_approve_by: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many open cases there are of each sort."""

    all: int
    overdue: int
    mine: int
    unassigned: int
    to_approve: int


def queue(
    wanted: Wanted, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[Case]:
    """Return open cases, the longest overdue first.

    Args:
        wanted: which.
        after: deadline and id of the last case of the page before.
        limit: at most this many, and at most `PAGE_MAX`.
    """
    rows = models.Case.objects.filter(status__in=OPEN, **_conditions(wanted))
    if wanted.to_approve_by is not None:
        rows = rows.filter(proposal__isnull=False).exclude(proposal__actor_id=wanted.to_approve_by)
    if after is not None:
        rows = rows.filter(due_at__gte=after[0]).exclude(due_at=after[0], id__lte=after[1])
    rows = rows.select_related("assignee").order_by("due_at", "id")
    return [queries.told(row) for row in rows[: min(limit, PAGE_MAX)]]


def counts(staff_id: UUID, *, now: datetime) -> Counts:
    """Count the open cases as one member of staff sees them, in one statement."""
    counted = models.Case.objects.filter(status__in=OPEN).aggregate(
        all=Count("id"),
        overdue=Count("id", filter=Q(due_at__lt=now)),
        mine=Count("id", filter=Q(assignee_id=staff_id)),
        unassigned=Count("id", filter=Q(assignee__isnull=True)),
        to_approve=Count("id", filter=Q(proposal__isnull=False) & ~Q(proposal__actor_id=staff_id)),
    )
    return Counts(**counted)


def case_of_number(number: int) -> Case | None:
    """Return the case that people know by this number, if there is one."""
    row = models.Case.objects.filter(number=number).select_related("assignee").first()
    return None if row is None else queries.told(row)


def cases_between(first: UUID, last: UUID, *, limit: int) -> list[Case]:
    """Return the cases whose id lies between two, newest first."""
    rows = models.Case.objects.filter(id__range=(first, last)).select_related("assignee")
    return [queries.told(row) for row in rows.order_by("-id")[:limit]]


def cases_of_decisions(decision_ids: list[UUID]) -> list[Case]:
    """Return the cases about these decisions, newest first."""
    rows = models.Case.objects.filter(decision_id__in=decision_ids).select_related("assignee")
    return [queries.told(row) for row in rows.order_by("-id")]


def _conditions(wanted: Wanted) -> dict[str, Any]:
    given = {
        "assignee_id": wanted.assignee_id,
        "assignee__isnull": wanted.unassigned or None,
        "kind": wanted.kind.value if wanted.kind else None,
        "due_at__lt": wanted.due_before,
    }
    return {name: value for name, value in given.items() if value is not None}
