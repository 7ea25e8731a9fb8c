"""What was sold, read from the tables into the facts of a refund."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from oferta.services.tickets.delivering.types import STAGES, ShipmentState
from oferta.services.tickets.errors import UnknownOrder
from oferta.services.tickets.models import (
    Admission,
    Payment,
    Performance,
    PerformanceChange,
    Regime,
    Shipment,
    Ticket,
)
from oferta.services.tickets.refunding import facts
from oferta.services.tickets.refunding.facts import Sold
from oferta.services.tickets.types import Carrier, PaymentState, Stage, TicketStatus

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
    common = _common(performance)
    return [_sold(row, changes, means.get(row.order_id, "card"), common) for row in valid]


class SoldOrder(NamedTuple):
    """What a refund needs of an order, without its row: a cancellation reads ten thousand."""

    id: UUID
    code: str
    party_id: UUID
    operator_id: str
    performance: Performance


class Returnable(NamedTuple):
    """A valid ticket of a cancelled performance."""

    sold: Sold
    order: SoldOrder
    category_id: int


_COLUMNS = (
    *("id", "order_id", "order__code", "order__party_id", "order__operator_id"),
    *("order__refund_pack", "order__refund_edition", "order__currency", "order__ordered_at"),
    *("order__promo_id", "carrier", "surrendered_at", "line__category_id"),
    *("line__nominal", "line__price", "line__service_fee", "line__delivery_fee", "was_used"),
    "order__shipment__state",
)


def valid_of(performance: Performance) -> list[Returnable]:
    """Return every valid ticket of a performance as it was sold, those of an order together.

    Places are left out: nobody is told one in a cancellation.

    Args:
        performance: with its hall and venue read.
    """
    rows = Ticket.objects.filter(performance=performance, status=TicketStatus.VALID)
    used = rows.annotate(was_used=Exists(Admission.objects.filter(ticket=OuterRef("pk"))))
    found = list(used.order_by("order_id", "serial").values_list(*_COLUMNS))
    changes = list(
        PerformanceChange.objects.filter(performance=performance).order_by("changed_at", "id")
    )
    means = paid_by({row[1] for row in found})
    common = _common(performance)
    return [_returnable(row, performance, changes, means, common) for row in found]


def _returnable(
    row: tuple[Any, ...],
    performance: Performance,
    changes: Sequence[PerformanceChange],
    means: Mapping[UUID, str],
    common: Mapping[str, Any],
) -> Returnable:
    (ticket, order, code, party, operator, pack, edition, unit, ordered, promo, carrier) = row[:11]
    (surrendered, category, nominal, price, fee, delivery, used, form) = row[11:]
    starts_at = _printed(ordered, changes, performance)
    sold = Sold(
        ticket_id=ticket,
        place="",
        operator=operator,
        pack=pack,
        edition=edition,
        unit=unit,
        starts_at=starts_at,
        new_starts_at=_new_start(starts_at, changes, performance),
        change=_change(ordered, changes, performance),
        bought_at=ordered,
        on_promotion=promo is not None,
        used=used,
        nominal=nominal,
        paid=price,
        service_fee=fee,
        delivery=delivery,
        carrier=carrier,
        paid_by=means.get(order, "card"),
        surrendered=surrendered is not None,
        delivery_stage=_stage(form),
        **common,
    )
    return Returnable(sold, SoldOrder(order, code, party, operator, performance), category)


def _common(performance: Performance) -> dict[str, Any]:
    """Return what is the same of every ticket of a performance."""
    return {
        "time_zone": performance.hall.venue.time_zone,
        "high_alert": performance.high_alert,
        "regime_ended_on": regime_ended_on(performance),
        "organiser_accepts_before": performance.refunds_accepted_before,
        "organiser_refund_days": performance.organiser_refund_days,
    }


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


def _printed(
    ordered_at: datetime, changes: Sequence[PerformanceChange], performance: Performance
) -> datetime:
    """Return the start that the buyer was shown when ordering, and that stands on the ticket."""
    later = next((change for change in changes if change.changed_at >= ordered_at), None)
    return later.starts_before if later else performance.starts_at


def _new_start(
    printed: datetime, changes: Sequence[PerformanceChange], performance: Performance
) -> datetime | None:
    """Return the start in the place of the printed one; None: none, or none yet."""
    moved = [one for one in changes if one.stage == Stage.POSTPONED]
    undated = bool(moved) and moved[-1].starts_at is None
    return performance.starts_at if performance.starts_at != printed and not undated else None


def _change(
    ordered_at: datetime, changes: Sequence[PerformanceChange], performance: Performance
) -> str:
    """Return what a buyer may name beside their own reasons: what changed since they ordered.

    Putting a postponed performance on sale again takes the right from nobody who was there before.
    """
    if performance.stage == Stage.CANCELLED:
        return facts.CANCELLED
    since = [one.stage for one in changes if one.changed_at >= ordered_at and one.stage in CHANGES]
    return CHANGES[since[-1]] if since else ""


def regime_ended_on(performance: Performance) -> date | None:
    """Return the day on which the high-alert regime of its region ended; None: it lasts."""
    if not performance.high_alert:
        return None
    if performance.regime is not None:
        return performance.regime.ended_on
    rows = Regime.objects.filter(region=performance.hall.venue.region)
    latest = rows.order_by("-began_on").first()
    return latest.ended_on if latest else None


def _rows() -> QuerySet[Ticket]:
    return Ticket.objects.select_related(
        "order__promo", "line", "performance__hall__venue", "place__seat"
    ).annotate(
        was_used=Exists(Admission.objects.filter(ticket=OuterRef("pk"))),
        form_state=F("order__shipment__state"),
    )


def stage_of(ticket: Ticket, *, returned_at: datetime) -> str:
    """Return where the paper form of a ticket that was given back is, as the terms call it.

    What left later went without it.
    """
    if ticket.carrier != Carrier.PAPER:
        return "none"
    row = Shipment.objects.filter(order_id=ticket.order_id).first()
    if row is None:
        return _stage(None)
    left_at = row.sent_at or row.ended_at
    later = left_at is not None and left_at > returned_at
    return _stage(ShipmentState.WAITING if later else row.state)


def _stage(state: str | None) -> str:
    """Return what the terms call where a paper form is."""
    return "none" if state is None else STAGES[ShipmentState(state)]


def _sold(
    row: Ticket, changes: Sequence[PerformanceChange], means: str, common: Mapping[str, Any]
) -> Sold:
    order, line, performance = row.order, row.line, row.performance
    starts_at = _printed(order.ordered_at, changes, performance)
    seat = row.place.seat
    return Sold(
        ticket_id=row.id,
        place=f"{seat.sector} {seat.row}-{seat.number}".strip() if seat else "",
        operator=order.operator_id,
        pack=order.refund_pack,
        edition=order.refund_edition,
        unit=order.currency,
        starts_at=starts_at,
        new_starts_at=_new_start(starts_at, changes, performance),
        change=_change(order.ordered_at, changes, performance),
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
        delivery_stage=_stage(getattr(row, "form_state", None)),
        **common,
    )
