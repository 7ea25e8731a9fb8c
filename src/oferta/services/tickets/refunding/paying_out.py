"""Refunds on their way: by which way, through whom, and what happens when one comes back.

Whether a way is known is a question to the terms (`payout_way`), stored as a Decision. The money
leaves our debt in the database transaction that makes the Decision; the provider is told after the
commit, by the payout's id, so that a process may die in between and be followed by another. What
did not go through is owed again, and the buyer is asked to choose (TR-100); a refund is never lost
in a log line.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet, Sum

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Decision, Event
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import accounts, means, selling, vouchers, wallet
from oferta.services.tickets.means import Answer, NoReply
from oferta.services.tickets.models import Payment, Payout, PriceCorrection, Refund
from oferta.services.tickets.refunding import asking, booking, facts, plans, reading, sharing
from oferta.services.tickets.refunding.errors import CannotPayOut, UnknownRefund
from oferta.services.tickets.settling import organisers
from oferta.services.tickets.types import PaymentState, PayoutState, RefundState

logger = logging.getLogger(__name__)

#: Refunds looked after at a time.
AT_A_TIME = 200
#: Ways that a person of the operator carries out: from which till or account it goes.
BY_HAND = {"given_details": "transfer", "office_cash": "cash"}
#: Ways that the buyer agreed to, with the means that takes it in.
AGREED = {wallet.WAY: wallet.NAME, vouchers.WAY: vouchers.NAME}
#: What these paid goes back to them, whichever way the rest takes.
_ALWAYS_BACK = ("bonus", vouchers.NAME)
_PAID = (PaymentState.AUTHORISED, PaymentState.CONFIRMED, PaymentState.CAPTURED)
_TO_SEND = (RefundState.DUE, RefundState.CAME_BACK)


def send_due(*, now: datetime) -> int:
    """Send every refund whose way is known, those due first; ask for a way where none is.

    Returns:
        How many were sent or asked about.
    """
    rows = Refund.objects.filter(state__in=_TO_SEND).order_by("due_on", "id")
    ids = list(rows.values_list("id", flat=True)[:AT_A_TIME])
    for refund_id in ids:
        try:
            send(refund_id, now=now)
        # Whatever keeps one from going does not keep the others; its day escalates it.
        except Exception:
            logger.exception("The refund %s cannot be sent", refund_id)
    return len(ids)


def send(refund_id: UUID, *, now: datetime) -> None:
    """Send one refund, if its way is known; one that is under way stays as it is.

    Raises:
        UnknownRefund: there is none.
    """
    with transaction.atomic():
        row = _locked(refund_id)
        if row.state not in _TO_SEND or organisers.left_to_organiser(row, zoned(now)):
            return
        payouts = _sent(row, zoned(now))
    carry_out(payouts, now=now)


def carry_out(payouts: Sequence[Payout], *, now: datetime) -> None:
    """Tell the providers of payouts that are under way; asked twice, they pay once."""
    for payout in payouts:
        if payout.payment_id is None or not means.is_outside(payout.means):
            continue  # a person carries it out, or it is there already
        amount = Money(payout.amount, payout.refund.currency)
        try:
            reply = means.provider(payout.means).give_back(payout.payment_id, payout.id, amount)
        except NoReply:
            continue  # asked again by `follow`
        if reply.answer in (Answer.DECLINED, Answer.UNKNOWN):
            came_back(payout.id, now=now)
        else:
            arrived(payout.id, now=now)


def follow(*, now: datetime) -> int:
    """Ask again about payouts whose process died, or whose provider did not answer."""
    rows = Payout.objects.filter(
        state=PayoutState.STARTED, payment__isnull=False, means__in=means.outside()
    )
    open_ = list(rows.select_related("refund").order_by("started_at")[:AT_A_TIME])
    for one in open_:
        try:
            carry_out([one], now=now)
        except Exception:  # as above
            logger.exception("The payout %s cannot be followed", one.id)
    return len(open_)


def arrived(payout_id: UUID, *, now: datetime) -> None:
    """Note that a part of a refund is there; the refund is paid when all of it is.

    Raises:
        UnknownRefund: there is no such payout.
    """
    with transaction.atomic():
        payout = _payout(payout_id)
        if payout.state != PayoutState.STARTED:
            return
        row = _locked(payout.refund_id)  # two parts may arrive at once: the later one sees both
        payout.state, payout.ended_at = PayoutState.ARRIVED, zoned(now)
        payout.save(update_fields=["state", "ended_at"])
        _settle(row, zoned(now))


def came_back(payout_id: UUID, *, now: datetime) -> None:
    """Owe a part of a refund again that did not go through, and ask the buyer (TR-100).

    A bank may give back days later what it said was there; what lies inside is there for good.

    Raises:
        UnknownRefund: there is no such payout.
    """
    with transaction.atomic():
        payout = _payout(payout_id)
        if payout.state == PayoutState.FAILED or _is_there(payout):
            return
        row = _locked(payout.refund_id)
        payout.state, payout.ended_at = PayoutState.FAILED, zoned(now)
        payout.save(update_fields=["state", "ended_at"])
        row.account_closed, row.state, row.means = True, RefundState.CAME_BACK, ""
        row.bank_details, row.paid_at = "", None
        through = [[_account(payout.means, row.currency), payout.amount]]
        _decide(row, through, zoned(now), came_back=True)
        row.state = RefundState.AWAITING_CHOICE
        row.save()


def choose(refund_id: UUID, bank_details: str, *, now: datetime) -> None:
    """Take the buyer's word where their money shall go, and send it.

    Raises:
        UnknownRefund: there is none.
        CannotPayOut: it is under way already, or nothing was said.
    """
    said = bank_details.strip()
    with transaction.atomic():
        row = _locked(refund_id)
        if row.state != RefundState.AWAITING_CHOICE or not said:
            raise CannotPayOut(state=row.state, expected="bank details for money that waits")
        row.bank_details, row.state = said, RefundState.DUE
        row.save(update_fields=["bank_details", "state"])
    send(refund_id, now=now)


def consent(refund_id: UUID, way: str, *, now: datetime) -> None:
    """Take the buyer's consent to their balance or a voucher instead, and send the refund there.

    Args:
        refund_id: of a refund that is not under way.
        way: "balance" or "voucher".
        now: zoned.

    Raises:
        UnknownRefund: there is none.
        CannotPayOut: it is under way already, or there is no such way.
    """
    with transaction.atomic():
        row = _locked(refund_id)
        if way not in AGREED or row.state not in (*_TO_SEND, RefundState.AWAITING_CHOICE):
            raise CannotPayOut(state=row.state, expected=", ".join(AGREED))
        row.consented_to, row.state = way, RefundState.DUE
        row.save(update_fields=["consented_to", "state"])
    send(refund_id, now=now)


class _Share(NamedTuple):
    """A part of a refund: back to a payment, or through a means by itself."""

    payment: Payment | None
    means: str
    amount: int
    account_id: int


def _sent(row: Refund, now: datetime) -> list[Payout]:
    """Decide the way, and move the money if there is one."""
    way = _way(row)
    waits = way.startswith("awaiting")
    parts = [(uuid7(), one) for one in _shares(row, way, now)]
    if not parts:  # all of it is under way, or there
        row.state = RefundState.SENT
        row.save(update_fields=["state"])
        _settle(row, now)
        return []
    for payout_id, one in [] if waits else parts:
        if one.payment is not None and not means.is_outside(one.means):
            # Before the Decision, as at the sale: the same locks in the same order.
            amount = Money(one.amount, row.currency)
            means.inside(one.means).give_back(one.payment.id, payout_id, amount)
    decision, _ = _decide(row, [[one.account_id, one.amount] for _, one in parts], now)
    if waits:
        row.state, row.means = RefundState.AWAITING_CHOICE, ""
        row.save()
        return []
    payouts = [
        Payout(
            id=payout_id,
            refund=row,
            payment=one.payment,
            means=one.means,
            amount=one.amount,
            decision_id=decision.id,
            started_at=now,
        )
        for payout_id, one in parts
    ]
    Payout.objects.bulk_create(payouts)
    row.state, row.sent_at, row.means = RefundState.SENT, now, payouts[0].means
    row.save()
    for payout in payouts:
        if _is_there(payout):
            arrived(payout.id, now=now)
    return payouts


def _is_there(payout: Payout) -> bool:
    """Tell whether a payout has arrived with its Decision: nobody outside carries it."""
    if payout.payment_id is None:
        return payout.means in AGREED.values()
    return not means.is_outside(payout.means)


def _shares(row: Refund, way: str, now: datetime) -> list[_Share]:
    """Say through what a refund goes: back to its payments as the terms share it, or otherwise."""
    open_ = row.amount - _amount(row.payouts.exclude(state=PayoutState.FAILED))
    payments = list(row.order.payments.filter(state__in=_PAID).order_by("started_at", "id"))
    corrected = _corrected(row)
    paid = [
        sharing.Paid(
            one.means,
            one.amount - corrected.get(one.id, 0),
            _amount(one.payouts.exclude(state=PayoutState.FAILED)),
        )
        for one in payments
    ]
    zone = row.order.performance.hall.venue.time_zone
    ordered_on = row.order.ordered_at.astimezone(ZoneInfo(zone)).date()
    amounts = sharing.shared(paid, open_, unit=row.currency, ordered_on=ordered_on)
    back = [
        _Share(one, one.means, part, _account_of(one, row))
        for one, part in zip(payments, amounts, strict=True)
        if part and (way not in {*BY_HAND, *AGREED} or one.means in _ALWAYS_BACK)
    ]
    rest = open_ - sum(one.amount for one in back)
    return [*([_elsewhere(row, way, rest, now)] if rest else []), *back]


def _corrected(row: Refund) -> dict[UUID, int]:
    """Return by payment what went back before because the price was corrected."""
    found = PriceCorrection.objects.filter(order=row.order).exclude(state=PayoutState.FAILED)
    sums = found.values("payment_id").annotate(sum=Sum("amount"))
    return dict(sums.values_list("payment_id", "sum"))


def _elsewhere(row: Refund, way: str, amount: int, now: datetime) -> _Share:
    """Return the part of a refund that goes by another way than it came."""
    name = BY_HAND.get(way) or AGREED.get(way) or "transfer"
    unit, party_id = row.currency, row.order.party_id
    if name == wallet.NAME:
        return _Share(None, name, amount, accounts.wallet(party_id, unit))
    if name == vouchers.NAME:
        told = {"performance": selling.title_of(row.order.performance.titles)}
        made = vouchers.issue(party_id, Money(amount, unit), now=now, told=told)
        return _Share(None, name, amount, made.account_id)
    return _Share(None, name, amount, _account(name, unit))


def _account_of(payment: Payment, row: Refund) -> int:
    """Return the account that a payment's share goes back to."""
    own = means.returns_to(payment, row.order.party_id)
    return own or _account(payment.means, row.currency)


