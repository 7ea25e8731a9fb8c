"""An organiser disputes a line of a settlement: a person looks at the Decision behind it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from oferta.core.cases import actions as cases
from oferta.core.cases import queries as read_cases
from oferta.core.cases.types import NewEvidence
from oferta.core.decisions import queries as decided
from oferta.kernel.clock import zoned
from oferta.services.tickets.models import PerformanceLine, PerformanceLineDispute
from oferta.services.tickets.settling.errors import UnknownSettledLine


@transaction.atomic
def dispute(line_id: int, *, words: str, person_id: UUID | None = None, now: datetime) -> UUID:
    """Have a person look at the Decision behind a settled line, with what the organiser says.

    A Decision with an open case gets no second one: the words are added to it.

    Args:
        line_id: of a settlement.
        words: the organiser's.
        person_id: who acts for the organiser; None: staff wrote it down.
        now: zoned.

    Returns:
        The case.

    Raises:
        UnknownSettledLine: there is none.
        BadWords: nothing is said.
    """
    line = PerformanceLine.objects.filter(id=line_id).first()
    if line is None:
        raise UnknownSettledLine(line=str(line_id))
    decision = decided.current(line.decision_id)
    opened = cases.open_reviews([decision], asking="settlement", now=now)
    case_id = opened.get(decision.id) or _open_case(decision.id)
    cases.add_evidence(case_id, NewEvidence(words=words), now=now)
    PerformanceLineDispute.objects.bulk_create(
        [
            PerformanceLineDispute(
                line=line, case_id=case_id, person_id=person_id, disputed_at=zoned(now)
            )
        ],
        ignore_conflicts=True,
    )
    return case_id


def _open_case(decision_id: UUID) -> UUID:
    found = read_cases.open_case_of(decision_id)
    if found is None:
        raise AssertionError("a decision without a new case has an open one")
    return found.id
