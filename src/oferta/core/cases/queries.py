"""Reading cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from oferta.core.cases import models
from oferta.core.cases.errors import UnknownCase
from oferta.core.cases.types import OPEN, Case, Entry, Evidence, Kind, Proposal, Status
from oferta.kernel import asking

PAGE_MAX = 200
_IS_OPEN = "status IN ({})".format(", ".join(f"'{item.value}'" for item in OPEN))


def case(case_id: UUID) -> Case:
    """Return a case with its evidence, log and proposal.

    Raises:
        UnknownCase: there is none.
    """
    row = models.Case.objects.filter(id=case_id).select_related("assignee", "proposal").first()
    if row is None:
        raise UnknownCase(case_id=str(case_id))
    return _case(row, whole=True)


def numbers(case_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return the number of each of these cases; unknown ones are left out."""
    return dict(models.Case.objects.filter(id__in=set(case_ids)).values_list("id", "number"))


def still_open(case_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of these cases that are not answered yet."""
    rows = models.Case.objects.filter(id__in=set(case_ids), status__in=OPEN)
    return set(rows.values_list("id", flat=True))


def open_case_of(decision_id: UUID) -> Case | None:
    """Return the open case of a decision, if there is one."""
    found = _read(f"decision_id = %s AND {_IS_OPEN} ORDER BY id LIMIT 1", [decision_id])
    return found[0] if found else None


def with_open_case(decision_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of these decisions that have an open case."""
    found = models.Case.objects.filter(decision_id__in=list(decision_ids), status__in=OPEN)
    return set(found.values_list("decision_id", flat=True))


def open_cases(limit: int = 50) -> list[Case]:
    """Return the open cases, the most urgent first."""
    rows = models.Case.objects.filter(status__in=OPEN).order_by("due_at", "id")
    return [_case(row) for row in rows.select_related("assignee")[: min(limit, PAGE_MAX)]]


def overdue_cases(now: datetime, limit: int = 50) -> list[Case]:
    """Return the open cases whose deadline has passed, the longest overdue first (BC-88)."""
    rows = models.Case.objects.filter(status__in=OPEN, due_at__lt=now).order_by("due_at", "id")
    return [_case(row) for row in rows.select_related("assignee")[: min(limit, PAGE_MAX)]]


def cases_of_party(party_id: UUID, limit: int = 50, *, before: UUID | None = None) -> list[Case]:
    """Return a customer's cases, newest first; `before` is the last one of the page before."""
    size = min(limit, PAGE_MAX)
    if before is None:
        return _read("party_id = %s ORDER BY id DESC LIMIT %s", [party_id, size])
    later = "party_id = %s AND id < %s ORDER BY id DESC LIMIT %s"
    return _read(later, [party_id, before, size])


def _read(condition: str, values: list[Any]) -> list[Case]:
    rows = asking.found(models.Case, condition, values)
    prefetch_related_objects(rows, "assignee")
    return [_case(row) for row in rows]


def told(row: models.Case) -> Case:
    """Return a row, read with its assignee, as other rooms see it: without log and evidence."""
    return _case(row)


def _case(row: models.Case, *, whole: bool = False) -> Case:
    return Case(
        id=row.id,
        number=row.number,
        kind=Kind(row.kind),
        decision_id=row.decision_id,
        party_id=row.party_id,
        status=Status(row.status),
        words=row.words,
        opened_at=row.opened_at,
        due_at=row.due_at,
        escalated_at=row.escalated_at,
        assignee_id=row.assignee_id,
        assignee=row.assignee.name if row.assignee is not None else "",
        reason=row.reason,
        resolved_at=row.resolved_at,
        override_id=row.override_id,
        evidence=_evidence(row) if whole else (),
        log=_log(row) if whole else (),
        proposal=_proposal(row) if whole else None,
    )


def _evidence(row: models.Case) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(words=item.words, link=item.link, added_at=item.added_at)
        for item in row.evidence.order_by("id")
    )


def _log(row: models.Case) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            at=item.at,
            actor=item.actor.name if item.actor is not None else "",
            what=item.what,
            detail=item.detail,
        )
        for item in row.log.select_related("actor").order_by("id")
    )


def _proposal(row: models.Case) -> Proposal | None:
    made = models.Proposal.objects.filter(case_id=row.id).select_related("actor").first()
    if made is None:
        return None
    return Proposal(
        id=made.id,
        actor_id=made.actor_id,
        actor=made.actor.name,
        resolution=Status(made.resolution),
        reason=made.reason,
        facts=made.facts,
        outcome=made.outcome,
        made_at=made.made_at,
    )
