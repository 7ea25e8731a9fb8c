"""Paying for an order: the means are asked, then one database transaction makes it a sale.

A payment's row is there before anybody outside is asked, so that a process may die at any moment:
`settle` asks the provider what became of it, and the order is confirmed or the money let go. Money
is taken only after the sale stands; an order that lost its places in between costs nothing
(TR-152).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from oferta.kernel import asking
from oferta.kernel.clock import zoned
from oferta.kernel.errors import OfertaError
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import (
    cash,
    letting_go,
    means,
    places,
    queries,
    records,
    reserving,
    selling,
    taking_over,
    uncaptured,
)
from oferta.services.tickets.errors import (
    BadPayment,
    OrderClosed,
    PaymentDeclined,
    PaymentUnclear,
)
from oferta.services.tickets.means import Answer, NoReply, Reply
from oferta.services.tickets.models import Payment, ProviderCall
from oferta.services.tickets.records import Begun, Line, Sold
from oferta.services.tickets.types import (
    Charge,
    OrderBrief,
    OrderStatus,
    Pay,
    PaymentState,
    SaleChannel,
)

#: While a payment is under way the places are held at least so long.
PAYING = timedelta(minutes=10)
#: After so long without an answer a charge that the provider does not know is taken for lost.
GRACE = timedelta(minutes=2)
#: Orders looked after at a time.
SETTLED_AT_A_TIME = 200
#: What a card's number looks like: it is not kept, whoever sends it (TR-134).
_CARD_NUMBER = re.compile(r"[0-9]{13,19}")
_CAPTURED = """
UPDATE tickets_payment SET state = 'captured', changed_at = %(now)s
WHERE id = ANY(%(payments)s::uuid[])
RETURNING id
"""
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
    begun = _start(order_id, pays, zoned(now))
    if begun is None:
        return _resumed(order_id, now)
    sold, payments = begun
    references: dict[UUID, str] = {}
    for payment in payments:
        if means.is_outside(payment.means):
            references[payment.id] = _authorised(sold, payment, payments, now).reference
    return _confirm(order_id, payments, references, now, lines=sold.lines)


def clear_up(order_id: UUID, *, now: datetime) -> OrderBrief:
    """Ask what became of an earlier payment of an order; nothing new is paid.

    Raises:
        UnknownOrder: there is none.
        PaymentDeclined, OrderClosed: nothing was charged.
        PaymentUnclear: there is no answer yet.
    """
    return _resumed(order_id, zoned(now))


def settle(*, now: datetime) -> int:
    """Clear up what processes that died, or a provider without an answer, left behind.

    Returns:
        How many orders and captures were looked after.
    """
    moment = zoned(now)
    stale = Payment.objects.filter(changed_at__lte=moment - timedelta(minutes=1))
    order_ids = (
        stale.filter(state__in=letting_go.OPEN).values_list("order_id", flat=True).distinct()
    )
    done = 0
    for order_id in list(order_ids[:SETTLED_AT_A_TIME]):
        try:
            _resolve(order_id, moment)
        except OfertaError:  # it stays as it is and is looked at again, or has been let go
            continue
        done += 1
    open_ = stale.filter(state=PaymentState.CONFIRMED).exclude(reason=uncaptured.REFUSED)
    confirmed = list(open_[:SETTLED_AT_A_TIME])
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
        letting_go.let_go([payment], zoned(now))
        return
    if payment.state in letting_go.OPEN:
        _resolve(payment.order_id, zoned(now))


def _resumed(order_id: UUID, now: datetime) -> OrderBrief:
    """Answer for an order that is paid already, or whose earlier payment is unclear."""
    order = queries.order_row(order_id)
    if order.status != OrderStatus.PAID:
        _resolve(order_id, now)
    return queries.order(order_id)


@transaction.atomic
def _start(order_id: UUID, pays: Sequence[Pay], now: datetime) -> tuple[Sold, list[Payment]] | None:
    """Note what is going to be paid; None if it is paid, or being paid, already."""
    sold = records.locked(order_id)
    record = sold.record
    if record.status == OrderStatus.PAID:
        return None
    if record.status != OrderStatus.RESERVED:
        raise OrderClosed(order=record.code, status=record.status)
    payments = _payments(sold, pays, now)
    begun = records.begin(sold, payments, until=now + PAYING, now=now)
    if begun is Begun.OTHERS_OPEN:
        return None
    if begun is Begun.PLACES_LOST:
        raise OrderClosed(order=record.code, status=OrderStatus.LAPSED)
    return sold, payments


def _payments(sold: Sold, pays: Sequence[Pay], now: datetime) -> list[Payment]:
    order, unit = sold.record, sold.offer.currency
    fixed = sum(one.amount or 0 for one in pays)
    if sum(one.amount is None for one in pays) > 1:
        raise BadPayment(
            field="amount", given="left open twice", expected="one means pays the rest"
        )
    made = []
    for one in pays:
        known = set(means.names())
        if order.channel != SaleChannel.BOX_OFFICE:
            known.discard(cash.NAME)  # nobody is there to take it
        if one.means not in known:
            raise BadPayment(field="means", given=one.means, expected=", ".join(sorted(known)))
        if _CARD_NUMBER.fullmatch(one.instrument.replace(" ", "").replace("-", "")):
            raise BadPayment(field="instrument", given="a card's number", expected="a token of it")
        made.append(
            Payment(
                id=one.id or uuid7(),
                order_id=order.id,
                means=one.means,
                instrument=means.kept(one.means, one.instrument, order.party_id),
                amount=order.total - fixed if one.amount is None else one.amount,
                currency=unit,
                state=PaymentState.STARTED,
                started_at=now,
                changed_at=now,
            )
        )
    total = sum(one.amount for one in made)
    if total != order.total or any(one.amount <= 0 for one in made):
        raise BadPayment(
            field="amount", given=str(Money(total, unit)), expected=str(Money(order.total, unit))
        )
    return made


def _authorised(
    sold: Sold, payment: Payment, all_of_them: Sequence[Payment], now: datetime
) -> Reply:
    """Ask the provider to set the amount aside; let everything go if it declines."""
    try:
        reply = means.provider(payment.means).authorise(_charge(sold, payment, now))
    except NoReply:
        raise PaymentUnclear(order=sold.record.code) from None
    if reply.answer in _TAKEN:
        return reply
    letting_go.declined(payment, reply.reason, now)
    letting_go.let_go([one for one in all_of_them if one.id != payment.id], now)
    raise PaymentDeclined(means=payment.means, reason=reply.reason)


def _resolve(order_id: UUID, now: datetime) -> None:
    """Ask what became of an order's open payments, and confirm it or let them go."""
    open_ = list(Payment.objects.filter(order_id=order_id, state__in=letting_go.OPEN))
    if any(one.reason == letting_go.LETTING_GO for one in open_):
        if letting_go.let_go(open_, now):
            raise PaymentDeclined(means=open_[0].means, reason=letting_go.LETTING_GO)
        raise PaymentUnclear(order=str(order_id))
    replies = _replies(open_)
    lost = [one for one in open_ if _is_lost(one, replies.get(one.id), now)]
    if lost:
        for one in lost:
            letting_go.declined(one, replies[one.id].reason or "no_answer", now)
        letting_go.let_go([one for one in open_ if one not in lost], now)
        raise PaymentDeclined(means=lost[0].means, reason=lost[0].reason)
    if any(one.answer not in _TAKEN for one in replies.values()):
        raise PaymentUnclear(order=str(order_id))
    if open_:
        _confirm(order_id, open_, {one: reply.reference for one, reply in replies.items()}, now)


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


