"""What cases do when something happens elsewhere."""

from __future__ import annotations

from oferta.core.cases import actions
from oferta.core.decisions.types import DecisionStopped


def open_for_stopped(event: DecisionStopped) -> None:
    """Give a stopped decision to a person."""
    actions.open_for_stopped(event.decision_id, now=event.at)
