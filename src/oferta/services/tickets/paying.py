"""Paying for an order: the means are asked, then one database transaction makes it a sale.

A payment's row is there before anybody outside is asked, so that a process may die at any moment:
`settle` asks the provider what became of it, and the order is confirmed or the money let go. Money
is taken only after the sale stands; an order that lost its places in between costs nothing
(TR-152).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from oferta.kernel.clock import zoned
from oferta.kernel.errors import OfertaError
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import means, places, queries, reserving, selling
from oferta.services.tickets.errors import (
    BadPayment,
    OrderClosed,
    PaymentDeclined,
    PaymentUnclear,
)
from oferta.services.tickets.means import Answer, NoReply, Reply
from oferta.services.tickets.models import Order, OrderLine, Payment, ProviderCall
from oferta.services.tickets.types import Charge, OrderBrief, OrderStatus, Pay, PaymentState

#: While a payment is under way the places are held at least so long.
PAYING = timedelta(minutes=10)
#: After so long without an answer a charge that the provider does not know is taken for lost.
GRACE = timedelta(minutes=2)
#: Orders looked after at a time.
SETTLED_AT_A_TIME = 200
_OPEN = (PaymentState.STARTED, PaymentState.AUTHORISED)
_TAKEN = (Answer.AUTHORISED, Answer.CAPTURED)


def pay(order_id: UUID, pays: Sequence[Pay], *, now: datetime) -> OrderBrief:
    """Pay an order whole and make its tickets; one that is paid is answered as it is.

    Nobody outside is asked inside a database transaction. If an earlier attempt is still unclear,
    it is cleared up first, so that nobody pays twice.

    Args:
        order_id: a reservation.
        pays: means and amounts that add up to the total; none for an order that costs nothing.
        now: zoned.

    Raises:
        UnknownOrder: there is none.
        OrderClosed: the reservation is over; whatever was set aside is let go.
        BadPayment: not the whole total, or no such means.
        PaymentDeclined: the places are still held.
        PaymentUnclear: the provider does not answer; `settle` will find out.
        SaleRefused: the ledger or the terms refused; what was set aside is let go.
    """
    started = _start(order_id, pays, zoned(now))
    if started is None:
        return _resumed(order_id, now)
    references: dict[UUID, str] = {}
    for payment in started:
        if means.is_outside(payment.means):
            references[payment.id] = _authorised(payment, started, now).reference
    _confirm(order_id, references, now)
    return queries.order(order_id)


def settle(*, now: datetime) -> int:
    """Clear up what processes that died, or a provider without an answer, left behind.

    Returns:
        How many orders and captures were looked after.
    """
    moment = zoned(now)
    stale = Payment.objects.filter(changed_at__lte=moment - timedelta(minutes=1))
    order_ids = stale.filter(state__in=_OPEN).values_list("order_id", flat=True).distinct()
    done = 0
    for order_id in list(order_ids[:SETTLED_AT_A_TIME]):
        try:
            _resolve(order_id, moment)
        except OfertaError:  # it stays as it is and is looked at again, or has been let go
            continue
        done += 1
    confirmed = list(stale.filter(state=PaymentState.CONFIRMED)[:SETTLED_AT_A_TIME])
    return done + _capture(confirmed, moment)


def hear(name: str, call_id: str, payment_id: UUID, *, now: datetime) -> None:
    """Listen to a provider that calls by itself; the same call again changes nothing.

    What it says is not believed: it is asked, so that a forged call can do nothing.

    Args:
        name: of the means.
        call_id: the provider's own name for the call.
        payment_id: what the call is about.
        now: zoned.

    Raises:
        BadPayment: there is no such payment.
    """
    payment = Payment.objects.filter(id=payment_id, means=name).first()
    if payment is None:
        raise BadPayment(field="payment", given=str(payment_id), expected="a payment on file")
    _, new = ProviderCall.objects.get_or_create(
        means=name, call_id=call_id, defaults={"payment": payment, "heard_at": zoned(now)}
    )
    if not new:
        return
    if payment.state in (PaymentState.DECLINED, PaymentState.VOIDED):
        _let_go([payment], zoned(now))
        return
    if payment.state in _OPEN:
        _resolve(payment.order_id, zoned(now))


def _resumed(order_id: UUID, now: datetime) -> OrderBrief:
    """Answer for an order that is paid already, or whose earlier payment is unclear."""
    order = queries.order_row(order_id)
    if order.status != OrderStatus.PAID:
        _resolve(order_id, now)
    return queries.order(order_id)


@transaction.atomic
def _start(order_id: UUID, pays: Sequence[Pay], now: datetime) -> list[Payment] | None:
    """Note what is going to be paid; None if it is paid, or being paid, already."""
    order = reserving.locked(order_id)
    if order.status == OrderStatus.PAID:
        return None
    if order.status != OrderStatus.RESERVED:
        raise OrderClosed(order=order.code, status=order.status)
    if order.payments.filter(state__in=_OPEN).exists():
        return None
    payments = _payments(order, pays, now)
    until = max(order.hold_until, now + PAYING)
    held = places.keep(order.id, until=until)
    if held < order.lines.count():
        raise OrderClosed(order=order.code, status=OrderStatus.LAPSED)
    Order.objects.filter(id=order.id).update(hold_until=until)
    return Payment.objects.bulk_create(payments)


def _payments(order: Order, pays: Sequence[Pay], now: datetime) -> list[Payment]:
    fixed = sum(one.amount or 0 for one in pays)
    if sum(one.amount is None for one in pays) > 1:
        raise BadPayment(
            field="amount", given="left open twice", expected="one means pays the rest"
        )
    made = []
    for one in pays:
        if one.means not in means.names():
            raise BadPayment(
                field="means", given=one.means, expected=", ".join(sorted(means.names()))
            )
        made.append(
            Payment(
                id=one.id or uuid7(),
                order=order,
                means=one.means,
                instrument=one.instrument,
                amount=order.total - fixed if one.amount is None else one.amount,
                currency=order.currency,
                state=PaymentState.STARTED,
                started_at=now,
                changed_at=now,
            )
        )
    total = sum(one.amount for one in made)
    if total != order.total or any(one.amount <= 0 for one in made):
        raise BadPayment(
            field="amount",
            given=str(Money(total, order.currency)),
            expected=str(Money(order.total, order.currency)),
        )
    return made


def _authorised(payment: Payment, all_of_them: Sequence[Payment], now: datetime) -> Reply:
    """Ask the provider to set the amount aside; let everything go if it declines."""
    order = payment.order
    try:
        reply = means.provider(payment.means).authorise(
            Charge(
                payment_id=payment.id,
                order_id=order.id,
                order_code=order.code,
                amount=Money(payment.amount, payment.currency),
                instrument=payment.instrument,
                party_id=order.party_id,
                at=now,
            )
        )
    except NoReply:
        raise PaymentUnclear(order=order.code) from None
    if reply.answer in _TAKEN:
        return reply
    _declined(payment, reply.reason, now)
    _let_go([one for one in all_of_them if one.id != payment.id], now)
    raise PaymentDeclined(means=payment.means, reason=reply.reason)


def _resolve(order_id: UUID, now: datetime) -> None:
    """Ask what became of an order's open payments, and confirm it or let them go."""
    open_ = list(Payment.objects.filter(order_id=order_id, state__in=_OPEN))
    replies = _replies(open_)
    declined = [one for one in open_ if _is_lost(one, replies.get(one.id), now)]
    if declined:
        for one in declined:
            reply = replies[one.id]
            _declined(one, reply.reason or "no_answer", now)
        _let_go([one for one in open_ if one not in declined], now)
        raise PaymentDeclined(means=declined[0].means, reason=declined[0].reason)
    if any(one.id in replies and replies[one.id].answer not in _TAKEN for one in open_):
        raise PaymentUnclear(order=str(order_id))
    if open_:
        _confirm(order_id, {one: reply.reference for one, reply in replies.items()}, now)


