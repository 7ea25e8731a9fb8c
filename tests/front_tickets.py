"""A ticket office in use, for tests that walk its pages: shows, orders, tickets, refunds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor, Role
from oferta.kernel.ids import uuid7
from oferta.services.tickets import doors, gates, queries
from oferta.services.tickets.types import Buyer, OfflineScan, Scanned, Wanted
from ticket_world import Show, a_show, bought, reserved


def build(party: UUID, staff: dict[Role, Actor], now: datetime) -> dict[str, Any]:
    """Return what addresses of the office's pages ask for."""
    del staff
    show = a_show(rows=3, general=4, starts_at=now + timedelta(days=30))
    return {"performance_id": show.id, **_orders(show, party, now), **_gates(party, now)}


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
    gates.upload(uuid7(), south.id, [alone], now=now)
    return {"gate_id": north.id}
