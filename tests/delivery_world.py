"""Builders of deliveries: what an operator offers, where a form goes, orders that are sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from oferta.core.parties.types import Actor
from oferta.kernel.money import Money
from oferta.services.tickets.delivering import offered, shipping
from oferta.services.tickets.delivering.types import Address, NewDeliveryOffer
from oferta.services.tickets.models import DeliveryOffer, Shipment
from oferta.services.tickets.types import Carrier, Delivery, OrderBrief
from ticket_world import NOW, Show

#: From here on the terms know what a form is that was not sent yet.
DAY = datetime(2026, 11, 23, 9, tzinfo=NOW.tzinfo)
HOME = Address(
    recipient="Асель Нурланова",
    phone="+7 701 000 00 00",
    street="Абай даңғылы, 10, 5-пәтер",
    city="Москва",
    postcode="119019",
    note="Домофон 5",
)


def an_offer(  # noqa: PLR0913 - each has a default
    operator: str = "kassir",
    *,
    kind: str = Delivery.COURIER,
    fee: int = 35_000,
    city: str = "",
    offered_from: datetime = NOW - timedelta(days=1),
    closes_hours: int = 72,
    days: int = 3,
) -> DeliveryOffer:
    """Let an operator offer a delivery."""
    new = NewDeliveryOffer(
        operator=operator,
        kind=kind,
        country="RU",
        city=city,
        fee=Money(fee, "RUB"),
        offered_from=offered_from,
        closes_hours=closes_hours,
        days=days,
    )
    return offered.announce(new, now=NOW)


def brought(show: Show, **offer: Any) -> dict[str, Any]:
    """Return what a basket says whose forms are delivered home."""
    made = an_offer(show.performance.operator_id, **offer)
    return {
        "carrier": Carrier.PAPER,
        "delivery": Delivery(made.kind),
        "delivery_offer": made.id,
        "address": HOME,
    }


def shipment(order: OrderBrief) -> Shipment:
    """Return where the forms of an order are."""
    return Shipment.objects.get(order_id=order.id)


def sent(order: OrderBrief, *, by: Actor | None = None, now: datetime = DAY) -> Shipment:
    """Hand the forms of an order to the courier."""
    return shipping.sent(shipment(order).id, "RA000000000RU", by=by, now=now)
