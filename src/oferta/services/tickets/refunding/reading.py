"""What was sold, read from the tables into the facts of a refund."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from oferta.services.tickets.errors import UnknownOrder
from oferta.services.tickets.models import (
    Admission,
    Payment,
    Performance,
    PerformanceChange,
    Regime,
    Ticket,
)
from oferta.services.tickets.refunding import facts
from oferta.services.tickets.refunding.facts import Sold
from oferta.services.tickets.types import PaymentState, Stage, TicketStatus

#: What a performance's stage lets a buyer name (TR-104).
CHANGES: Mapping[str, str] = {
    Stage.CANCELLED: facts.CANCELLED,
    Stage.POSTPONED: facts.POSTPONED,
    Stage.REPLACED: facts.REPLACED,
}
#: Name of a means of payment to what the terms call it, the one that rules a mixed payment first:
#: what has no account to go back to must be asked for.
PAID_BY: Mapping[str, str] = {
    "cash": "cash",
    "transfer": "transfer",
    "card": "card",
    "wallet": "balance",
    "bonus": "bonuses",
    "voucher": "voucher",
}
_TAKEN = (PaymentState.AUTHORISED, PaymentState.CONFIRMED, PaymentState.CAPTURED)


def sold_in(order_id: UUID) -> list[Sold]:
    """Return the tickets of an order that may still be given back, in the order of their places.

    Raises:
        UnknownOrder: nothing was sold under this id.
    """
    rows = _rows().filter(order_id=order_id).order_by("serial")
    if not rows:
        raise UnknownOrder(order=str(order_id))
    return read(rows)


def read(rows: Iterable[Ticket]) -> list[Sold]:
    """Return valid tickets of one performance as they were sold; others are left out.

    Args:
        rows: of `_rows`, with what they lead to already read.
    """
    valid = [row for row in rows if row.status == TicketStatus.VALID]
    if not valid:
        return []
    performance = valid[0].performance
    changes = list(
        PerformanceChange.objects.filter(performance=performance).order_by("changed_at", "id")
    )
    means = paid_by({row.order_id for row in valid})
    regime = regime_ended_on(performance)
    return [_sold(row, changes, means.get(row.order_id, "card"), regime) for row in valid]


def tickets_of(performance: Performance) -> QuerySet[Ticket]:
    """Return the rows of a performance's tickets, as `read` wants them."""
    return _rows().filter(performance=performance)


def paid_by(orders: Iterable[UUID]) -> dict[UUID, str]:
    """Return by order what the terms call the means it was paid by."""
    rows = Payment.objects.filter(order_id__in=list(orders), state__in=_TAKEN)
    found: dict[UUID, set[str]] = {}
    for order_id, means in rows.values_list("order_id", "means"):
        found.setdefault(order_id, set()).add(means)
    return {
        order_id: next(said for name, said in PAID_BY.items() if name in named)
        for order_id, named in found.items()
        if named & PAID_BY.keys()
    }


def printed_start(row: Ticket, changes: Sequence[PerformanceChange]) -> datetime:
    """Return the start that stood on the ticket when it was sold."""
    later = [change for change in changes if change.changed_at > row.issued_at]
    return later[0].starts_before if later else row.performance.starts_at


def regime_ended_on(performance: Performance) -> date | None:
    """Return the day on which the high-alert regime of its region ended; None: it lasts."""
    if not performance.high_alert:
        return None
    rows = Regime.objects.filter(region=performance.hall.venue.region)
    latest = rows.order_by("-began_on").first()
    return latest.ended_on if latest else None


def _rows() -> QuerySet[Ticket]:
    return Ticket.objects.select_related(
        "order__promo", "line", "performance__hall__venue", "place__seat"
    ).annotate(was_used=Exists(Admission.objects.filter(ticket=OuterRef("pk"))))


def _sold(
    row: Ticket, changes: Sequence[PerformanceChange], means: str, regime: date | None
) -> Sold:
    order, line, performance = row.order, row.line, row.performance
    starts_at = printed_start(row, changes)
    moved = performance.starts_at != starts_at
    seat = row.place.seat
    return Sold(
        ticket_id=row.id,
        place=f"{seat.sector} {seat.row}-{seat.number}".strip() if seat else "",
        operator=order.operator_id,
        pack=order.refund_pack,
        edition=order.refund_edition,
        unit=order.currency,
        starts_at=starts_at,
        new_starts_at=performance.starts_at if moved else None,
        time_zone=performance.hall.venue.time_zone,
        bought_at=order.ordered_at,
        on_promotion=order.promo_id is not None,
        used=bool(getattr(row, "was_used", False)),
        nominal=line.nominal,
        paid=line.price,
        service_fee=line.service_fee,
        delivery=line.delivery_fee,
        carrier=row.carrier,
        paid_by=means,
        surrendered=row.surrendered_at is not None,
        high_alert=performance.high_alert,
        regime_ended_on=regime,
        organiser_accepts_before=performance.refunds_accepted_before,
        change=CHANGES.get(performance.stage, ""),
    )
