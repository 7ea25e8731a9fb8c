"""The box office: sold over the counter, printed, taken in, cash given back, and a shift."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from oferta.core.ledger import queries as ledger
from oferta.core.parties import actions as parties
from oferta.core.parties import queries as actors
from oferta.core.parties.types import Actor, Role
from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.services.tickets import till
from oferta.services.tickets.errors import BadPayment, SoldOut, UnknownOrder
from oferta.services.tickets.models import Order, Payout, Refund, Ticket
from oferta.services.tickets.refunding import applying, paying_out
from oferta.services.tickets.refunding.errors import CannotPayOut, UnknownRefund
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import (
    Carrier,
    Delivery,
    OrderBrief,
    OrderStatus,
    RefundState,
    SaleChannel,
)
from signing_in import sign_in_staff
from ticket_world import NOMINAL, NOW, Show, a_basket, a_show, bought, tickets_of

pytestmark = pytest.mark.django_db


def _a_cashier() -> Actor:
    made = parties.appoint_staff("till", password=None, name="Till", roles=[Role.CASHIER])
    return actors.actor(made.id)


def _sold(show: Show, cashier: Actor, by: str = "cash") -> OrderBrief:
    basket = a_basket(
        show, channel=SaleChannel.BOX_OFFICE, carrier=Carrier.PAPER, delivery=Delivery.PICKUP
    )
    return till.sell(basket, by, cashier_id=cashier.id, now=NOW)


def test_a_shift_says_what_was_taken_and_given_back() -> None:
    """TR-70, TR-97, TR-98: bought with a card, the form handed in, cash over the counter."""
    cashier, show = _a_cashier(), a_show(general=3)
    _sold(show, cashier)
    order = _sold(show, cashier, by="card")
    (ticket_id,) = tickets_of([order])
    applying.apply(
        Filing(id=uuid7(), order_id=order.id, tickets=(ticket_id,), reason="own_wish"), now=NOW
    )
    paying_out.send_due(now=NOW)
    row = Order.objects.get(id=order.id)
    assert (Refund.objects.get().state, till.cash_due(row)) == (RefundState.AWAITING_CHOICE, [])
    till.take_in(ticket_id, cashier=cashier, now=NOW)
    (payout,) = till.cash_due(row)
    for _ in range(2):  # said twice, it is handed out once
        till.hand_out(payout.id, cashier=cashier, now=NOW)
    assert Refund.objects.get().state == RefundState.PAID
    assert Payout.objects.get().staff_id == cashier.id
    shift = till.shift(cashier.id, now=NOW + timedelta(hours=1))
    takings = {one.means: one.amount.minor for one in shift.takings}
    assert takings == {"cash": NOMINAL, "card": NOMINAL}
    assert [one.minor for one in shift.given_back] == [NOMINAL]
    assert ([one.minor for one in shift.till], shift.tickets) == ([0], 2)
    assert ledger.account("tickets/means/cash/RUB").balance == 0
    assert till.shift(cashier.id, now=NOW + timedelta(days=2)).takings == []


def test_the_counter_refuses_what_it_cannot_do() -> None:
    cashier, show = _a_cashier(), a_show(general=1)
    with pytest.raises(BadPayment):
        _sold(show, cashier, by="wallet")
    with pytest.raises(BadPayment):
        till.sell(a_basket(show), "cash", cashier_id=cashier.id, now=NOW)
    order = bought(show)
    with pytest.raises(SoldOut):
        _sold(show, cashier)
    with pytest.raises(UnknownOrder):
        till.order_called("NONE")
    with pytest.raises(UnknownRefund):
        till.hand_out(uuid7(), cashier=cashier, now=NOW)
    with pytest.raises(CannotPayOut):
        till.take_in(tickets_of([order])[0], cashier=cashier, now=NOW)
    assert till.order_called(f" {order.code.lower()} ").id == order.id


def test_a_cashier_sells_finds_prints_and_takes_a_form_in_on_the_pages(client: Client) -> None:
    """TR-70 to TR-72: at the counter, found there again by the code."""
    show = a_show(general=3, starts_at=clock.now() + timedelta(days=20))
    assert show.general is not None
    sign_in_staff(client, _a_cashier().id)
    page = reverse("tickets:counter_sale", args=[show.id])
    assert client.get(page).status_code == 200
    form = {
        "order": str(uuid7()),
        f"count-{show.general.id}": "1",
        "name": "B. Buyer",
        "contact": "+77010000000",
        "carrier": "paper",
        "means": "cash",
    }
    assert client.post(page, form | {f"count-{show.general.id}": "0"}).status_code == 422
    bare = client.post(page, {**form, "contact": " ", "means": ""}).content.decode()
    assert all(one in bare for one in ('id="contact-error"', 'id="means-error"', "B. Buyer"))
    assert 'id="name-error"' not in bare
    sold = client.post(page, form)
    order = Order.objects.get(status=OrderStatus.PAID)
    assert sold["Location"] == reverse("tickets:counter_order", args=[order.id])
    assert client.post(page, form)["Location"] == sold["Location"]
    assert Ticket.objects.count() == 1
    found = client.get(reverse("tickets:counter"), {"code": order.code})
    assert found["Location"] == sold["Location"]
    assert client.get(reverse("tickets:counter"), {"code": "NONE"}).status_code == 404
    ticket = Ticket.objects.get()
    printed = client.get(reverse("tickets:form", args=[ticket.id]))
    assert printed.content.startswith(b"%PDF")
    client.post(reverse("tickets:take_in", args=[ticket.id]))
    assert "chip info" in client.get(sold["Location"]).content.decode()
    assert client.get(reverse("tickets:shift")).context["shift"].tickets == 1
