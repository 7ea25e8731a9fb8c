"""Refunds when several things happen at once, and when one of them goes wrong."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import means, paying
from oferta.services.tickets.means import Answer, Reply
from oferta.services.tickets.models import Application, Order, Payout, Refund
from oferta.services.tickets.refunding import applying, paying_out
from oferta.services.tickets.refunding.errors import RefundRefused
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import OrderBrief, Pay, PayoutState, RefundState, Wanted
from ticket_world import NOW, a_buyer, a_show, reserved, tickets_of, together


def _bought(count: int = 1) -> OrderBrief:
    show = a_show(general=count)
    assert show.general is not None
    wanted = Wanted(category_id=show.general.id, count=count)
    order = reserved(show, wanted, buyer=a_buyer())
    return paying.pay(order.id, [Pay(means="card")], now=NOW)


def _file(order: OrderBrief, *, reason: str = "own_wish") -> Filing:
    return Filing(id=uuid7(), order_id=order.id, tickets=tickets_of([order])[:1], reason=reason)


def _in_two_parts(refund: Refund) -> list[Payout]:
    """Have a refund on its way in two parts."""
    payment = refund.order.payments.get()
    parts = [
        Payout(
            id=uuid7(),
            refund=refund,
            payment=payment,
            means="card",
            amount=amount,
            decision_id=refund.decision_id,
            started_at=NOW,
        )
        for amount in (30_000, refund.amount - 30_000)
    ]
    Refund.objects.filter(id=refund.id).update(state=RefundState.SENT)
    return Payout.objects.bulk_create(parts)


@pytest.mark.usefixtures("fresh_db")
def test_two_parts_that_arrive_at_once_make_the_refund_paid() -> None:
    applying.apply(_file(_bought()), now=NOW)
    refund = Refund.objects.get()
    parts = _in_two_parts(refund)
    together([lambda one=one: paying_out.arrived(one.id, now=NOW) for one in parts])
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID


@pytest.mark.usefixtures("fresh_db")
def test_whoever_waits_for_an_order_does_not_hold_its_request() -> None:
    # A cancellation takes the order, then its requests: the other way round both would wait.
    made = applying.apply(_file(_bought(), reason="other"), now=NOW)

    def look() -> None:
        with transaction.atomic():
            applying.locked(made.id)
        connection.close()

    other = threading.Thread(target=look)
    with transaction.atomic():
        Order.objects.select_for_update().get()
        other.start()
        other.join(0.5)
        assert other.is_alive()
        assert Application.objects.select_for_update(nowait=True).get().id == made.id
    other.join(10)
    assert not other.is_alive()


@pytest.mark.django_db
def test_what_is_on_its_way_is_not_sent_again_when_another_part_came_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    applying.apply(_file(_bought()), now=NOW)
    refund = Refund.objects.get()
    first, second = _in_two_parts(refund)
    paying_out.came_back(first.id, now=NOW)
    monkeypatch.setattr(means, "provider", lambda _: None)
    paying_out.choose(refund.id, "KZ00 0000 0000", now=NOW)
    by_hand = Payout.objects.get(means="transfer")
    assert by_hand.amount == first.amount
    assert second.amount + by_hand.amount == refund.amount


@pytest.mark.django_db
def test_a_refund_that_cannot_be_sent_does_not_keep_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = _bought(2)
    for ticket in tickets_of([order]):
        applying.apply(
            Filing(id=uuid7(), order_id=order.id, tickets=(ticket,), reason="own_wish"), now=NOW
        )
    stuck = Refund.objects.order_by("due_on", "id")[0]
    send = paying_out.send

    def refuse(refund_id: object, **rest: object) -> None:
        if refund_id == stuck.id:
            raise RefundRefused(order=order.code, reason="floor")
        send(refund_id, **rest)

    monkeypatch.setattr(paying_out, "send", refuse)
    assert paying_out.send_due(now=NOW) == 2
    assert Refund.objects.filter(state=RefundState.PAID).count() == 1


@pytest.mark.django_db
def test_what_a_person_carries_out_does_not_stand_before_what_a_provider_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    applying.apply(_file(_bought()), now=NOW)
    refund = Refund.objects.get()
    by_hand, outside = _in_two_parts(refund)
    Payout.objects.filter(id=by_hand.id).update(
        payment=None, means="transfer", started_at=NOW - timedelta(days=1)
    )
    monkeypatch.setattr(paying_out, "AT_A_TIME", 1)
    asked: list[Money] = []

    class Card:
        def give_back(self, *args: object) -> Reply:
            asked.append(args[-1])  # type: ignore[arg-type]
            return Reply(answer=Answer.VOIDED)

    monkeypatch.setattr(means, "provider", lambda _: Card())
    assert paying_out.follow(now=NOW) == 1
    assert [one.minor for one in asked] == [outside.amount]
    assert Payout.objects.get(id=by_hand.id).state == PayoutState.STARTED
