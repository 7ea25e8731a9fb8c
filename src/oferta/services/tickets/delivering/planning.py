"""How the paper forms of an order are to come to its buyer: planned with the order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from oferta.kernel.ids import uuid7
from oferta.services.tickets.delivering import addresses, offered
from oferta.services.tickets.delivering.errors import BadAddress, DeliveryNotOffered
from oferta.services.tickets.delivering.types import Address, DeliveryWay
from oferta.services.tickets.models import Shipment, ShipmentAddress
from oferta.services.tickets.types import Basket, Delivery, SaleChannel


class Planned(NamedTuple):
    """How the forms of an order are to come to their buyer, before it is written."""

    kind: str
    way: DeliveryWay | None
    address: Address | None


def planned(basket: Basket, *, now: datetime) -> Planned | None:
    """Return how the forms of a basket come to the buyer; None: there is nothing to bring.

    What is sold over the counter is handed over with the money.

    Raises:
        DeliveryNotOffered: this way is not offered, or not in time any more.
        BadAddress: it cannot go there.
    """
    if basket.delivery not in offered.KINDS:
        if basket.delivery_offer is not None or basket.address is not None:
            raise DeliveryNotOffered(offer=str(basket.delivery_offer or ""))
        at_desk = basket.delivery == Delivery.PICKUP and basket.channel != SaleChannel.BOX_OFFICE
        return Planned(Delivery.PICKUP, None, None) if at_desk else None
    way = offered.chosen(basket.performance_id, basket.delivery_offer, basket.delivery, now=now)
    if basket.address is None:
        raise BadAddress(field="street", reason="missing")
    to = addresses.checked(basket.address, kind=way.kind, country=way.country, city=way.city)
    return Planned(way.kind, way, to)


def write(order_id: UUID, plan: Planned, *, now: datetime) -> None:
    """Keep how the forms of an order come to its buyer, in the caller's transaction."""
    way = plan.way
    made = Shipment.objects.create(
        id=uuid7(),
        order_id=order_id,
        offer_id=way.id if way else None,
        kind=plan.kind,
        announced=way.fee.minor if way else None,
        arrives_by=way.arrives_by if way else None,
        planned_at=now,
    )
    if way and plan.address:
        to = {name: getattr(plan.address, name) for name in addresses.LONGEST}
        ShipmentAddress.objects.create(shipment=made, country=way.country, **to)


def announced(order_id: UUID) -> int | None:
    """Return the fee of delivery as it was announced for an order, in minor units."""
    return Shipment.objects.filter(order_id=order_id).values_list("announced", flat=True).first()


def forget(order_ids: Sequence[UUID]) -> None:
    """Drop the addresses of orders that were not paid: nothing goes there."""
    ShipmentAddress.objects.filter(shipment__order_id__in=list(order_ids)).delete()
