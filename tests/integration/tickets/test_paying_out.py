"""Refunds on their way: back where they came from, by hand, or until the buyer has chosen."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from oferta.core.cases import queries as cases
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import means, paying
from oferta.services.tickets.means import Answer, NoReply, Reply
from oferta.services.tickets.models import Payout, Refund, SandboxCharge, Ticket
from oferta.services.tickets.refunding import applying, overdue, paying_out
from oferta.services.tickets.refunding.errors import CannotPayOut
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import (
    Carrier,
    Delivery,
    OrderBrief,
    Pay,
    PayoutState,
    RefundState,
    SaleChannel,
    Wanted,
)
from ticket_world import NOW, a_buyer, a_show, reserved, tickets_of

pytestmark = pytest.mark.django_db


def a_refund(*pays: Pay, tickets: int = 1, **rest: object) -> tuple[OrderBrief, Refund]:
    """Give back the first ticket of an order, ten days and more before: its whole price."""
    show = a_show(general=5)
    assert show.general is not None
    wanted = Wanted(category_id=show.general.id, count=tickets)
    order = reserved(show, wanted, buyer=a_buyer(), **rest)
    order = paying.pay(order.id, pays or [Pay(means="card")], now=NOW)
    first = tickets_of([order])[0]
    applying.apply(
        Filing(id=uuid7(), order_id=order.id, tickets=(first,), reason="own_wish"), now=NOW
    )
    return order, Refund.objects.get(ticket_id=first)


def kinds(order: OrderBrief) -> list[str]:
    assert order.party_id is not None
    return [one.kind for one in notices.inbox(order.party_id)]


def balances() -> tuple[int, int]:
    return (
        ledger.account("tickets/owed/RUB").balance,
        ledger.account("tickets/means/card/RUB").balance,
    )


class Broken:
    """A provider that cannot give back."""

    def __init__(self, reply: Reply | None) -> None:
        self.reply = reply

    def give_back(self, payment_id: UUID, refund_id: UUID, amount: Money) -> Reply:
        del payment_id, refund_id, amount
        if self.reply is None:
            raise NoReply
        return self.reply


def test_money_goes_back_to_the_card_that_paid() -> None:
    # TR-94, TR-99
    order, refund = a_refund()
    assert paying_out.send_due(now=NOW) == 1
    refund.refresh_from_db()
    assert (refund.state, refund.means) == (RefundState.PAID, "card")
    assert SandboxCharge.objects.get().refunded == 100_000
    assert balances() == (0, -(order.total.minor - 100_000))
    assert "tickets.refund_sent" in kinds(order)
    assert ledger.verify().findings == ()


def test_sent_twice_it_is_paid_once() -> None:
    a_refund()
    paying_out.send_due(now=NOW)
    assert paying_out.send_due(now=NOW) == 0
    assert paying_out.follow(now=NOW) == 0
    assert SandboxCharge.objects.get().refunded == 100_000


def test_a_refund_of_an_order_paid_by_two_means_goes_back_by_both() -> None:
    _, refund = a_refund(
        Pay(means="cash", amount=30_000), Pay(means="card"), channel=SaleChannel.BOX_OFFICE
    )
    # Cash cannot be sent back by itself: the terms ask for details of the buyer (TR-71).
    paying_out.send(refund.id, now=NOW)
    refund.refresh_from_db()
    assert refund.state == RefundState.AWAITING_CHOICE


def test_who_paid_in_cash_is_asked_and_then_paid_by_hand() -> None:
    # TR-71, TR-95
    order, refund = a_refund(Pay(means="cash"), channel=SaleChannel.BOX_OFFICE)
    paying_out.send_due(now=NOW)
    refund.refresh_from_db()
    assert refund.state == RefundState.AWAITING_CHOICE
    assert "tickets.payout_awaiting_details" in kinds(order)
    assert ledger.account("tickets/owed/RUB").balance == 100_000
    paying_out.choose(refund.id, "KZ00 0000 0000", now=NOW)
    refund.refresh_from_db()
    assert (refund.state, refund.means) == (RefundState.SENT, "transfer")
    assert ledger.account("tickets/owed/RUB").balance == 0
    paying_out.arrived(Payout.objects.get().id, now=NOW + timedelta(days=1))
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID


def test_a_paper_ticket_is_handed_in_before_it_is_paid_in_the_office() -> None:
    # TR-97, TR-98
    order, refund = a_refund(
        carrier=Carrier.PAPER, delivery=Delivery.PICKUP, channel=SaleChannel.BOX_OFFICE
    )
    paying_out.send_due(now=NOW)
    refund.refresh_from_db()
    assert refund.state == RefundState.AWAITING_CHOICE
    assert "tickets.payout_awaiting_originals" in kinds(order)
    Ticket.objects.filter(id=refund.ticket_id).update(surrendered_at=NOW)
    Refund.objects.update(state=RefundState.DUE)
    paying_out.send_due(now=NOW)
    refund.refresh_from_db()
    assert (refund.state, refund.means) == (RefundState.SENT, "cash")


def test_money_that_comes_back_is_owed_again_until_the_buyer_chooses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # TR-100
    order, refund = a_refund()
    owed_before = balances()
    monkeypatch.setattr(means, "provider", lambda _: Broken(Reply(answer=Answer.DECLINED)))
    paying_out.send_due(now=NOW)
    refund.refresh_from_db()
    assert refund.state == RefundState.AWAITING_CHOICE
    assert balances() == owed_before
    assert "tickets.refund_came_back" in kinds(order)
    paying_out.choose(refund.id, "KZ00 0000 0000", now=NOW)
    assert balances()[0] == 0
    assert set(Payout.objects.values_list("means", "state")) == {
        ("card", PayoutState.FAILED),
        ("transfer", PayoutState.STARTED),
    }
    assert ledger.verify().findings == ()


def test_a_provider_without_an_answer_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _, refund = a_refund()
    with monkeypatch.context() as broken:
        broken.setattr(means, "provider", lambda _: Broken(None))
        paying_out.send_due(now=NOW)
    refund.refresh_from_db()
    assert refund.state == RefundState.SENT
    assert paying_out.follow(now=NOW) == 1
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID
    assert SandboxCharge.objects.get().refunded == 100_000


def test_nothing_can_be_chosen_for_money_that_is_on_its_way() -> None:
    _, refund = a_refund()
    paying_out.send_due(now=NOW)
    with pytest.raises(CannotPayOut):
        paying_out.choose(refund.id, "KZ00", now=NOW)


def test_a_refund_past_its_day_goes_before_a_person_once() -> None:
    # TR-92, TR-121, TR-150
    _, refund = a_refund(Pay(means="cash"), channel=SaleChannel.BOX_OFFICE)
    later = NOW + timedelta(days=60)
    assert overdue.escalate(now=NOW) == 0
    assert overdue.escalate(now=later) == 1
    assert overdue.escalate(now=later) == 0
    assert cases.open_case_of(refund.decision_id)
    assert [one.id for one in overdue.refunds(later.date())] == [refund.id]
    refund.refresh_from_db()
    assert refund.owner == "kassir"


def test_a_request_without_an_answer_goes_before_a_person_once() -> None:
    show = a_show(general=1)
    order = paying.pay(reserved(show, buyer=a_buyer()).id, [Pay(means="card")], now=NOW)
    asked = Filing(
        id=uuid7(), order_id=order.id, tickets=tuple(tickets_of([order])), reason="other"
    )
    made = applying.apply(asked, now=NOW)
    assert overdue.escalate(now=NOW + timedelta(days=9)) == 0
    assert overdue.escalate(now=NOW + timedelta(days=12)) == 1
    assert made.decisions[0] is not None
    assert cases.open_case_of(made.decisions[0])
