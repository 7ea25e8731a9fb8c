"""What the office does when staff put another Decision in the place of one of its own."""

from __future__ import annotations

from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import DecisionOverridden
from oferta.services.tickets import selling
from oferta.services.tickets.refunding import correcting, plans


def on_overridden(made: DecisionOverridden) -> None:
    """Let tickets, refunds and prices follow, in the override's database transaction."""
    new = decided.decision(made.new_id)
    if new.plan == plans.REFUND_PLAN and "ticket" in new.context:
        correcting.refund_instead(decided.decision(made.old_id), new, now=made.at)
    elif new.plan == selling.PLAN and "order" in new.context:
        correcting.sale_instead(decided.decision(made.old_id), new, now=made.at)
