"""Staff put another Decision in the place of one about a sale or a refund: the rows follow.

The ledger followed already, in the same database transaction. What follows here is the refund that
is owed, the ticket that opens the door or does not, the order's price, and the money that goes back
to who paid too much. What cannot be undone any more, money that has left or a place that is
somebody else's, refuses the override whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Sum

from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import accounts, cash, means, places, quotas, reserving, rules
from oferta.services.tickets.errors import SaleRefused
from oferta.services.tickets.means import Answer, NoReply
from oferta.services.tickets.models import (
    Application,
    ApplicationTicket,
    Order,
    OrderLine,
    Payment,
    Place,
    PriceCorrection,
    Refund,
    Ticket,
)
from oferta.services.tickets.refunding import booking, claims, facts, reading
from oferta.services.tickets.refunding.errors import RefundRefused
from oferta.services.tickets.refunding.facts import Claim
from oferta.services.tickets.types import (
    PaymentState,
    PayoutState,
    PlaceStatus,
    RefundState,
    Stage,
    TicketStatus,
)

_TAKEN = (PaymentState.CONFIRMED, PaymentState.CAPTURED)


def refund_instead(old: Decision, new: Decision, *, now: datetime) -> None:
    """Let a refund, its ticket and its request follow another Decision, in its transaction.

    Raises:
        RefundRefused: more has left than it grants, or the place is somebody else's.
    """
    order = reserving.locked(UUID(str(new.context["order"])))
    # The place is locked first, as by who hands a ticket on.
    both = Ticket.objects.select_for_update(of=("place", "self")).select_related("place")
    ticket = both.get(id=UUID(str(new.context["ticket"])))
    row = Refund.objects.select_for_update().filter(ticket=ticket).first()
    if row is not None and row.decision_id != old.id:
        return  # an earlier answer: the refund rests on a later one
    gives = booking.total(new)
    if row is None:
        if gives:
            _grant(order, ticket, new, now)
    elif gives:
        _regrant(row, order, new, gives, now)
    else:
        _take_back(row, order, ticket)
    _answer(old, new, now)


def _grant(order: Order, ticket: Ticket, new: Decision, now: datetime) -> None:
    """Owe what was not owed before: the ticket is void, the place free to be sold."""
    sold = next((one for one in reading.sold_in(order.id) if one.ticket_id == ticket.id), None)
    if sold is None:
        raise RefundRefused(order=order.code, reason="given_back")
    named = ApplicationTicket.objects.filter(ticket=ticket, decision_id=new.overrides).first()
    claim = (
        claims.claim_of(named.application, now=now)
        if named
        else Claim(reason=facts.CANCELLED, requested_at=now, decided_at=now)
    )
    application = named.application if named else None
    booking.book([(sold, new)], order, claim, application=application, now=now)


def _regrant(row: Refund, order: Order, new: Decision, gives: int, now: datetime) -> None:
    """Owe another sum; what has left already is part of it."""
    gone = _sum(row, PayoutState.STARTED, PayoutState.ARRIVED)
    if gives < gone:
        raise RefundRefused(order=order.code, reason="already_sent")
    said: Mapping[str, Any] = new.outcome or {}
    row.decision_id, row.amount = new.id, gives
    row.ticket_money = int(said["ticket_money"] or 0)
    row.service_fee, row.delivery_fee = int(said["service_fee"] or 0), int(said["delivery"] or 0)
    if _sum(row, PayoutState.ARRIVED) == gives:
        row.state, row.paid_at = RefundState.PAID, now
    elif gone == gives:  # what is under way is all of it
        row.state = RefundState.SENT
    elif row.state in (RefundState.PAID, RefundState.SENT):  # the rest is sent as everything is
        row.state, row.paid_at = RefundState.DUE, None
    row.save()


def _take_back(row: Refund, order: Order, ticket: Ticket) -> None:
    """Owe nothing any more: the ticket is good again, if its place is still there."""
    if row.payouts.exists():
        raise RefundRefused(order=order.code, reason="already_sent")
    row.delete()
    if order.performance.stage == Stage.CANCELLED:
        return  # there is nothing that it could open
    place = Place.objects.select_for_update().get(id=ticket.place_id)
    theirs = place.order_id in (None, order.id)
    if not theirs or Ticket.objects.filter(place=place, status=TicketStatus.VALID).exists():
        raise RefundRefused(order=order.code, reason="place_sold")
    if place.order_id is None and quotas.take(Counter(ticket.line.quotas)) is not None:
        raise RefundRefused(order=order.code, reason="place_sold")
    place.status, place.order_id, place.hold_until = PlaceStatus.SOLD, order.id, None
    place.save(update_fields=["status", "order", "hold_until"])
    places.count_sold({place.category_id: 1})
    Ticket.objects.filter(id=ticket.id).update(
        status=TicketStatus.VALID, generation=F("generation") + 1
    )


def _answer(old: Decision, new: Decision, now: datetime) -> None:
    """Let the request say what its latest Decisions say together."""
    named = ApplicationTicket.objects.select_related("application").filter(decision_id=old.id)
    for one in named:
        one.decision_id = new.id
        one.save(update_fields=["decision_id"])
        row: Application = one.application
        made = [
            decided.decision(id_)
            for id_ in row.tickets.values_list("decision_id", flat=True)
            if id_ is not None
        ]
        row.state = booking.state_of(made)
        row.closed_at = (row.closed_at or now) if row.state in booking.ANSWERED else None
        row.save(update_fields=["state", "closed_at"])


def sale_instead(old: Decision, new: Decision, *, now: datetime) -> None:
    """Let an order's price follow another Decision, and give back what was paid too much.

    Raises:
        SaleRefused: it asks for more than was paid: nobody can be charged afterwards.
    """
    order = reserving.locked(UUID(str(new.context["order"])))
    line = OrderLine.objects.select_for_update().get(id=_line_of(old))
    before, after = price_of(old), price_of(new)
    if after > before:
        raise SaleRefused(order=order.code, reason="above_paid")
    said: Mapping[str, Any] = new.outcome or {}
    if new.question == rules.DELIVERY_FEE:
        line.delivery_fee = int(said["fee"] or 0)
    else:
        line.price, line.service_fee = int(said["price"] or 0), int(said["service_fee"] or 0)
        line.decision_id = new.id
    line.save()
    lines = order.lines.all()
    order.face = sum(one.price for one in lines)
    order.service_fee = sum(one.service_fee for one in lines)
    order.delivery_fee = sum(one.delivery_fee for one in lines)
    order.total = order.face + order.service_fee + order.delivery_fee
    order.save(update_fields=["face", "service_fee", "delivery_fee", "total"])
    PriceCorrection.objects.bulk_create(_corrections(order, new, before, after, now))


def send_corrections(*, now: datetime) -> int:
    """Tell the providers what they give back because of a corrected price; asked twice, once.

    Returns:
        How many have arrived.
    """
    rows = PriceCorrection.objects.filter(
        state=PayoutState.STARTED, by_hand=False, payment__means__in=means.outside()
    )
    done = 0
    for row in rows.select_related("payment", "order"):
        provider, amount = means.provider(row.payment.means), Money(row.amount, row.order.currency)
        try:
            reply = provider.give_back(row.payment_id, row.id, amount)
        except NoReply:
            continue  # asked again in a minute
        if reply.answer in (Answer.DECLINED, Answer.UNKNOWN):
            PriceCorrection.objects.filter(id=row.id).update(by_hand=True)
            continue  # it is still owed: a person transfers it
        done += 1
        PriceCorrection.objects.filter(id=row.id).update(state=PayoutState.ARRIVED, ended_at=now)
    return done


def _corrections(
    order: Order, new: Decision, before: int, after: int, now: datetime
) -> list[PriceCorrection]:
    """Say which payments give back how much: those that the new Decision takes less from."""
    shares: Sequence[Sequence[int]] = new.context["paid_from"]
    taken = [
        {account: sum(part for name, part in parts if name == account) for account, _ in shares}
        for (parts,) in (rules.allocated(shares, [total]) for total in (before, after))
    ]
    back = {account: taken[0][account] - taken[1][account] for account, _ in shares}
    made = []
    for payment in order.payments.filter(state__in=_TAKEN).order_by("started_at", "id"):
        account = _account_of(payment, order)
        amount = min(back.get(account, 0), payment.amount)
        if amount <= 0:
            continue
        back[account] -= amount
        row = PriceCorrection(
            id=uuid7(),
            order=order,
            payment=payment,
            amount=amount,
            decision_id=new.id,
            started_at=now,
        )
        if payment.means == cash.NAME:
            row.by_hand = True  # the buyer comes for it
        elif not means.is_outside(payment.means):
            inside = means.inside(payment.means)
            inside.give_back(payment.id, row.id, Money(amount, order.currency))
            row.state, row.ended_at = PayoutState.ARRIVED, now
        made.append(row)
    return made


def _account_of(payment: Payment, order: Order) -> int:
    own = means.account(payment, order.party_id)
    return own or accounts.of_means([payment.means], order.currency)[payment.means]


def _line_of(decision: Decision) -> UUID:
    """Return the line that was sold by a Decision, or by the first one in whose place it stands."""
    first = decision
    while first.overrides is not None:
        first = decided.decision(first.overrides)
    return UUID(first.key.rpartition("/")[2])


def price_of(decision: Decision) -> int:
    """Return what a Decision about a sale asked for: price and fee, or delivery; minor units."""
    said: Mapping[str, Any] = decision.outcome or {}
    names = ("fee",) if decision.question == rules.DELIVERY_FEE else ("price", "service_fee")
    return sum(int(said.get(name) or 0) for name in names)


def _sum(row: Refund, *states: PayoutState) -> int:
    found = row.payouts.filter(state__in=states).aggregate(Sum("amount"))
    return int(found["amount__sum"] or 0)
