"""What crosses the door of delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from oferta.kernel.money import Money


class ShipmentState(StrEnum):
    """Where the paper forms of an order are."""

    #: With the operator: nobody has taken them away yet.
    WAITING = "waiting"
    #: With the courier or the post.
    SENT = "sent"
    DELIVERED = "delivered"
    #: With the operator again: nobody was there, or the address was wrong.
    CAME_BACK = "came_back"


class ShipmentStepKind(StrEnum):
    """One thing that became of the forms of an order."""

    SENT = "sent"
    DELIVERED = "delivered"
    CAME_BACK = "came_back"
    #: They got lost: new ones are made, and the lost ones open nothing.
    REISSUED = "reissued"


#: What the refund terms call it; "none" where nothing is delivered.
STAGES = {
    ShipmentState.WAITING: "not_sent",
    ShipmentState.SENT: "sent",
    ShipmentState.DELIVERED: "delivered",
    ShipmentState.CAME_BACK: "came_back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a form goes; the country is that of the offer."""

    recipient: str
    phone: str
    street: str
    city: str
    postcode: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeliveryOffer:
    """A way of delivery that an operator offers from a day on."""

    operator: str
    #: A value of `Delivery`: `courier` or `post`.
    kind: str
    #: ISO 3166-1 alpha-2.
    country: str
    #: "": the whole country.
    city: str = ""
    fee: Money
    offered_from: datetime
    #: None: until it is withdrawn.
    offered_until: datetime | None = None
    #: Hours before the performance until which it can be ordered.
    closes_hours: int = 72
    #: Days that it takes.
    days: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryWay:
    """An offer as it stands for one performance at one moment."""

    id: UUID
    kind: str
    country: str
    city: str
    fee: Money
    #: The last moment to order it; by which day the form is there.
    until: datetime
    arrives_by: date
