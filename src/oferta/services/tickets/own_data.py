"""What the ticket office holds of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from oferta.core.parties.archive import Section
from oferta.core.parties.erasing import Eraser, Kept, Obstacle, blanked, dropped
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money
from oferta.services.tickets.delivering.types import ShipmentState
from oferta.services.tickets.kinds import MissingState
from oferta.services.tickets.models import (
    Act,
    Application,
    Document,
    Letter,
    MissingRefund,
    Order,
    Refund,
    Shipment,
    Ticket,
    Voucher,
    WaitingEntry,
)
from oferta.services.tickets.types import RefundState, TicketStatus


def export(customer_id: UUID, _language: Language) -> Iterator[Section]:
    """Return the customer's orders and tickets, what they wait for, and what they asked back."""
    orders = ("at", "code", "performance", "status", "amount", "name", "email", "phone")
    yield Section("orders", orders, _orders(customer_id))
    tickets = ("at", "code", "performance", "status", "name")
    yield Section("tickets", tickets, _tickets(customer_id))
    brought = ("at", "code", "way", "state", "number", "name", "phone", "address", "words")
    yield Section("paper_deliveries", brought, _deliveries(customer_id))
    yield Section("waiting", ("at", "performance", "ends"), _waits(customer_id))
    yield Section("vouchers", ("at", "amount", "ends"), _vouchers(customer_id))
    requests = ("at", "number", "code", "because", "words", "explanation", "bank", "state")
    yield Section("refund_requests", requests, _requests(customer_id))
    papers = ("at", "number", "kind", "name")
    yield Section("refund_papers", papers, _papers(customer_id))
    yield Section("refund_acts", ("at", "number", "what", "words"), _acts(customer_id))
    refunds = ("at", "code", "amount", "state", "until", "bank")
    yield Section("refunds", refunds, _refunds(customer_id))
    missing = ("at", "number", "code", "until", "state", "words")
    yield Section("missing_refunds", missing, _missing(customer_id))


