"""Prices corrected after the sale, for tests that walk the office's and the buyer's pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Override
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Actor, Role
from oferta.services.tickets.models import OrderLine, PriceCorrection
from oferta.services.tickets.types import Buyer
from ticket_world import a_show, bought

REASON = "Билет бағасы қате көрсетілген"


def build(who: Buyer, now: datetime) -> dict[str, Any]:
    """Have one price corrected of which a person must transfer the difference."""
    order = bought(a_show(general=2, starts_at=now + timedelta(days=45)), buyer=who, now=now)
    line = OrderLine.objects.get(order_id=order.id)
    assert line.decision_id is not None
    approver = _staff(Role.APPROVER)
    price = {"price": "800 RUB", "service_fee": "0 RUB"}
    wanted = Override(
        decision_id=line.decision_id,
        actor=_staff(Role.CLERK),
        approver=approver,
        reason=REASON,
        outcome=price,
    )
    decisions.override(wanted, now=now)
    PriceCorrection.objects.filter(order_id=order.id).update(by_hand=True)
    return {
        "correction_id": PriceCorrection.objects.get(order_id=order.id).id,
        "corrected_order_id": order.id,
        "corrected_code": order.code,
        "sold_line_id": line.id,
    }


def _staff(role: Role) -> Actor:
    return parties.appoint_staff(f"p-{uuid4().hex[:6]}", password=None, name="Берік", role=role)
