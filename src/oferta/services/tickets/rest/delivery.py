"""Delivery of paper forms: what operators offer, where the forms of an order are."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field, StrictInt, StrictStr

from oferta.kernel import clock
from oferta.kernel.money import Money as KernelMoney
from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.schemas import Given, Id, Moment, Money, Name, Told, answers, one_of
from oferta.services.tickets import pricing, queries
from oferta.services.tickets.delivering import offered, shipping
from oferta.services.tickets.delivering.errors import UnknownShipment
from oferta.services.tickets.delivering.types import (
    NewDeliveryOffer,
    ShipmentState,
    ShipmentStepKind,
)
from oferta.services.tickets.errors import UnknownOrder
from oferta.services.tickets.models import DeliveryOffer, Shipment
from oferta.services.tickets.rest.schemas import as_told, told

router = Router()
_READ, _OPERATOR = Needs("tickets:read", own=True), Needs("tickets:write")
_Number = Annotated[StrictStr, Field(max_length=40, pattern=r"^[^\x00-\x1f]*$")]


class DeliveryWayTold(Told):
    """A way by which a form comes in time if it is ordered now."""

    id: UUID
    kind: str
    country: str
    city: str = Field(description="Empty: the whole country.")
    fee: Money = Field(description="By the terms of sale, for an order whole.")
    until: datetime = Field(description="The last moment to order it.")
    arrives_by: date


class DeliveryWaysTold(Told):
    """The ways of delivery of a performance's forms."""

    deliveries: list[DeliveryWayTold]


class DeliveryOfferGiven(Given):
    """A way of delivery that an operator offers from a moment on."""

    id: Id = Field(description="Your own: the same id is the same offer.")
    operator: Name
    kind: Literal["courier", "post"]
    country: Annotated[StrictStr, Field(pattern=r"^[A-Z]{2}$")]
    city: Annotated[StrictStr, Field(max_length=80, pattern=r"^[^\x00-\x1f]*$")] = ""
    minor: Annotated[StrictInt, Field(ge=0, le=2**53)] = Field(description="The fee.")
    currency: Literal["RUB", "KZT", "CNY", "HKD"] = "RUB"
    offered_from: Moment
    offered_until: Moment | None = None
    closes_hours: Annotated[StrictInt, Field(ge=0, le=offered.HOURS_MAX)] = Field(
        72, description="Hours before the performance until which it can be ordered."
    )
    days: Annotated[StrictInt, Field(ge=0, le=offered.DAYS_MAX)] = Field(
        3, description="Days that it takes."
    )


class DeliveryOfferTold(Told):
    """An offer as it stands."""

    id: UUID
    operator: str
    kind: str
    country: str
    city: str
    fee: Money
    offered_from: datetime
    offered_until: datetime | None
    closes_hours: int
    days: int


class ShipmentStepGiven(Given):
    """What became of the forms of an order."""

    step: Annotated[ShipmentStepKind, one_of(ShipmentStepKind)]
    number: _Number = Field("", description="Of what was sent: the courier's or the post's own.")


class ShipmentTold(Told):
    """Where the paper forms of an order are."""

    id: UUID
    kind: str
    state: Annotated[ShipmentState, one_of(ShipmentState)]
    number: str
    arrives_by: date | None
    attempt: int = Field(description="Above 1: earlier ones got lost and are void.")


@router.get(
    "/tickets/performances/{uuid:performance_id}/deliveries",
    auth=_READ,
    response=answers(DeliveryWaysTold, 404),
)
def list_delivery_ways(request: HttpRequest, performance_id: UUID) -> DeliveryWaysTold:
    """Read how a paper form comes in time if it is ordered now, and what that costs."""
    del request
    pack, now = queries.performance(performance_id).sale_pack, clock.now()
    return DeliveryWaysTold(
        deliveries=[
            DeliveryWayTold(
                id=one.id,
                kind=one.kind,
                country=one.country,
                city=one.city,
                fee=told(
                    pricing.delivery_fee(pack, one.kind, announced=one.fee, at=now), one.fee.unit
                ),
                until=one.until,
                arrives_by=one.arrives_by,
            )
            for one in offered.open_for(performance_id, now=now)
        ]
    )


@router.post("/tickets/deliveries", auth=_OPERATOR, response=answers(DeliveryOfferTold, body=True))
def announce_delivery(request: HttpRequest, given: DeliveryOfferGiven) -> DeliveryOfferTold:
    """Announce a way of delivery, for the operator's own systems; idempotent by its id."""
    del request
    new = NewDeliveryOffer(
        operator=given.operator,
        kind=given.kind,
        country=given.country,
        city=given.city,
        fee=KernelMoney(given.minor, given.currency),
        offered_from=given.offered_from,
        offered_until=given.offered_until,
        closes_hours=given.closes_hours,
        days=given.days,
    )
    return _offer(offered.announce(new, now=clock.now(), id_=given.id))


@router.post(
    "/tickets/deliveries/{uuid:offer_id}/withdrawal",
    auth=_OPERATOR,
    response=answers(DeliveryOfferTold, 404),
)
def withdraw_delivery(request: HttpRequest, offer_id: UUID) -> DeliveryOfferTold:
    """End a way of delivery now; who ordered by it keeps it."""
    del request
    return _offer(offered.withdraw(offer_id, now=clock.now()))


@router.get(
    "/tickets/orders/{uuid:order_id}/delivery", auth=_READ, response=answers(ShipmentTold, 404)
)
def get_order_delivery(request: HttpRequest, order_id: UUID) -> ShipmentTold:
    """Read where the paper forms of an order are."""
    found = queries.order(order_id)
    caller_of(request).ensure_sees(found.party_id, UnknownOrder(order=str(order_id)))
    return _shipment(_of(order_id))


@router.post(
    "/tickets/orders/{uuid:order_id}/delivery/steps",
    auth=_OPERATOR,
    response=answers(ShipmentTold, 404, 409, body=True),
)
def note_delivery_step(
    request: HttpRequest, order_id: UUID, given: ShipmentStepGiven
) -> ShipmentTold:
    """Note what became of the forms of an order, for the operator's own systems.

    `reissued`: they got lost; the lost ones open nothing, and new ones wait to be sent.
    """
    del request
    row, now = _of(order_id), clock.now()
    if given.step is ShipmentStepKind.SENT:
        return _shipment(shipping.sent(row.id, given.number, by=None, now=now))
    act = {
        ShipmentStepKind.DELIVERED: shipping.delivered,
        ShipmentStepKind.CAME_BACK: shipping.came_back,
        ShipmentStepKind.REISSUED: shipping.reissue,
    }[given.step]
    return _shipment(act(row.id, by=None, now=now))


def _of(order_id: UUID) -> Shipment:
    row = shipping.of_order(order_id)
    if row is None:
        raise UnknownShipment(shipment=str(order_id))
    return row


def _shipment(row: Shipment) -> ShipmentTold:
    return ShipmentTold(
        id=row.id,
        kind=row.kind,
        state=ShipmentState(row.state),
        number=row.number,
        arrives_by=row.arrives_by,
        attempt=row.attempt,
    )


def _offer(row: DeliveryOffer) -> DeliveryOfferTold:
    return DeliveryOfferTold(
        id=row.id,
        operator=row.operator_id,
        kind=row.kind,
        country=row.country,
        city=row.city,
        fee=as_told(KernelMoney(row.fee, row.currency)),
        offered_from=row.offered_from,
        offered_until=row.offered_until,
        closes_hours=row.closes_hours,
        days=row.days,
    )
