"""What becomes of the paper forms of an order: sent, delivered, back again, or made anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.services.tickets import selling
from oferta.services.tickets.delivering.errors import (
    BadTrackingNumber,
    UnknownShipment,
    WrongStep,
)
from oferta.services.tickets.delivering.types import ShipmentState, ShipmentStepKind
from oferta.services.tickets.models import (
    Order,
    Refund,
    Shipment,
    ShipmentStep,
    Ticket,
)
from oferta.services.tickets.refunding import paying_out
from oferta.services.tickets.types import (
    Carrier,
    Delivery,
    OrderStatus,
    RefundState,
    TicketStatus,
)

NUMBER_MAX = 40
#: What may become of forms that stand so; those of a cash desk go over the counter at once.
_STEPS = {
    ShipmentStepKind.SENT: (ShipmentState.WAITING, ShipmentState.CAME_BACK),
    ShipmentStepKind.DELIVERED: (ShipmentState.SENT, ShipmentState.CAME_BACK),
    ShipmentStepKind.CAME_BACK: (ShipmentState.SENT,),
    ShipmentStepKind.REISSUED: (ShipmentState.SENT, ShipmentState.CAME_BACK),
}
_AT_A_DESK = {ShipmentStepKind.DELIVERED: (ShipmentState.WAITING,)}
_NOTICES = {
    ShipmentStepKind.SENT: "tickets.form_sent",
    ShipmentStepKind.DELIVERED: "tickets.form_delivered",
    ShipmentStepKind.CAME_BACK: "tickets.form_came_back",
    ShipmentStepKind.REISSUED: "tickets.form_reissued",
}


def of_order(order_id: UUID) -> Shipment | None:
    """Return where the forms of an order are, with its address and steps; None: none are sent."""
    rows = Shipment.objects.select_related("address", "offer").prefetch_related("steps")
    return rows.filter(order_id=order_id).first()


def may_become(row: Shipment) -> list[ShipmentStepKind]:
    """Return what may become of forms that stand as they do."""
    steps = _AT_A_DESK if row.kind == Delivery.PICKUP else _STEPS
    return [step for step, states in steps.items() if row.state in states]


def sent(shipment_id: UUID, number: str, *, by: Actor | None, now: datetime) -> Shipment:
    """Note that forms were handed to the courier or the post; the buyer is told their number.

    Args:
        shipment_id: which.
        number: the courier's or the post's own.
        by: who handed them over; None: the operator's own systems.
        now: zoned.

    Raises:
        UnknownShipment: there are none.
        WrongStep: they are elsewhere, or there is no ticket left to send.
        BadTrackingNumber: none, or too long.
        OwnAct: it is the clerk's own order.
    """
    plain = " ".join(number.split())
    if not 1 <= len(plain) <= NUMBER_MAX or not plain.isprintable():
        raise BadTrackingNumber(given=number[:NUMBER_MAX])
    with transaction.atomic():
        row = _locked(shipment_id, ShipmentStepKind.SENT, by)
        if not _valid(row.order).exists():
            raise WrongStep(state="returned", step=ShipmentStepKind.SENT)
        row.state, row.number, row.sent_at = ShipmentState.SENT, plain, zoned(now)
        return _noted(row, ShipmentStepKind.SENT, by, now)


def delivered(shipment_id: UUID, *, by: Actor | None, now: datetime) -> Shipment:
    """Note that the buyer has the forms; of a cash desk: that they were handed out.

    Raises:
        UnknownShipment, WrongStep, OwnAct: as of `sent`.
    """
    with transaction.atomic():
        row = _locked(shipment_id, ShipmentStepKind.DELIVERED, by)
        if not _valid(row.order).exists() and row.state != ShipmentState.SENT:
            raise WrongStep(state="returned", step=ShipmentStepKind.DELIVERED)
        row.state, row.ended_at = ShipmentState.DELIVERED, zoned(now)
        return _noted(row, ShipmentStepKind.DELIVERED, by, now)


def came_back(shipment_id: UUID, *, by: Actor | None, now: datetime) -> Shipment:
    """Note that the forms came back to the operator; money that waited for them goes on.

    Raises:
        UnknownShipment, WrongStep, OwnAct: as of `sent`.
    """
    with transaction.atomic():
        row = _locked(shipment_id, ShipmentStepKind.CAME_BACK, by)
        row.state = ShipmentState.CAME_BACK
        made = _noted(row, ShipmentStepKind.CAME_BACK, by, now)
        due = _let_go_on(row.order)
    _send(due, now)
    return made


def reissue(shipment_id: UUID, *, by: Actor | None, now: datetime) -> Shipment:
    """Note that the forms got lost, and make new ones: the lost ones open nothing any more.

    They wait to be sent anew. Money that waited for the lost ones goes on.

    Raises:
        UnknownShipment, WrongStep, OwnAct: as of `sent`.
    """
    with transaction.atomic():
        row = _locked(shipment_id, ShipmentStepKind.REISSUED, by)
        _valid(row.order).update(generation=F("generation") + 1)
        row.state, row.number, row.sent_at = ShipmentState.WAITING, "", None
        row.attempt += 1
        made = _noted(row, ShipmentStepKind.REISSUED, by, now)
        due = _let_go_on(row.order)
    _send(due, now)
    return made


def _locked(shipment_id: UUID, step: ShipmentStepKind, by: Actor | None) -> Shipment:
    """Return forms that nobody else moves, the order first, as refunds lock it."""
    found = Shipment.objects.filter(id=shipment_id).values_list("order_id", flat=True).first()
    if found is None:
        raise UnknownShipment(shipment=str(shipment_id))
    order = Order.objects.select_for_update(of=("self",)).select_related(
        "performance__hall__venue"
    ).get(id=found)  # fmt: skip
    row = Shipment.objects.select_for_update().get(id=shipment_id)
    row.order = order
    if by is not None:
        parties.ensure_not_own(by, order.party_id)
    if order.status != OrderStatus.PAID or step not in may_become(row):
        raise WrongStep(state=row.state, step=step)
    return row


def _valid(order: Order) -> QuerySet[Ticket]:
    return Ticket.objects.filter(order=order, status=TicketStatus.VALID, carrier=Carrier.PAPER)


def _noted(row: Shipment, step: ShipmentStepKind, by: Actor | None, now: datetime) -> Shipment:
    row.save()
    ShipmentStep.objects.create(
        id=uuid7(),
        shipment=row,
        kind=step,
        at=zoned(now),
        by=by.id if by else None,
        number=row.number,
    )
    _tell(row, step, now)
    return row


def _tell(row: Shipment, step: ShipmentStepKind, now: datetime) -> None:
    """Tell the buyer what became of their forms; what they took over the counter they know."""
    order = row.order
    if row.kind == Delivery.PICKUP or not _valid(order).exists():
        return
    told: dict[str, object] = {
        "code": order.code,
        "performance": selling.title_in_each(order.performance.titles),
        "number": row.number,
    }
    if row.arrives_by is not None:
        told["day"] = {"date": row.arrives_by.isoformat()}
    language = parties.languages([order.party_id])[order.party_id]
    notices.send([NewNotice(order.party_id, language, _NOTICES[step], told)], now=zoned(now))


def _let_go_on(order: Order) -> list[UUID]:
    """Return the refunds that waited for forms that nobody has any more; the terms say where to."""
    rows = Refund.objects.select_for_update().filter(
        order=order,
        state=RefundState.AWAITING_CHOICE,
        ticket__carrier=Carrier.PAPER,
        ticket__surrendered_at__isnull=True,
    )
    ids = list(rows.values_list("id", flat=True))
    Refund.objects.filter(id__in=ids).update(state=RefundState.DUE)
    return ids


def _send(refunds: Sequence[UUID], now: datetime) -> None:
    for one in refunds:
        paying_out.send(one, now=now)
