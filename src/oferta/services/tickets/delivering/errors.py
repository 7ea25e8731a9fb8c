"""What can be wrong with a delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class BadDeliveryOffer(OfertaError):
    """The offer of delivery cannot be kept: one of its values cannot be."""

    code: ClassVar[str] = "tickets.bad_delivery_offer"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownDeliveryOffer(OfertaError):
    """There is no such offer of delivery."""

    code: ClassVar[str] = "tickets.unknown_delivery_offer"
    offer: str


@dataclass(eq=False, kw_only=True)
class DeliveryNotOffered(OfertaError):
    """The form cannot be delivered this way: it is not offered here, or not in time any more."""

    code: ClassVar[str] = "tickets.delivery_not_offered"
    offer: str


@dataclass(eq=False, kw_only=True)
class BadAddress(OfertaError):
    """The form cannot be sent to this address: something of it is missing or cannot be."""

    code: ClassVar[str] = "tickets.bad_address"
    field: str
    #: `missing`, `too_long`, `unreadable`, `not_there`.
    reason: str


@dataclass(eq=False, kw_only=True)
class UnknownShipment(OfertaError):
    """There are no forms to send under this id."""

    code: ClassVar[str] = "tickets.unknown_shipment"
    shipment: str


@dataclass(eq=False, kw_only=True)
class WrongStep(OfertaError):
    """The forms are somewhere else: this cannot become of them now."""

    code: ClassVar[str] = "tickets.wrong_step"
    state: str
    step: str


@dataclass(eq=False, kw_only=True)
class BadTrackingNumber(OfertaError):
    """What goes to a courier or to the post is noted with their number, of 40 signs at most."""

    code: ClassVar[str] = "tickets.bad_tracking_number"
    given: str
