"""The box office: selling over the counter, paper forms, cash given back, what a shift comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, Sum

from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor
from oferta.kernel.clock import zoned
from oferta.kernel.money import Money
from oferta.services.tickets import cash, means, paying, reserving
from oferta.services.tickets.errors import BadPayment, UnknownOrder, UnknownTicket
from oferta.services.tickets.models import Order, Payment, Payout, PriceCorrection, Refund, Ticket
from oferta.services.tickets.refunding import paying_out
from oferta.services.tickets.refunding.errors import CannotPayOut, UnknownRefund
from oferta.services.tickets.types import (
    Basket,
    Carrier,
    OrderBrief,
    OrderStatus,
    Pay,
    PaymentState,
    PayoutState,
    RefundState,
    SaleChannel,
)

CARD = "card"
#: A shift is looked at over so long back from the moment.
SHIFT = timedelta(hours=24)
_TAKEN = (PaymentState.CONFIRMED, PaymentState.CAPTURED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """What a cashier took by one means in one currency."""

    means: str
    orders: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a cashier sold and gave back since a moment."""

    since: datetime
    takings: Sequence[Takings]
    tickets: int
    given_back: Sequence[Money]
    #: Cash taken less cash given back, by currency: what the till holds of this shift.
    till: Sequence[Money]


def ways() -> tuple[str, ...]:
    """Return the means that a counter can take."""
    return tuple(one for one in (cash.NAME, CARD) if one in means.names())


def sell(basket: Basket, by: str, *, cashier_id: UUID, now: datetime) -> OrderBrief:
    """Sell over the counter: reserve, take the money, note who did; asked again, answer the same.

    Args:
        basket: at the box office.
        by: name of the means.
        cashier_id: the member of staff at the counter.
        now: zoned.

    Raises:
        BadPayment: the counter does not take this means.
        NotOnSale, SoldOut, PlaceTaken, QuotaExhausted, BadBasket, Blocked: as of `reserve`.
        OrderClosed, PaymentDeclined, PaymentUnclear, SaleRefused: as of `pay`.
    """
    if by not in ways() or basket.channel != SaleChannel.BOX_OFFICE:
        raise BadPayment(field="means", given=by, expected=", ".join(ways()))
    order = reserving.reserve(basket, now=now)
    Order.objects.filter(id=order.id, cashier_id__isnull=True).update(cashier_id=cashier_id)
    if order.status == OrderStatus.PAID:
        return order
    pays = [Pay(means=by)] if order.total.minor else []
    return paying.pay(order.id, pays, now=now)


def order_called(code: str) -> Order:
    """Return an order by the code that its buyer reads out.

    Raises:
        UnknownOrder: there is none.
    """
    found = Order.objects.filter(code=code.strip().upper()).first()
    if found is None:
        raise UnknownOrder(order=code)
    return found


def tickets_of(order: Order) -> Sequence[Ticket]:
    """Return the tickets of an order with their places."""
    rows = order.tickets.select_related("place__seat", "place__category", "line")
    return list(rows.order_by("serial"))


def cash_due(order: Order) -> Sequence[Payout]:
    """Return what is to be handed out in cash for an order."""
    rows = Payout.objects.filter(
        refund__order=order, state=PayoutState.STARTED, means=cash.NAME
    ).select_related("refund__ticket")
    return list(rows.order_by("started_at", "id"))


def hand_out(payout_id: UUID, *, cashier: Actor, now: datetime) -> None:
    """Note that cash was handed to a buyer; noted before, it stays as it is (TR-97).

    Raises:
        UnknownRefund: no such cash is due.
        OwnAct: it is the cashier's own.
    """
    with transaction.atomic():
        rows = Payout.objects.select_for_update(of=("self",)).select_related("refund__order")
        row = rows.filter(id=payout_id, means=cash.NAME).first()
        if row is None:
            raise UnknownRefund(refund=str(payout_id))
        if row.state != PayoutState.STARTED:
            return
        parties.ensure_not_own(cashier, row.refund.order.party_id)
        Payout.objects.filter(id=payout_id).update(staff_id=cashier.id)
        paying_out.arrived(payout_id, now=now)


def take_in(ticket_id: UUID, *, cashier: Actor, now: datetime) -> Ticket:
    """Note that the originals of a paper ticket were handed in; money that waited for it goes on.

    Raises:
        UnknownTicket: there is none.
        CannotPayOut: it is no paper form.
        OwnAct: it is the cashier's own.
    """
    with transaction.atomic():
        rows = Ticket.objects.select_for_update(of=("self",)).select_related("order")
        ticket = rows.filter(id=ticket_id).first()
        if ticket is None:
            raise UnknownTicket(ticket=str(ticket_id))
        parties.ensure_not_own(cashier, ticket.order.party_id)
        if ticket.carrier != Carrier.PAPER:
            raise CannotPayOut(state=ticket.carrier, expected="a paper form")
        if ticket.surrendered_at is None:
            ticket.surrendered_at = zoned(now)
            ticket.save(update_fields=["surrendered_at"])
        waiting = Refund.objects.filter(ticket=ticket, state=RefundState.AWAITING_CHOICE)
        waiting.update(state=RefundState.DUE)
        refund = Refund.objects.filter(ticket=ticket, state=RefundState.DUE).first()
    if refund is not None:
        paying_out.send(refund.id, now=now)
    return ticket


def shift(cashier_id: UUID, *, now: datetime) -> Shift:
    """Return what a cashier took and gave back in the last day, by means and currency."""
    since = zoned(now) - SHIFT
    paid = Payment.objects.filter(
        order__cashier_id=cashier_id, order__paid_at__gte=since, state__in=_TAKEN
    )
    summed = paid.values("means", "currency").annotate(
        total=Sum("amount"), orders=Count("order", distinct=True)
    )
    takings = [
        Takings(
            means=one["means"], orders=one["orders"], amount=Money(one["total"], one["currency"])
        )
        for one in summed.order_by("means", "currency")
    ]
    back = Payout.objects.filter(
        Q(ended_at__gte=since), staff_id=cashier_id, state=PayoutState.ARRIVED
    )
    given = Counter[str]()
    for one in back.values("refund__currency").annotate(total=Sum("amount")):
        given[one["refund__currency"]] += int(one["total"])
    cheaper = PriceCorrection.objects.filter(
        ended_at__gte=since, staff_id=cashier_id, payment__means=cash.NAME
    )
    for corrected in cheaper.values("order__currency").annotate(total=Sum("amount")):
        given[corrected["order__currency"]] += int(corrected["total"])
    till = {one.amount.unit: one.amount.minor for one in takings if one.means == cash.NAME}
    for unit, amount in given.items():
        till[unit] = till.get(unit, 0) - amount
    sold = Ticket.objects.filter(order__cashier_id=cashier_id, order__paid_at__gte=since)
    return Shift(
        since=since,
        takings=takings,
        tickets=sold.count(),
        given_back=[Money(amount, unit) for unit, amount in sorted(given.items())],
        till=[Money(amount, unit) for unit, amount in sorted(till.items())],
    )