def _confirm(
    order_id: UUID,
    payments: Sequence[Payment],
    references: Mapping[UUID, str],
    now: datetime,
    *,
    lines: Sequence[Line] | None = None,
) -> OrderBrief:
    """Make the sale, then take the money; if it cannot be made, let the money go."""
    try:
        with transaction.atomic():
            sold = records.locked(order_id, lines=lines)
            paid_before = sold.record.status == OrderStatus.PAID
            made = _sold(sold, payments, references, now)
    except OfertaError:
        letting_go.let_go(payments, now)
        raise
    if made is None:
        letting_go.let_go(payments, now)
        raise OrderClosed(order=str(order_id), status=OrderStatus.LAPSED)
    outside = [one for one in payments if means.is_outside(one.means)]
    if paid_before:
        # By these very payments, or by others: then these were given up before they answered.
        rows = Payment.objects.filter(id__in=[one.id for one in payments])
        ours = set(rows.filter(state__in=letting_go.OURS).values_list("id", flat=True))
        letting_go.let_go([one for one in payments if one.id not in ours], now)
        outside = [one for one in outside if one.id in ours]
    _capture(outside, now)
    return made


def _sold(
    sold: Sold, payments: Sequence[Payment], references: Mapping[UUID, str], now: datetime
) -> OrderBrief | None:
    """Turn a reservation into a sale, in the caller's database transaction.

    Returns:
        The paid order; None if it has lost its places, which is noted.

    Raises:
        PaymentDeclined: a payment was given up before its provider answered.
    """
    order_id = sold.record.id
    if sold.record.status == OrderStatus.PAID:
        return queries.order(order_id)
    if sold.record.status != OrderStatus.RESERVED:
        return None
    letting_go.ensure_open(payments)
    claimed = places.sell(order_id)
    if len(claimed) < len(sold.lines):
        places.release_sold(order_id)
        reserving.lose(order_id)
        return None
    ends = {}
    for one in payments:
        if means.is_outside(one.means):
            ends[one.id] = (PaymentState.CONFIRMED.value, references.get(one.id, ""))
        else:
            taken = means.inside(one.means).take(_charge(sold, one, now))
            ends[one.id] = (PaymentState.CAPTURED.value, taken)
    beside = taking_over.beside(sold.record.code, claimed, now=now)
    return selling.sell(sold, payments, ends, now=now, beside=beside)


def _charge(sold: Sold, payment: Payment, now: datetime) -> Charge:
    return Charge(
        payment_id=payment.id,
        order_id=sold.record.id,
        order_code=sold.record.code,
        amount=Money(payment.amount, payment.currency),
        instrument=payment.instrument,
        party_id=sold.record.party_id,
        at=now,
    )


def _capture(payments: Sequence[Payment], now: datetime) -> int:
    """Take what was set aside for orders that are confirmed.

    A provider that does not answer is asked again; one that refuses is put before a person.
    """
    taken, refused = [], []
    for one in payments:
        try:
            reply = means.provider(one.means).capture(one.id, Money(one.amount, one.currency))
        except NoReply:
            continue
        if reply.answer is Answer.CAPTURED:
            taken.append(one.id)
        elif reply.answer in uncaptured.NEVER:
            refused.append(one)
    if refused:
        uncaptured.put_before_a_person(refused, now=now)
    if taken:
        asking.rows(_CAPTURED, {"payments": taken, "now": now})
    return len(taken)
