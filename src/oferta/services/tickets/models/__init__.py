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
from oferta.services.tickets.models.changes import (
    ChangeProposal,
    ChangeRun,
    ChangeTold,
    OfficeIncident,
    TicketKept,
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
from oferta.services.tickets.models.settlement import (
    OrganiserContract,
    OrganiserPayment,
    OrganiserRefund,
    PerformanceLine,
    PerformanceLineDispute,
    PerformanceSettlement,
    Voucher,
)

__all__ = [
    "Act",
    "Admission",
    "Application",
    "ApplicationTicket",
    "ChangeProposal",
    "ChangeRun",
    "ChangeTold",
    "Document",
    "Gate",
    "GateUpload",
    "Hall",
    "HallSeat",
    "Incident",
    "Letter",
    "OfficeIncident",
    "Operator",
    "Order",
    "OrderLine",
    "Organiser",
    "OrganiserContract",
    "OrganiserPayment",
    "OrganiserRefund",
    "Payment",
    "Payout",
    "Performance",
    "PerformanceChange",
    "PerformanceLine",
    "PerformanceLineDispute",
    "PerformanceSettlement",
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
    "TicketKept",
    "Venue",
    "Voucher",
    "WaitingEntry",
]
