"""A process dies, a provider falls silent or speaks twice: who paid has tickets (TR-152)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from oferta.core.ledger import queries as ledger
from oferta.services.tickets import paying, queries, reserving, sandbox, selling
from oferta.services.tickets.errors import (
    BadPayment,
    OrderClosed,
    PaymentDeclined,
    PaymentUnclear,
    SaleRefused,
)
from oferta.services.tickets.models import Payment, SandboxCharge, Ticket
from oferta.services.tickets.types import OrderStatus, Pay, PaymentState
from ticket_world import NOW, a_show, bought, reserved

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=1)


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


def _killed(*_: object, **__: object) -> None:
    raise Killed


def _dies_paying(monkeypatch: pytest.MonkeyPatch, order_id: UUID, where: object, name: str) -> None:
    """Pay in a process that dies where it calls `name`."""
    with monkeypatch.context() as patched:
        patched.setattr(where, name, _killed)
        with pytest.raises(Killed):
            paying.pay(order_id, [Pay(means="card")], now=NOW)


def test_a_crash_between_payment_and_confirmation_ends_in_tickets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TR-152: who paid has tickets, though everything hung."""
    order = reserved(a_show(general=1))
    _dies_paying(monkeypatch, order.id, selling, "sell")
    assert SandboxCharge.objects.get().state == "authorised"
    assert not Ticket.objects.exists()
    assert paying.settle(now=NOW) == 0  # it may still be under way
    assert paying.settle(now=SOON) == 1
    assert queries.order(order.id).status is OrderStatus.PAID
    assert SandboxCharge.objects.get().state == "captured"
    assert paying.settle(now=SOON + timedelta(minutes=2)) == 0


def test_a_crash_before_the_money_is_taken_takes_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    order = reserved(a_show(general=1))
    _dies_paying(monkeypatch, order.id, sandbox.Sandbox, "capture")
    assert queries.order(order.id).status is OrderStatus.PAID
    assert Payment.objects.get().state == PaymentState.CONFIRMED
    assert paying.settle(now=SOON) == 1
    assert Payment.objects.get().state == PaymentState.CAPTURED
    assert SandboxCharge.objects.get().state == "captured"


def test_an_answer_that_is_lost_on_the_way_is_asked_for_again() -> None:
    order = reserved(a_show(general=1))
    with pytest.raises(PaymentUnclear):
        paying.pay(order.id, [Pay(means="card", instrument=sandbox.TIMEOUT)], now=NOW)
    again = paying.pay(order.id, [Pay(means="card")], now=NOW)
    assert again.status is OrderStatus.PAID
    assert SandboxCharge.objects.count() == 1  # nobody was charged twice
    assert ledger.account("tickets/means/card/RUB").balance == -order.total.minor


def test_a_charge_that_never_arrived_is_given_up_after_a_while_and_another_card_pays() -> None:
    order = reserved(a_show(general=1))
    with pytest.raises(PaymentUnclear):
        paying.pay(order.id, [Pay(means="card", instrument=sandbox.LOST)], now=NOW)
    with pytest.raises(PaymentUnclear):
        paying.pay(order.id, [Pay(means="card")], now=SOON)
    late = NOW + paying.GRACE + timedelta(seconds=1)
    with pytest.raises(PaymentDeclined):
        paying.pay(order.id, [Pay(means="card")], now=late)
    assert paying.pay(order.id, [Pay(means="card")], now=late).status is OrderStatus.PAID


def test_money_set_aside_for_places_that_are_gone_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show = a_show(general=1)
    slow = reserved(show)
    _dies_paying(monkeypatch, slow.id, selling, "sell")
    much_later = NOW + timedelta(minutes=30)
    reserving.lapse(now=much_later)
    quick = bought(show, now=much_later)
    paying.settle(now=much_later)
    assert queries.order(quick.id).status is OrderStatus.PAID
    assert queries.order(slow.id).status is OrderStatus.LAPSED
    assert Payment.objects.get(order_id=slow.id).state == PaymentState.VOIDED
    charge = SandboxCharge.objects.get(payment_id=Payment.objects.get(order_id=slow.id).id)
    assert charge.state == "voided"


def test_a_provider_may_call_twice_and_its_call_is_not_believed() -> None:
    order = reserved(a_show(general=1))
    with pytest.raises(PaymentUnclear):
        paying.pay(order.id, [Pay(means="card", instrument=sandbox.TIMEOUT)], now=NOW)
    payment = Payment.objects.get()
    for _ in range(2):
        paying.hear("card", "call-1", payment.id, now=NOW)
    assert queries.order(order.id).status is OrderStatus.PAID
    assert Ticket.objects.count() == 1
    with pytest.raises(BadPayment):
        paying.hear("card", "call-2", uuid4(), now=NOW)


def test_a_forged_call_about_a_charge_that_was_not_made_confirms_nothing() -> None:
    order = reserved(a_show(general=1))
    with pytest.raises(PaymentUnclear):
        paying.pay(order.id, [Pay(means="card", instrument=sandbox.LOST)], now=NOW)
    with pytest.raises(PaymentUnclear):
        paying.hear("card", "forged", Payment.objects.get().id, now=NOW)
    assert not Ticket.objects.exists()


def test_what_the_ledger_refuses_is_not_sold_and_not_charged() -> None:
    from oferta.core.ledger import actions

    order = reserved(a_show(general=1))
    face = queries.performance(order.performance_id).face_account_id
    assert face is not None
    actions.close_account(face)
    with pytest.raises(SaleRefused):
        paying.pay(order.id, [Pay(means="card")], now=NOW)
    assert queries.order(order.id).status is OrderStatus.RESERVED
    assert SandboxCharge.objects.get().state == "voided"
    assert not Ticket.objects.exists()


def test_a_reservation_let_go_by_its_buyer_is_not_paid() -> None:
    order = reserved(a_show(general=1))
    reserving.abandon(order.id)
    reserving.abandon(order.id)
    with pytest.raises(OrderClosed):
        paying.pay(order.id, [Pay(means="card")], now=NOW)
    assert not Payment.objects.exists()
