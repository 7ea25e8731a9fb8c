"""When a refund needs more than is still held: we pay the buyer, and the organiser owes it.

The account of a performance's face value never goes below zero. If a part of it was paid to the
organiser before, the ledger would refuse the refund; so what lacks is put back first, as a claim on
the organiser (TR-121). It is decided in the same go as the refund.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from oferta.core.decisions.types import Event
from oferta.core.ledger import queries as ledger
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import accounts
from oferta.services.tickets.models import Performance, PerformanceSettlement
from oferta.services.tickets.settling import asking, plans


def occurrences(performance: Performance, needed: int, *, now: datetime) -> list[Event]:
    """Return what must be decided before refunds of so much face value; mostly nothing.

    Args:
        performance: with its hall and venue read.
        needed: minor units that are about to be returned.
        now: zoned.
    """
    settled = PerformanceSettlement.objects.filter(performance=performance, released__gt=0)
    if needed <= 0 or not settled.exists():
        return []  # nothing has left the account but refunds
    face = performance.face_account_id
    assert face is not None  # noqa: S101 - it was sold
    lacking = needed - ledger.account(face).balance
    if lacking <= 0:
        return []
    unit, organiser = performance.currency, performance.organiser_id
    zone = ZoneInfo(performance.hall.venue.time_zone)
    return [
        asking.occurrence(
            f"tickets/cover/{uuid7()}",
            organiser,
            plans.COVER,
            {"settled_on": now.astimezone(zone).date(), "lacking": str(Money(lacking, unit))},
            plan=plans.COVER_PLAN,
            context={
                "claims": accounts.owed_by_organiser(organiser, unit),
                "credit": face,
                "code": plans.COVERED,
            },
            now=now,
        )
    ]
