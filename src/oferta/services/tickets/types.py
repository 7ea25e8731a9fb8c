"""What crosses the door of the ticket office."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from oferta.kernel.i18n import Language
from oferta.kernel.money import Money
from oferta.services.tickets.delivering.types import Address


class Stage(StrEnum):
    """Where a performance stands. That nothing is left to sell is no stage: it may change back."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    REPLACED = "replaced"
    #: It took place.
    HELD = "held"


class RefundPayer(StrEnum):
    """Who pays refunds of a performance out (TR-06). Whoever it is, we owe the buyer."""

    OPERATOR = "operator"
    ORGANISER = "organiser"


class PlaceStatus(StrEnum):
    """What a sellable place is doing; the reservation stands in the place's own row."""

    FREE = "free"
    HELD = "held"
    SOLD = "sold"
    #: Not for sale: a camera, a guest of the house.
    BLOCKED = "blocked"


class OrderStatus(StrEnum):
    """What became of an order. What became of its tickets stands with them."""

    RESERVED = "reserved"
    PAID = "paid"
    #: Its time was over before it was paid.
    LAPSED = "lapsed"
    #: The buyer let it go before paying.
    ABANDONED = "abandoned"


class Carrier(StrEnum):
    """What the ticket is on (TR-10); it says how money goes back."""

    ELECTRONIC = "electronic"
    #: A numbered paper form of strict reporting.
    PAPER = "paper"


class Delivery(StrEnum):
    """How a paper form comes to the buyer."""

    NONE = "none"
    PICKUP = "pickup"
    COURIER = "courier"
    POST = "post"


class SaleChannel(StrEnum):
    """Where an order is placed; money goes back by the same way (TR-72)."""

    SITE = "site"
    APP = "app"
    BOX_OFFICE = "box_office"


class TicketStatus(StrEnum):
    """Whether a ticket opens the door."""

    VALID = "valid"
    #: Given back: its code is void from that moment (TR-128).
    RETURNED = "returned"


class PaymentState(StrEnum):
    """How far a payment has come with who takes it."""

    #: We asked, and do not know the answer yet: the process may have died.
    STARTED = "started"
    AUTHORISED = "authorised"
    #: The order is confirmed; the money is ours once the provider has it captured.
    CONFIRMED = "confirmed"
    CAPTURED = "captured"
    DECLINED = "declined"
    #: Let go: the order was no longer there to be paid for (TR-152).
    VOIDED = "voided"


class ApplicationState(StrEnum):
    """What a refund application waits for; each state has a day by which it is left."""

    FILED = "filed"
    AWAITING_DOCUMENT = "awaiting_document"
    AWAITING_EXPLANATION = "awaiting_explanation"
    WITH_ORGANISER = "with_organiser"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RefundState(StrEnum):
    """How far a refund has come; none is without a state, an owner and a day."""

    DUE = "due"
    #: The buyer must choose where it goes: there is no known way back.
    AWAITING_CHOICE = "awaiting_choice"
    #: The organiser pays it itself; if it does not in time, we do (TR-06, TR-120).
    WITH_ORGANISER = "with_organiser"
    SENT = "sent"
    PAID = "paid"
    #: The provider or bank gave it back; it waits for another way (TR-100).
    CAME_BACK = "came_back"


class PayoutState(StrEnum):
    """How far a part of a refund has come."""

    STARTED = "started"
    #: Who takes it in says that it is there.
    ARRIVED = "arrived"
    #: It did not go through: the money is owed again.
    FAILED = "failed"


class TransferState(StrEnum):
    """How far a payment to an organiser has come."""

    #: It stands in a payment file; the money has left what is due.
    ORDERED = "ordered"
    #: The bank says that it is there.
    PAID = "paid"
    #: The bank gave it back: it is due again.
    CAME_BACK = "came_back"


class OfficeIncidentKind(StrEnum):
    """What went wrong with the office itself (TR-130 to TR-136)."""

    #: Messages go round in our name that we did not send.
    FALSE_MESSAGE = "false_message"
    #: Pages or payments did not work.
    OUTAGE = "outage"
    #: Data may have been read by others.
    LEAK = "leak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who pays, as they give themselves when ordering; who comes may be somebody else (TR-08)."""

    name: str
    email: str = ""
    phone: str = ""
    #: The customer, if they are signed in; else one is kept by the contacts, so that every buyer
    #: can be told.
    party_id: UUID | None = None
    language: Language = "ru"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """So many places of a category, or these places of it."""

    category_id: int
    #: Left aside where `places` are chosen.
    count: int = 1
    #: Ids of places that the buyer chose on the plan.
    places: tuple[int, ...] = ()

    @property
    def number(self) -> int:
        """How many places these are."""
        return len(self.places) or self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What a buyer wants to reserve; the same id is the same order, however often it is asked."""

    id: UUID
    performance_id: UUID
    wanted: tuple[Wanted, ...]
    buyer: Buyer
    channel: SaleChannel = SaleChannel.SITE
    carrier: Carrier = Carrier.ELECTRONIC
    delivery: Delivery = Delivery.NONE
    #: By courier or post: the operator's offer, and where to.
    delivery_offer: UUID | None = None
    address: Address | None = None
    promo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What the terms say a ticket costs, and which clauses say so."""

    nominal: int
    price: int
    service_fee: int
    edition: str
    decided_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsKept:
    """The pack and edition that an order was sold under: they are the buyer's."""

    pack: str
    edition: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBrief:
    """One ticket to be, or that is."""

    id: UUID
    place_id: int
    category: str
    #: "" each for general admission.
    sector: str
    row: str
    number: str
    price: Price
    delivery_fee: int
    ticket_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBrief:
    """An order as its buyer sees it."""

    id: UUID
    code: str
    performance_id: UUID
    status: OrderStatus
    party_id: UUID
    lines: tuple[LineBrief, ...]
    face: Money
    service_fee: Money
    delivery_fee: Money
    total: Money
    ordered_at: datetime
    hold_until: datetime
    paid_at: datetime | None
    sale_terms: TermsKept
    refund_terms: TermsKept


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """With whom the buyer concluded what: the ticket, and the service of selling it (TR-04)."""

    about: str
    counterparty: str
    terms: TermsKept


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """A part of an order's total by one means."""

    means: str
    #: Minor units of the order's currency; None: all that the others leave.
    amount: int | None = None
    #: What the means needs: a token of a card, a number of a voucher. Never a card's number.
    instrument: str = ""
    #: The same id is the same payment.
    id: UUID | None = None


def _unset() -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is asked of a means: so much, for this order of this customer."""

    payment_id: UUID
    order_id: UUID
    order_code: str
    amount: Money
    instrument: str
    party_id: UUID | None
    at: datetime
    labels: dict[str, str] = field(default_factory=_unset)
