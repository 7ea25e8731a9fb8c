"""The doors of a performance: which there are, how many came in, what went wrong at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from oferta.kernel import asking
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.services.tickets import gates, queries
from oferta.services.tickets.errors import BadCatalogue, UnknownGate, UnknownIncident
from oferta.services.tickets.models import Gate, Incident, Performance, Ticket
from oferta.services.tickets.types import Stage

#: Performances that begin within so long are listed for who stands at the doors.
AHEAD = timedelta(days=7)
LISTED, INCIDENTS_LISTED = 60, 100
NAME_MAX = 60

_COUNT = """
SELECT (SELECT count(*) FROM tickets_ticket
        WHERE performance_id = %(performance)s AND status = 'valid'),
       count(*) FILTER (WHERE admission.entry = 1),
       count(DISTINCT admission.ticket_id) FILTER (WHERE admission.left_at IS NULL)
FROM tickets_admission AS admission
JOIN tickets_ticket AS ticket ON ticket.id = admission.ticket_id
WHERE ticket.performance_id = %(performance)s
"""


@dataclass(frozen=True, slots=True)
class Count:
    """How many tickets are good, how many of their holders came in, how many are in now."""

    valid: int
    admitted: int
    inside: int


def gate(gate_id: UUID) -> Gate:
    """Return a gate with its performance and house.

    Raises:
        UnknownGate: there is none.
    """
    rows = Gate.objects.select_related("performance__hall__venue")
    found = rows.filter(id=gate_id).first()
    if found is None:
        raise UnknownGate(gate=str(gate_id))
    return found


def open_gate(performance_id: UUID, name: str) -> Gate:
    """Return the gate of a name, made if there is none yet.

    Raises:
        UnknownPerformance: there is none.
        BadCatalogue: no name, or too long a one.
    """
    wanted = " ".join(name.split())
    performance = queries.performance(performance_id)
    if not 0 < len(wanted) <= NAME_MAX:
        raise BadCatalogue(field="gate", given=wanted, expected=f"1 to {NAME_MAX} characters")
    made, _ = Gate.objects.get_or_create(
        performance=performance, name=wanted, defaults={"id": uuid7()}
    )
    return made


def near(*, now: datetime) -> Sequence[Performance]:
    """Return performances whose doors are open, or open within a week, the nearest first."""
    moment = zoned(now)
    rows = Performance.objects.filter(
        starts_at__gte=moment - gates.AFTER, starts_at__lte=moment + AHEAD
    ).exclude(stage__in=[Stage.DRAFT, Stage.CANCELLED, Stage.REPLACED])
    listed = rows.select_related("hall__venue").prefetch_related("gates")
    return list(listed.order_by("starts_at", "id")[:LISTED])


def count(performance_id: UUID) -> Count:
    """Return how many came in so far."""
    ((valid, admitted, inside),) = asking.rows(_COUNT, {"performance": performance_id})
    return Count(valid, admitted, inside)


def ticket_numbered(gate_: Gate, number: int) -> Ticket | None:
    """Return the ticket of a gate's performance whose number was read out; None: there is none."""
    return Ticket.objects.filter(performance_id=gate_.performance_id, serial=number).first()


def incidents(*, open_only: bool) -> Sequence[Incident]:
    """Return what went wrong at the doors, the latest first."""
    rows = Incident.objects.select_related(
        "first_gate", "second_gate", "ticket__performance__hall__venue"
    )
    if open_only:
        rows = rows.filter(closed_at__isnull=True)
    return list(rows.order_by("-found_at", "-id")[:INCIDENTS_LISTED])


@transaction.atomic
def close(incident_id: UUID, finding: str, *, staff_id: UUID, now: datetime) -> Incident:
    """Close an incident with what was found; closed before, it stays as it is.

    Raises:
        UnknownIncident: there is none.
        BadCatalogue: nothing was found out.
    """
    row = Incident.objects.select_for_update().filter(id=incident_id).first()
    if row is None:
        raise UnknownIncident(incident=str(incident_id))
    if row.closed_at is None:
        if not finding.strip():
            raise BadCatalogue(field="finding", given="", expected="what was found out")
        row.closed_at, row.closed_by, row.finding = zoned(now), staff_id, finding.strip()
        row.save(update_fields=["closed_at", "closed_by", "finding"])
    return row
