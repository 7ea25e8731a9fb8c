"""How far a change of a performance is carried out: who was told, what is left to do."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from oferta.services.tickets.errors import UnknownPerformance
from oferta.services.tickets.models import ChangeProposal, Performance, PerformanceChange, Refund
from oferta.services.tickets.types import RefundState, TicketStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a performance stands and what of its changes is not done yet."""

    performance: Performance
    #: The latest first, each with `told`: how many orders were told of it.
    changes: tuple[PerformanceChange, ...]
    waits: ChangeProposal | None
    valid_tickets: int
    refunds: int
    #: Refunds that are owed and not paid.
    owed: int


def of(performance_id: UUID) -> Progress:
    """Return how far the changes of a performance are.

    Raises:
        UnknownPerformance: there is none.
    """
    found = Performance.objects.filter(id=performance_id).first()
    if found is None:
        raise UnknownPerformance(performance=str(performance_id))
    rows = PerformanceChange.objects.filter(performance=found).select_related("run")
    refunds = Refund.objects.filter(order__performance=found)
    return Progress(
        performance=found,
        changes=tuple(rows.annotate(orders_told=Count("told")).order_by("-id")),
        waits=found.proposals.filter(ended_at__isnull=True).first(),
        valid_tickets=found.tickets.filter(status=TicketStatus.VALID).count(),
        refunds=refunds.count(),
        owed=refunds.exclude(state=RefundState.PAID).count(),
    )