def _replies(payments: Sequence[Payment]) -> dict[UUID, Reply]:
    replies = {}
    for one in payments:
        if means.is_outside(one.means):
            try:
                replies[one.id] = means.provider(one.means).look(one.id)
            except NoReply:
                raise PaymentUnclear(order=str(one.order_id)) from None
    return replies


def _is_lost(payment: Payment, reply: Reply | None, now: datetime) -> bool:
    if reply is None:
        return False
    if reply.answer is Answer.UNKNOWN:
        return now - payment.started_at > GRACE
    return reply.answer in (Answer.DECLINED, Answer.VOIDED)


def _confirm(order_id: UUID, references: Mapping[UUID, str], now: datetime) -> None:
    """Make the sale, then take the money; if it cannot be made, let the money go."""
    payments = list(Payment.objects.filter(order_id=order_id, state__in=_OPEN))
    try:
        with transaction.atomic():
            sold = _sold(order_id, payments, references, now)
    except OfertaError:
        _let_go(payments, now)
        raise
    if not sold:
        _let_go(payments, now)
        raise OrderClosed(order=str(order_id), status=OrderStatus.LAPSED)
    _capture([one for one in payments if means.is_outside(one.means)], now)


def _sold(
    order_id: UUID, payments: Sequence[Payment], references: Mapping[UUID, str], now: datetime
) -> bool:
    """Turn a reservation into a sale, in the caller's database transaction.

    Returns:
        Whether the order is paid now; if not, it has lost its places and is noted as lapsed.
    """
    order = reserving.locked(order_id)
    if order.status == OrderStatus.PAID:
        return True
    lines = list(OrderLine.objects.filter(order_id=order_id).order_by("id"))
    if order.status != OrderStatus.RESERVED:
        return False
    if len(places.sell(order_id)) < len(lines):
        places.release_sold(order_id)
        reserving.lose(order)
        return False
    for one in payments:
        if not means.is_outside(one.means):
            references = {**references, one.id: means.inside(one.means).take(_charge(one, now))}
    selling.sell(order, lines, payments, now=now)
    for one in payments:
        one.reference = references.get(one.id, "")
        one.state = PaymentState.CONFIRMED if means.is_outside(one.means) else PaymentState.CAPTURED
        one.changed_at = now
    Payment.objects.bulk_update(payments, ["reference", "state", "changed_at"])
    return True