def _orders(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = Order.objects.filter(party_id=customer_id).select_related("performance")
    for row in rows.order_by("ordered_at").iterator():
        yield {
            "at": row.ordered_at.isoformat(),
            "code": row.code,
            "performance": row.performance.key,
            "status": row.status,
            "amount": str(Money(row.total, row.currency)),
            "name": row.payer_name,
            "email": row.payer_email,
            "phone": row.payer_phone,
        }


def _tickets(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = Ticket.objects.filter(holder_id=customer_id).select_related("performance")
    for row in rows.order_by("serial").iterator():
        yield {
            "at": row.issued_at.isoformat(),
            "code": str(row.serial),
            "performance": row.performance.key,
            "status": row.status,
            "name": row.holder_name,
        }


def _deliveries(customer_id: UUID) -> Iterator[dict[str, Any]]:
    """Yield where the paper forms of orders are, and their addresses as far as they are kept."""
    rows = Shipment.objects.filter(order__party_id=customer_id)
    for row in rows.select_related("order", "address").order_by("planned_at", "id").iterator():
        to = getattr(row, "address", None)
        parts = (to.street, to.city, to.postcode, to.country) if to else ()
        yield {
            "at": row.planned_at.isoformat(),
            "code": row.order.code,
            "way": row.kind,
            "state": row.state,
            "number": row.number,
            "name": to.recipient if to else "",
            "phone": to.phone if to else "",
            "address": ", ".join(part for part in parts if part),
            "words": to.note if to else "",
        }


def _waits(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = WaitingEntry.objects.filter(party_id=customer_id).select_related("performance")
    for row in rows.order_by("joined_at").iterator():
        yield {
            "at": row.joined_at.isoformat(),
            "performance": row.performance.key,
            "ends": row.left_at.isoformat() if row.left_at else "",
        }


def _vouchers(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for row in Voucher.objects.filter(party_id=customer_id).order_by("issued_at").iterator():
        yield {
            "at": row.issued_at.isoformat(),
            "amount": str(Money(row.value, row.currency)),
            "ends": row.last_day.isoformat(),
        }


def _requests(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = Application.objects.filter(party_id=customer_id).select_related("order")
    for row in rows.order_by("filed_at").iterator():
        yield {
            "at": row.filed_at.isoformat(),
            "number": row.number,
            "code": row.order.code,
            "because": row.reason,
            "words": row.words,
            "explanation": row.explanation,
            "bank": row.bank_details,
            "state": row.state,
        }


def _papers(customer_id: UUID) -> Iterator[dict[str, Any]]:
    """Yield what the customer sent and what was written for them; the files are on their pages."""
    sent = Document.objects.filter(application__party_id=customer_id)
    for row in sent.order_by("received_at").values_list(
        "received_at", "application__number", "kind", "name"
    ):
        yield {"at": row[0].isoformat(), "number": row[1], "kind": row[2], "name": row[3]}
    written = Letter.objects.filter(application__party_id=customer_id)
    for at, number, kind in written.order_by("made_at").values_list(
        "made_at", "application__number", "kind"
    ):
        yield {"at": at.isoformat(), "number": number, "kind": kind, "name": ""}


def _acts(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = Act.objects.filter(application__party_id=customer_id).order_by("at", "id")
    for at, number, kind, words in rows.values_list("at", "application__number", "kind", "words"):
        yield {"at": at.isoformat(), "number": number, "what": kind, "words": words}


def _refunds(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = Refund.objects.filter(order__party_id=customer_id).select_related("order")
    for row in rows.order_by("decided_at").iterator():
        yield {
            "at": row.decided_at.isoformat(),
            "code": row.order.code,
            "amount": str(Money(row.amount, row.currency)),
            "state": row.state,
            "until": row.due_on.isoformat(),
            "bank": row.bank_details,
        }


def _missing(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = MissingRefund.objects.filter(refund__order__party_id=customer_id)
    for row in rows.select_related("refund__order").order_by("number"):
        yield {
            "at": row.told_at.isoformat(),
            "number": row.number,
            "code": row.refund.order.code,
            "until": row.answer_by.isoformat(),
            "state": row.state,
            "words": row.words,
        }


def _obstacles(party_id: UUID) -> Iterator[Obstacle]:
    """Money on its way needs to know where to: what is asked for or owed is finished first."""
    asked = Application.objects.filter(party_id=party_id, closed_at__isnull=True)
    owed = Refund.objects.filter(order__party_id=party_id).exclude(state=RefundState.PAID)
    missing = MissingRefund.objects.filter(
        refund__order__party_id=party_id, state=MissingState.OPEN
    )
    if asked.exists() or owed.exists() or missing.exists():
        yield Obstacle(code="refund", can_give_up=False)
    # Whose address is erased gets no form; they may give it up.
    brought = Shipment.objects.filter(order__party_id=party_id, address__isnull=False)
    open_ = brought.exclude(state=ShipmentState.DELIVERED)
    if open_.filter(order__tickets__status=TicketStatus.VALID).exists():
        yield Obstacle(code="delivery", can_give_up=True)


_ORDERS = "(SELECT id FROM tickets_order WHERE party_id = %(party)s)"

_SHIPMENTS = f"(SELECT id FROM tickets_shipment WHERE order_id IN {_ORDERS})"  # noqa: S608 - constants
_REFUNDS = f"(SELECT id FROM tickets_refund WHERE order_id IN {_ORDERS})"  # noqa: S608 - constants

_REQUESTS = "(SELECT id FROM tickets_application WHERE party_id = %(party)s)"

ERASER = Eraser(
    room="tickets",
    wipes=(
        blanked(
            "tickets_document",
            "name = '', content = '', illness_from = NULL, illness_through = NULL",
            f"application_id IN {_REQUESTS}",
        ),
        # The letters are the buyer's; their digests in the file that was handed out stay true.
        dropped("tickets_letter", f"application_id IN {_REQUESTS}"),
        blanked(
            "tickets_act", "words = %(grave)s", f"application_id IN {_REQUESTS} AND words <> ''"
        ),
        blanked(
            "tickets_missingrefund",
            "words = '', finding = CASE WHEN finding = '' THEN '' ELSE %(grave)s END",
            f"refund_id IN {_REFUNDS}",
        ),
        blanked("tickets_refund", "bank_details = ''", f"order_id IN {_ORDERS}"),
        blanked(
            "tickets_application",
            "words = '', explanation = '', bank_details = ''",
            "party_id = %(party)s",
        ),
        blanked(
            "tickets_waitingentry",
            "left_at = coalesce(left_at, now()), contact = ''",
            "party_id = %(party)s AND (left_at IS NULL OR contact <> '')",
        ),
        dropped(
            "tickets_shipmentaddress",
            f"shipment_id IN {_SHIPMENTS}",
        ),
        blanked("tickets_orderline", "visitor_name = ''", f"order_id IN {_ORDERS}"),
        blanked("tickets_ticket", "holder_name = %(grave)s", "holder_id = %(party)s"),
        blanked(
            "tickets_payment", "instrument = ''", f"order_id IN {_ORDERS} AND instrument <> ''"
        ),
        blanked(
            "tickets_order",
            "payer_name = %(grave)s, payer_email = '', payer_phone = ''",
            "party_id = %(party)s",
        ),
    ),
    kept=(
        Kept(table="tickets_order", what="orders", ground="accounting"),
        Kept(table="tickets_refund", what="refunds", ground="accounting"),
    ),
    obstacles=_obstacles,
)
