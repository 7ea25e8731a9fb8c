"""A ticket office in use, for tests that walk its pages: shows, orders, tickets, refunds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import front_changes
import front_corrections
import front_delivery
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor, Role
from oferta.kernel.ids import uuid7
from oferta.services.tickets import doors, gates, gates_alone, queries
from oferta.services.tickets.gate_types import OfflineScan, Scanned
from oferta.services.tickets.kinds import LetterKind, PhoneCode
from oferta.services.tickets.models import Application, Order, Refund
from oferta.services.tickets.refunding import applying, coming, letters, overdue, paying_out
from oferta.services.tickets.refunding.types import ApplicationBrief, Filing, Paper
from oferta.services.tickets.types import Buyer, OrderBrief, Wanted
from settling_world import settled
from ticket_world import Show, a_show, bought, reserved, tickets_of


def build(party: UUID, staff: dict[Role, Actor], now: datetime) -> dict[str, Any]:
    """Return what addresses of the office's pages ask for."""
    show = a_show(
        rows=3, general=4, starts_at=now + timedelta(days=30), phone_code=PhoneCode.REQUIRED
    )
    return {
        "performance_id": show.id,
        **_orders(show, party, now),
        **_gates(party, now),
        **refunds(party, now),
        **front_changes.build(buyer(party), staff, now),
        **front_corrections.build(buyer(party), now),
        **front_delivery.build(show, buyer(party), staff, now),
        **settled(party, buyer(party), now),
    }


def buyer(party: UUID) -> Buyer:
    """Return the customer as who buys."""
    found = parties.customer(party)
    address = parties.addresses([party]).get(party, {}).get("email", "party@example.test")
    return Buyer(name=found.name or "B. Buyer", email=address, party_id=party)


def _orders(show: Show, party: UUID, now: datetime) -> dict[str, Any]:
    """Let the customer buy two tickets and reserve a third."""
    assert show.seats is not None
    assert show.general is not None
    who = buyer(party)
    two = (Wanted(category_id=show.seats.id), Wanted(category_id=show.general.id))
    paid = bought(show, *two, buyer=who, now=now)
    held = reserved(show, Wanted(category_id=show.seats.id, count=2), buyer=who, now=now)
    return {
        "order_id": paid.id,
        "reserved_order_id": held.id,
        "ticket_id": paid.lines[0].ticket_id,
        "second_ticket_id": paid.lines[1].ticket_id,
    }


def _gates(held: UUID, now: datetime) -> dict[str, Any]:
    """Let two in at the doors of tonight's performance with one ticket, which is an incident."""
    show = a_show(general=2, starts_at=now + timedelta(hours=2))
    order = bought(show, buyer=buyer(held), now=now)
    ticket_id = order.lines[0].ticket_id
    assert ticket_id is not None
    ticket = queries.ticket(ticket_id)
    north, south = (doors.open_gate(show.id, name) for name in ("1", "2"))
    code = Scanned(serial=ticket.serial, generation=1)
    gates.scan(code, north.id, "front-1", now=now)
    alone = OfflineScan(serial=ticket.serial, generation=1, key="front-2", at=now)
    gates_alone.upload(uuid7(), south.id, [alone], now=now)
    return {"gate_id": north.id}


#: Of an order whose request is registered from paper at the desk.
ON_PAPER = "FRONTDOOR1"
WORDS = "Автобус кешікті"


def refunds(held: UUID, now: datetime) -> dict[str, Any]:
    """Have requests of every kind: with a document, granted, money that waits, late ones."""
    show = a_show(rows=1, starts_at=now + timedelta(days=6))
    assert show.seats is not None
    wanted = Wanted(category_id=show.seats.id, count=6)
    order = bought(show, wanted, buyer=buyer(held), now=now - timedelta(days=25))
    ids = tickets_of([order])
    ill = _asked(order, ids[0], "illness", now)
    note = Paper(
        id=uuid7(),
        kind="sick_note_photo",
        name=f"{WORDS}.pdf",
        media_type="application/pdf",
        content=b"%PDF-1.7",
        illness_from=now.date(),
        illness_through=now.date() + timedelta(days=9),
    )
    coming.attach(ill.id, note, now=now)
    granted = _asked(order, ids[1], "own_wish", now)
    waits = _asked(order, ids[2], "own_wish", now)
    late = _asked(order, ids[3], "other", now - timedelta(days=20))
    refused = _asked(order, ids[4], "other", now)
    coming.organiser_answers(refused.id, "refused", now=now)
    Refund.objects.filter(application_id=waits.id).update(account_closed=True)
    for one in (*granted.refunds, *waits.refunds):
        paying_out.send(one.id, now=now)
    overdue.escalate(now=now)
    row = Application.objects.select_related("order__performance__organiser", "order__operator")
    letters.write(row.get(id=late.id), LetterKind.DEMAND, language="kk", now=now)
    spare = bought(show, buyer=buyer(held), now=now)
    Order.objects.filter(id=spare.id).update(code=ON_PAPER)
    return {
        "application_id": ill.id,
        "granted_id": granted.id,
        "waits_id": waits.id,
        "late_id": late.id,
        "refused_id": refused.id,
        "document_id": note.id,
        "refund_id": waits.refunds[0].id,
        "sent_refund_id": granted.refunds[0].id,
        "returned_order_id": order.id,
        "letter": "organiser",
        "paper": "receipt",
    }


def _asked(order: OrderBrief, ticket: UUID, reason: str, now: datetime) -> ApplicationBrief:
    filing = Filing(id=uuid7(), order_id=order.id, tickets=(ticket,), reason=reason, words=WORDS)
    return applying.apply(filing, now=now)
