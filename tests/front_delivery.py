"""Paper forms in every state, for tests that walk the pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from delivery_world import an_offer, brought, shipment
from oferta.core.parties.types import Actor, Role
from oferta.services.tickets.delivering import shipping
from oferta.services.tickets.types import Buyer, Carrier, Delivery
from ticket_world import Show, a_show, bought


def build(show: Show, buyer: Buyer, staff: dict[Role, Actor], now: datetime) -> dict[str, Any]:
    """Offer deliveries of a show's operator, and have forms that wait, go, and came back."""
    clerk = staff[Role.CASHIER]
    since = now - timedelta(days=1)
    an_offer(show.performance.operator_id, offered_from=since, city="Алматы")
    of_forms = a_show(general=6, starts_at=now + timedelta(days=40))
    post = brought(of_forms, kind=Delivery.POST, offered_from=since, closes_hours=240, days=9)
    waits, gone, back = (bought(of_forms, buyer=buyer, now=now, **post) for _ in range(3))
    at_desk = {"carrier": Carrier.PAPER, "delivery": Delivery.PICKUP}
    bought(of_forms, buyer=buyer, now=now, **at_desk)
    for order in (gone, back):
        shipping.sent(shipment(order).id, "RA000000000RU", by=clerk, now=now)
    shipping.came_back(shipment(back).id, by=clerk, now=now)
    return {
        "shipment_id": shipment(waits).id,
        "back_shipment_id": shipment(back).id,
        "brought_order_id": gone.id,
    }
