"""What tests of overrides put in the place of a Decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Decision, Override
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel.ids import uuid7


def overridden(decision_id: UUID | None, at: datetime, outcome: Mapping[str, object]) -> Decision:
    """Have two members of staff put another outcome in the place of a Decision's."""
    assert decision_id is not None
    name = uuid7().hex
    clerk, second = (
        parties.appoint_staff(f"{one}-{name}", password=None, name=one, role=Role.APPROVER)
        for one in "ab"
    )
    wanted = Override(
        decision_id=decision_id,
        reason="looked at again",
        actor=clerk,
        approver=second,
        outcome=outcome,
    )
    return decisions.override(wanted, now=at)


def refund_of(percent: int) -> dict[str, object]:
    """Return the answer that gives so much of 1,000 roubles back; 0: it is refused."""
    money = f"{percent * 10} RUB"
    return {
        "decision": "paid" if percent else "refused",
        "base": "nominal" if percent else "nothing",
        "percent": f"{percent}%",
        "ticket_money": money,
        "service_fee": "0 RUB",
        "delivery": "0 RUB",
        "total": money,
    }