def _decide(
    row: Refund, through: list[list[int]], now: datetime, *, came_back: bool = False
) -> tuple[Decision, str]:
    order = row.order
    row.attempts += 1
    given = _facts(row)
    asked = Event(
        key=f"tickets/payout/{row.id}/{row.attempts}",
        pack=order.refund_pack,
        edition=order.refund_edition,
        questions=(facts.PAYOUT_WAY,),
        facts=asking.facts(order.refund_pack, facts.PAYOUT_WAY, given),
        event_at=row.decided_at,
        plan=plans.PAYOUT_PLAN,
        context={
            "owed": accounts.owed_to_buyers(row.currency),
            "through": through,
            "came_back": came_back,
            "performance": selling.title_of(order.performance.titles),
            "tell": _told(row),
        },
        party_id=order.party_id,
    )
    (answer,) = decisions.decide_many([asked], now=now)
    decision = booking.agreed(order, answer)
    return decision, str((decision.outcome or {})["way"])


def _told(row: Refund) -> dict[str, Any]:
    return {
        "code": row.order.code,
        "performance": selling.title_of(row.order.performance.titles),
        "amount": {"minor": row.amount, "unit": row.currency},
        "day": row.due_on.isoformat(),
    }


def _way(row: Refund) -> str:
    """Return the way that the terms would name now."""
    pack, kept = row.order.refund_pack, row.order.refund_edition
    return str(asking.decide(pack, facts.PAYOUT_WAY, _facts(row), kept=kept).outcome["way"])


