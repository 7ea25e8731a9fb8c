"""What cases hold of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from oferta.core.cases import models
from oferta.core.cases.types import OPEN, Kind, Status
from oferta.core.parties.archive import Section
from oferta.core.parties.erasing import Eraser, Kept, Obstacle, blanked, dropped
from oferta.kernel.i18n import Language

_OPEN = tuple(item.value for item in OPEN)


def export(customer_id: UUID, _language: Language) -> Iterator[Section]:
    """Return every case with its words, its answer and what was brought for it."""
    columns = ("number", "at", "kind", "status", "words", "answer", "answered_at", "decision")
    yield Section("cases", columns, _cases(customer_id))
    yield Section("evidence", ("number", "at", "words", "link"), _evidence(customer_id))


def _cases(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for row in models.Case.objects.filter(party_id=customer_id).order_by("id").iterator():
        yield {
            "number": row.number,
            "at": row.opened_at.isoformat(),
            "kind": row.kind,
            "status": row.status,
            "words": row.words,
            "answer": row.reason,
            "answered_at": "" if row.resolved_at is None else row.resolved_at.isoformat(),
            "decision": str(row.decision_id or ""),
        }


def _evidence(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = models.Evidence.objects.filter(case__party_id=customer_id).select_related("case")
    for row in rows.order_by("id").iterator():
        yield {
            "number": row.case.number,
            "at": row.added_at.isoformat(),
            "words": row.words,
            "link": row.link,
        }


# --- erasure --------------------------------------------------------------------------------------


def _obstacles(customer_id: UUID) -> Iterable[Obstacle]:
    kinds = models.Case.objects.filter(party_id=customer_id, status__in=_OPEN)
    for kind in set(kinds.values_list("kind", flat=True)):
        dispute = kind in {Kind.DISPUTE, Kind.CLAIM}
        yield Obstacle(code="dispute" if dispute else "case", can_give_up=dispute)


def _close_disputes(customer_id: UUID, grave: str, now: datetime) -> Mapping[str, int]:
    """Close the disputes that the person gave up; nothing else is open any more."""
    rows = models.Case.objects.filter(party_id=customer_id, status__in=_OPEN)
    ids = list(rows.values_list("id", flat=True))
    models.Entry.objects.bulk_create(
        models.Entry(case_id=id_, at=now, what="given_up", detail={}) for id_ in ids
    )
    closed = rows.update(status=Status.REJECTED.value, reason=grave, resolved_at=now)
    return {"cases_case": closed}


_OF_PARTY = "case_id IN (SELECT id FROM cases_case WHERE party_id = %(party)s)"

ERASER = Eraser(
    room="cases",
    obstacles=_obstacles,
    act=_close_disputes,
    wipes=(
        blanked(
            "cases_case",
            "words = CASE words WHEN '' THEN '' ELSE %(grave)s END,"
            " reason = CASE reason WHEN '' THEN '' ELSE %(grave)s END",
            "party_id = %(party)s",
        ),
        blanked("cases_evidence", "words = %(grave)s, link = ''", _OF_PARTY),
        blanked("cases_entry", "detail = '{}'", _OF_PARTY),
        dropped("cases_proposal", _OF_PARTY),
    ),
    kept=(Kept(table="cases_case", what="cases", ground="claims"),),
)
