"""Counts what a replay does, clause by clause."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from oferta.core.decisions.types import Answer, Decision, Status
from oferta.services.club.types import Intake, ReplayReport, Tally


class Tells(Protocol):
    """Is told what became of payments."""

    def answers(self, answers: Iterable[Answer]) -> None:
        """Hear what became of a batch."""

    def refunds_decided_before(self, decisions: Iterable[Decision]) -> None:
        """Hear of refunds that came in before."""

    def refund_waits(self, key: str) -> None:
        """Hear of a refund that waits for its purchase."""


class Report:
    """Gathers a `ReplayReport` while batches go through."""

    def __init__(self, intake: Intake) -> None:
        self._made = ReplayReport(
            rows=len(intake.payments) + len(intake.bad_rows), bad_rows=intake.bad_rows
        )

    def answers(self, answers: Iterable[Answer]) -> None:
        """Count what became of a batch."""
        for answer in answers:
            if answer.replayed:
                self._made.decided_before += 1
            elif answer.status is Status.DECIDED:
                self._made.decided_now += 1
            if answer.status is not Status.DECIDED:
                self._made.failed[answer.key] = _why(answer)
                continue
            self._decisions(answer.decisions)

    def refunds_decided_before(self, decisions: Iterable[Decision]) -> None:
        """Count refunds that came in with an earlier run."""
        for decision in decisions:
            self._made.decided_before += 1
            self._decisions([decision])

    def refund_waits(self, key: str) -> None:
        """Count a refund that waits for its purchase."""
        del key
        self._made.refunds_waiting += 1

    def done(self) -> ReplayReport:
        """Return what was gathered."""
        return self._made

    def _decisions(self, decisions: Iterable[Decision]) -> None:
        waiting = False
        for decision in decisions:
            outcome = decision.outcome or {}
            by_clause = self._made.clauses.setdefault(decision.question, {})
            tally = by_clause.setdefault(", ".join(decision.decided_by), Tally())
            tally.decisions += 1
            tally.amount += int(outcome.get("amount") or 0)
            self._made.refunds_unmatched += decision.facts.get("purchase_found") is False
            if outcome.get("hold") and outcome.get("amount"):
                tally.held += 1
                waiting = decision.question != "clawback"
        self._made.repeats_held += waiting


def _why(answer: Answer) -> str:
    if answer.error is not None:
        return str(answer.error)
    return next((one.error for one in answer.decisions if one.error), answer.status.value)
