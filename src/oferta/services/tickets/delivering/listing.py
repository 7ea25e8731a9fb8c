"""The forms that are to be handed out or sent, as the desk lists them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from oferta.services.tickets.delivering.errors import UnknownShipment
from oferta.services.tickets.delivering.types import ShipmentState
from oferta.services.tickets.models import DeliveryOffer, Shipment
from oferta.services.tickets.types import OrderStatus, TicketStatus

#: In which nobody is waited for where every ticket was given back.
_NEEDS_TICKETS = (ShipmentState.WAITING, ShipmentState.CAME_BACK)


def listed(state: str, *, kind: str = "", code: str = "", limit: int) -> Sequence[Shipment]:
    """Return forms of paid orders, those that must be there first at the top.

    Args:
        state: a value of `ShipmentState`.
        kind: a value of `Delivery`; "": all.
        code: of one order, in any state; "": all.
        limit: at most so many.
    """
    rows = _rows()
    if code:
        return list(rows.filter(order__code=code.strip().upper())[:limit])
    rows = rows.filter(state=state)
    if state in _NEEDS_TICKETS:
        rows = rows.filter(Q(tickets__gt=0))
    if kind:
        rows = rows.filter(kind=kind)
    return list(rows.order_by("arrives_by", "order__performance__starts_at", "id")[:limit])


def one(shipment_id: UUID) -> Shipment:
    """Return the forms of an order with all that the desk needs.

    Raises:
        UnknownShipment: there are none.
    """
    found = _rows().prefetch_related("steps").filter(id=shipment_id).first()
    if found is None:
        raise UnknownShipment(shipment=str(shipment_id))
    return found


def every_offer() -> Sequence[DeliveryOffer]:
    """Return what operators offer and offered, the newest first."""
    return list(DeliveryOffer.objects.select_related("operator").order_by("-made_at", "-id"))


def _rows() -> QuerySet[Shipment]:
    valid = Count("order__tickets", filter=Q(order__tickets__status=TicketStatus.VALID))
    rows = Shipment.objects.select_related("address", "order__performance__hall__venue")
    return rows.filter(order__status=OrderStatus.PAID).annotate(tickets=valid)
