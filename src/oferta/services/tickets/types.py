"""What crosses the door of the ticket office."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Stage(StrEnum):
    """Where a performance stands. That nothing is left is a flag beside it, not a stage."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    REPLACED = "replaced"
    #: It took place.
    HELD = "held"


class Payer(StrEnum):
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
    SENT = "sent"
    PAID = "paid"
    #: The provider or bank gave it back; it waits for another way (TR-100).
    CAME_BACK = "came_back"


class IncidentKind(StrEnum):
    """What went wrong at the gate."""

    #: One ticket was admitted at two gates that did not know of one another.
    DOUBLE_SCAN = "double_scan"
    #: Admitted by a gate without a connection after it had been revoked.
    REVOKED_ADMITTED = "revoked_admitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a code at the gate says, once its signature has been checked."""

    ticket_id: UUID
    #: Raised by transfer, refund and "my code leaked"; an older one opens nothing.
    generation: int
