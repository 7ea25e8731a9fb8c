"""What the ticket office holds of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from oferta.core.parties.archive import Section
from oferta.core.parties.erasing import Eraser, Kept, blanked
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money
from oferta.services.tickets.models import Order, Ticket, Voucher, WaitingEntry


def export(customer_id: UUID, _language: Language) -> Iterator[Section]:
    """Return the customer's orders and tickets, and what they wait or waited for."""
    orders = ("at", "code", "performance", "status", "amount", "name", "email", "phone")
    yield Section("orders", orders, _orders(customer_id))
    tickets = ("at", "code", "performance", "status", "name")
    yield Section("tickets", tickets, _tickets(customer_id))
    yield Section("waiting", ("at", "performance", "ends"), _waits(customer_id))
    yield Section("vouchers", ("at", "amount", "ends"), _vouchers(customer_id))


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


_ORDERS = "(SELECT id FROM tickets_order WHERE party_id = %(party)s)"

ERASER = Eraser(
    room="tickets",
    wipes=(
        blanked(
            "tickets_waitingentry",
            "left_at = now()",
            "party_id = %(party)s AND left_at IS NULL",
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
    kept=(Kept(table="tickets_order", what="orders", ground="accounting"),),
)
