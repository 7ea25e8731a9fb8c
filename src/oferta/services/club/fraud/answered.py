"""What follows when a person answers about a pattern: it is cleared, or it stands."""

from __future__ import annotations

from oferta.core.cases.types import CaseAnswered, Status
from oferta.services.club.models import Suspicion


def on_answered(event: CaseAnswered) -> None:
    """Close the suspicion of a case: upheld, the terms were wrong to ask and all is in order.

    What was cleared is not asked about again until it has grown as the terms say (`club-watch`).
    """
    state = "confirmed" if event.status is Status.REJECTED else "cleared"
    Suspicion.objects.filter(case_id=event.case_id, state="open").update(
        state=state, closed_at=event.at, reason=event.reason
    )
