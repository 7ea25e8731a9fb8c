"""What webhooks tell when something happens elsewhere. Thin: ids and codes, the rest by the API."""

from __future__ import annotations

from oferta.core.cases.types import CaseAnswered, CasesOpened
from oferta.core.decisions.types import DecisionOverridden, DecisionsMade
from oferta.core.notices.types import NoticeFailed
from oferta.project.webhooks.emitting import emit
from oferta.project.webhooks.types import Kind


def decisions_made(event: DecisionsMade) -> None:
    """Tell each Decision of a batch."""
    emit(
        Kind.DECISION_MADE,
        lambda: [
            {
                "id": str(one.id),
                "key": one.key,
                "pack": one.pack,
                "question": one.question,
                "status": one.status.value,
                "party_id": _text(one.party_id),
            }
            for one in event.made()
        ],
        at=event.at,
    )


def decision_overridden(event: DecisionOverridden) -> None:
    """Tell that another Decision stands in the place of one."""
    data: dict[str, object] = {
        "id": str(event.new_id),
        "overrides": str(event.old_id),
        "party_id": _text(event.party_id),
    }
    emit(Kind.DECISION_OVERRIDDEN, lambda: [data], at=event.at)


def cases_opened(event: CasesOpened) -> None:
    """Tell each case of a batch."""
    emit(
        Kind.CASE_OPENED,
        lambda: [
            {
                "id": str(one.case_id),
                "kind": one.kind.value,
                "decision_id": _text(one.decision_id),
                "party_id": _text(one.party_id),
                "due_at": one.due_at.isoformat(),
            }
            for one in event.cases
        ],
        at=event.at,
    )


def case_answered(event: CaseAnswered) -> None:
    """Tell how a case was answered."""
    data: dict[str, object] = {
        "id": str(event.case_id),
        "kind": event.kind.value,
        "status": event.status.value,
        "party_id": _text(event.party_id),
    }
    emit(Kind.CASE_ANSWERED, lambda: [data], at=event.at)


def notice_failed(event: NoticeFailed) -> None:
    """Tell that a customer could not be reached by a channel."""
    data: dict[str, object] = {
        "id": str(event.notice_id),
        "kind": event.kind,
        "channel": event.channel,
        "error": event.error,
        "party_id": str(event.party_id),
    }
    emit(Kind.NOTICE_FAILED, lambda: [data], at=event.at)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
