"""A ticket office in use, for tests that walk its pages: shows, orders, tickets, refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from oferta.core.parties.types import Actor, Role
from ticket_world import a_show


def build(party: UUID, staff: dict[Role, Actor], now: datetime) -> dict[str, Any]:
    """Return what addresses of the office's pages ask for."""
    del party, staff, now
    return {"performance_id": a_show(rows=2).id}