def _charge(payment: Payment, now: datetime) -> Charge:
    return Charge(
        payment_id=payment.id,
        order_id=payment.order_id,
        order_code=payment.order.code,
        amount=Money(payment.amount, payment.currency),
        instrument=payment.instrument,
        party_id=payment.order.party_id,
        at=now,
    )


def _capture(payments: Sequence[Payment], now: datetime) -> int:
    """Take what was set aside for orders that are confirmed; what fails is tried again later."""
    taken = []
    for one in payments:
        try:
            reply = means.provider(one.means).capture(one.id, Money(one.amount, one.currency))
        except NoReply:
            continue
        if reply.answer is Answer.CAPTURED:
            taken.append(one.id)
    if taken:
        Payment.objects.filter(id__in=taken).update(state=PaymentState.CAPTURED, changed_at=now)
    return len(taken)


def _declined(payment: Payment, reason: str, now: datetime) -> None:
    payment.state, payment.reason, payment.changed_at = PaymentState.DECLINED, reason, now
    payment.save(update_fields=["state", "reason", "changed_at"])


def _let_go(payments: Sequence[Payment], now: datetime) -> None:
    """Let go what is set aside; a provider that does not answer is asked again by `settle`."""
    for one in payments:
        if means.is_outside(one.means):
            try:
                means.provider(one.means).void(one.id)
            except NoReply:
                continue
        one.state, one.changed_at = PaymentState.VOIDED, now
        one.save(update_fields=["state", "changed_at"])