def _facts(row: Refund) -> dict[str, Any]:
    order, ticket = row.order, row.ticket
    application = row.application
    details = row.bank_details or (application.bank_details if application else "")
    return {
        "operator": order.operator_id,
        "requested_at": row.decided_at,
        "venue_time_zone": order.performance.hall.venue.time_zone,
        "carrier": ticket.carrier,
        "delivery_stage": reading.stage_of(ticket, returned_at=row.decided_at),
        "paid_by": reading.paid_by([order.id]).get(order.id, "card"),
        "account_closed": row.account_closed,
        "bank_details_given": bool(details),
        "originals_surrendered": ticket.surrendered_at is not None,
        "consented_to": row.consented_to or "none",
    }


def _settle(row: Refund, now: datetime) -> None:
    if _amount(row.payouts.filter(state=PayoutState.ARRIVED)) == row.amount:
        row.state, row.paid_at = RefundState.PAID, now
        row.save(update_fields=["state", "paid_at"])


def _amount(payouts: QuerySet[Payout]) -> int:
    return int(payouts.aggregate(Sum("amount"))["amount__sum"] or 0)


def _account(name: str, unit: str) -> int:
    return accounts.of_means([name], unit)[name]


def _payout(payout_id: UUID) -> Payout:
    found = Payout.objects.select_for_update(of=("self",)).select_related("refund")
    row = found.filter(id=payout_id).first()
    if row is None:
        raise UnknownRefund(refund=str(payout_id))
    return row


def _locked(refund_id: UUID) -> Refund:
    rows = Refund.objects.select_for_update(of=("self",)).select_related(
        "order__performance__hall__venue", "ticket", "application"
    )
    row = rows.filter(id=refund_id).first()
    if row is None:
        raise UnknownRefund(refund=str(refund_id))
    return row
