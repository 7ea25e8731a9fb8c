"""What can be wrong with what the ticket office is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class BadCatalogue(OfertaError):
    """A performance, place or price is told with a value that cannot be."""

    code: ClassVar[str] = "tickets.bad_catalogue"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class WrongCurrency(BadCatalogue):
    """The terms count in another currency: nothing can be sold or refunded by them in this one."""

    code: ClassVar[str] = "tickets.wrong_currency"
    pack: str


@dataclass(eq=False, kw_only=True)
class CatalogueUnreadable(OfertaError):
    """The catalogue cannot be taken as it stands; nothing of it was kept."""

    code: ClassVar[str] = "tickets.catalogue_unreadable"
    file: str
    #: Of the file, from 1; 0: the file as a whole.
    line: int
    what: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownPerformance(OfertaError):
    """There is no such performance."""

    code: ClassVar[str] = "tickets.unknown_performance"
    performance: str


@dataclass(eq=False, kw_only=True)
class UnknownOrder(OfertaError):
    """There is no such order."""

    code: ClassVar[str] = "tickets.unknown_order"
    order: str


@dataclass(eq=False, kw_only=True)
class UnknownTicket(OfertaError):
    """There is no such ticket."""

    code: ClassVar[str] = "tickets.unknown_ticket"
    ticket: str


@dataclass(eq=False, kw_only=True)
class NotOnSale(OfertaError):
    """The performance is not on sale now."""

    code: ClassVar[str] = "tickets.not_on_sale"
    performance: str
    stage: str


@dataclass(eq=False, kw_only=True)
class BadBasket(OfertaError):
    """The order asks for something that cannot be."""

    code: ClassVar[str] = "tickets.bad_basket"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class SoldOut(OfertaError):
    """So many places are not free. Fewer may be; the waiting list is open."""

    code: ClassVar[str] = "tickets.sold_out"
    category: str
    wanted: int


@dataclass(eq=False, kw_only=True)
class PlaceTaken(OfertaError):
    """Another buyer has a place that was chosen. The others are still free to choose."""

    code: ClassVar[str] = "tickets.place_taken"
    places: list[int]


@dataclass(eq=False, kw_only=True)
class QuotaExhausted(OfertaError):
    """All tickets under this condition are taken."""

    code: ClassVar[str] = "tickets.quota_exhausted"
    quota: str


@dataclass(eq=False, kw_only=True)
class BadPromo(OfertaError):
    """The promo code is not known for this performance, or not valid now."""

    code: ClassVar[str] = "tickets.bad_promo"
    promo: str


@dataclass(eq=False, kw_only=True)
class OrderReused(OfertaError):
    """The id was used before for another order. The same order: the same answer."""

    code: ClassVar[str] = "tickets.order_reused"
    order: str


@dataclass(eq=False, kw_only=True)
class OrderClosed(OfertaError):
    """The reservation is over: its time passed or the buyer let it go. Nothing was charged."""

    code: ClassVar[str] = "tickets.order_closed"
    order: str
    status: str


@dataclass(eq=False, kw_only=True)
class BadPayment(OfertaError):
    """The order cannot be paid so: not the whole total, or by a means that is not there."""

    code: ClassVar[str] = "tickets.bad_payment"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class PaymentDeclined(OfertaError):
    """The payment was declined. The places are still held; another means may be tried."""

    code: ClassVar[str] = "tickets.payment_declined"
    means: str
    reason: str


@dataclass(eq=False, kw_only=True)
class PaymentUnclear(OfertaError):
    """No answer from the payment provider yet; it clears up by itself: paid, or nothing charged."""

    code: ClassVar[str] = "tickets.payment_unclear"
    order: str


@dataclass(eq=False, kw_only=True)
class SaleRefused(OfertaError):
    """The sale could not be booked; nothing was charged."""

    code: ClassVar[str] = "tickets.sale_refused"
    order: str
    reason: str


@dataclass(eq=False, kw_only=True)
class UnknownGate(OfertaError):
    """There is no such gate."""

    code: ClassVar[str] = "tickets.unknown_gate"
    gate: str


@dataclass(eq=False, kw_only=True)
class UploadReused(OfertaError):
    """The id was used before for other scans. The same scans: the same answer."""

    code: ClassVar[str] = "tickets.upload_reused"
    upload: str


@dataclass(eq=False, kw_only=True)
class NotYourTicket(OfertaError):
    """The ticket is somebody else's, was given back, or was used at the door."""

    code: ClassVar[str] = "tickets.not_your_ticket"
    ticket: str


@dataclass(eq=False, kw_only=True)
class ContactWaits(OfertaError):
    """Somebody with the same phone number or e-mail waits for the performance already."""

    code: ClassVar[str] = "tickets.contact_waits"
    performance: str


@dataclass(eq=False, kw_only=True)
class PlacesLeft(OfertaError):
    """There are places left: nobody has to wait for one."""

    code: ClassVar[str] = "tickets.places_left"
    performance: str


@dataclass(eq=False, kw_only=True)
class CannotOffer(OfertaError):
    """The ticket cannot be given to who waits: by its kind, or by what became of it."""

    code: ClassVar[str] = "tickets.cannot_offer"
    ticket: str
    #: `not_yours`, `paper`, `used`, `over`, `under_request`, `being_bought`.
    reason: str


@dataclass(eq=False, kw_only=True)
class UnknownIncident(OfertaError):
    """There is no such incident at the gates."""

    code: ClassVar[str] = "tickets.unknown_incident"
    incident: str


@dataclass(eq=False, kw_only=True)
class BadIncident(OfertaError):
    """The incident cannot be kept: one of its values cannot be."""

    code: ClassVar[str] = "tickets.bad_incident"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class PhoneCodeFixed(OfertaError):
    """Electronic tickets are sold already: their holders cannot be asked for more at the gates."""

    code: ClassVar[str] = "tickets.phone_code_fixed"
    performance: str
    given: str
    asked: str


@dataclass(eq=False, kw_only=True)
class NoMoreRounds(OfertaError):
    """The key of the gates was renewed as often as it can be."""

    code: ClassVar[str] = "tickets.no_more_rounds"
    performance: str
    renewed: int


@dataclass(eq=False, kw_only=True)
class TooManyGuesses(OfertaError):
    """Too many wrong codes were tried from here; it can go on in some minutes."""

    code: ClassVar[str] = "tickets.too_many_guesses"
    minutes: int


@dataclass(eq=False, kw_only=True)
class TooManyHeld(OfertaError):
    """Too many places are reserved without signing in; pay for them, let them go, or sign in."""

    code: ClassVar[str] = "tickets.too_many_held"
    #: Places that one contact, or one address of the network, may have reserved at a time.
    at_most: int
