"""The ticket office's own tables, a file for each subject."""

from oferta.services.tickets.models.admission import (
    Admission,
    Gate,
    GateUpload,
    Incident,
    RefusedScan,
)
from oferta.services.tickets.models.catalogue import (
    Hall,
    HallSeat,
    Operator,
    Organiser,
    Performance,
    PerformanceChange,
    PriceCategory,
    PromoCode,
    Quota,
    Regime,
    Venue,
)
from oferta.services.tickets.models.letters import Act, Letter
from oferta.services.tickets.models.orders import Order, OrderLine, Place, Ticket, WaitingEntry
from oferta.services.tickets.models.payments import Payment, ProviderCall, SandboxCharge
from oferta.services.tickets.models.refunds import (
    Application,
    ApplicationTicket,
    Document,
    Payout,
    Refund,
)

__all__ = [
    "Act",
    "Admission",
    "Application",
    "ApplicationTicket",
    "Document",
    "Gate",
    "GateUpload",
    "Hall",
    "HallSeat",
    "Incident",
    "Letter",
    "Operator",
    "Order",
    "OrderLine",
    "Organiser",
    "Payment",
    "Payout",
    "Performance",
    "PerformanceChange",
    "Place",
    "PriceCategory",
    "PromoCode",
    "ProviderCall",
    "Quota",
    "Refund",
    "RefusedScan",
    "Regime",
    "SandboxCharge",
    "Ticket",
    "Venue",
    "WaitingEntry",
]
