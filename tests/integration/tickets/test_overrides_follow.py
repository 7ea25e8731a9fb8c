"""Another Decision of a refund or a sale: ticket, refund, request and money follow, or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as ledger
from oferta.kernel.ids import uuid7
from oferta.services.tickets.errors import SaleRefused
from oferta.services.tickets.models import (
    Order,
    OrderLine,
    Place,
    PriceCategory,
    PriceCorrection,
    Refund,
    SandboxCharge,
    Ticket,
)
from oferta.services.tickets.refunding import (
    applying,
    cancelling,
    claims,
    coming,
    correcting,
    paying_out,
)
from oferta.services.tickets.refunding.errors import RefundRefused
from oferta.services.tickets.refunding.types import ApplicationBrief, Filing
from oferta.services.tickets.types import ApplicationState, OrderBrief, RefundState, Wanted
from overriding import overridden, refund_of
from ticket_world import NOW, Show, a_buyer, a_show, bought, tickets_of

pytestmark = pytest.mark.django_db
#: Kassir.ru, 30 days before: all of it; 4 days before: 30%; the day before: nothing.
EARLY, LATE, TOO_LATE = (NOW + timedelta(days=days) for days in (1, 26, 29))


@pytest.fixture
def show() -> Show:
    return a_show(rows=1, per_row=2)


@pytest.fixture
def order(show: Show) -> OrderBrief:
    return bought(show, buyer=a_buyer())


def asked(order: OrderBrief, at: datetime) -> ApplicationBrief:
    tickets = tuple(tickets_of([order]))
    filing = Filing(id=uuid7(), order_id=order.id, tickets=tickets, reason="own_wish")
    return applying.apply(filing, now=at)


def owed() -> int:
    return ledger.account("tickets/owed/RUB").balance


def test_a_granted_refund_raised_before_it_is_sent_is_one_refund_of_the_new_sum(
    order: OrderBrief,
) -> None:
    made = asked(order, LATE)
    new = overridden(made.decisions[0], LATE, refund_of(100))
    row = Refund.objects.get()
    assert (row.amount, row.decision_id, owed()) == (100_000, new.id, 100_000)
    paying_out.send_due(now=LATE)
    row.refresh_from_db()
    assert (row.state, owed(), SandboxCharge.objects.get().refunded) == ("paid", 0, 100_000)
    assert ledger.verify().findings == ()


def test_raised_after_it_arrived_only_the_rest_is_sent(order: OrderBrief) -> None:
    made = asked(order, LATE)
    paying_out.send_due(now=LATE)
    overridden(made.decisions[0], LATE, refund_of(50))
    row = Refund.objects.get()
    assert (row.state, row.amount, owed()) == (RefundState.DUE, 50_000, 20_000)
    paying_out.send_due(now=LATE)
    row.refresh_from_db()
    assert (row.state, owed(), SandboxCharge.objects.get().refunded) == ("paid", 0, 50_000)


def test_what_has_left_cannot_be_lowered_and_the_override_is_undone_whole(
    show: Show, order: OrderBrief
) -> None:
    made = asked(order, LATE)
    paying_out.send_due(now=LATE)
    asked(bought(show, buyer=a_buyer()), LATE)  # what is owed to others would cover it
    rows = Refund.objects.order_by("id").values_list("amount", "decision_id", "state")
    before = (owed(), list(rows))
    for percent in (0, 10):
        with pytest.raises(RefundRefused):
            overridden(made.decisions[0], LATE, refund_of(percent))
    assert before == (owed(), list(rows))
    assert decided.overridden_by(made.decisions[0]) is None  # type: ignore[arg-type]


def test_a_refused_request_that_is_granted_owes_money_and_voids_the_ticket(
    order: OrderBrief,
) -> None:
    made = asked(order, TOO_LATE)
    assert made.state is ApplicationState.REFUSED
    new = overridden(made.decisions[0], TOO_LATE, refund_of(50))
    row = Refund.objects.get()
    assert (row.amount, row.decision_id, row.application_id) == (50_000, new.id, made.id)
    assert Ticket.objects.get().status == "returned"
    assert claims.application(made.id).state is ApplicationState.GRANTED
    assert (owed(), PriceCategory.objects.get().sold) == (50_000, 0)


def test_a_request_of_which_one_ticket_was_granted_by_hand_is_answered_for_the_others(
    show: Show,
) -> None:
    assert show.seats is not None
    order = bought(show, Wanted(category_id=show.seats.id, count=2), buyer=a_buyer())
    tickets = tuple(tickets_of([order]))
    filing = Filing(id=uuid7(), order_id=order.id, tickets=tickets, reason="other")
    made = applying.apply(filing, now=EARLY)
    overridden(made.decisions[0], EARLY, refund_of(100))
    answered = coming.organiser_answers(made.id, "refused", now=EARLY)
    assert answered.state is ApplicationState.GRANTED
    statuses = dict(Ticket.objects.values_list("id", "status"))
    assert [statuses[one] for one in tickets] == ["returned", "valid"]
    assert owed() == 100_000


def test_a_granted_one_that_is_refused_makes_the_ticket_good_again_with_a_new_code(
    order: OrderBrief,
) -> None:
    made = asked(order, LATE)
    assert (Ticket.objects.get().status, Ticket.objects.get().generation) == ("returned", 2)
    overridden(made.decisions[0], LATE, refund_of(0))
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.generation, owed()) == ("valid", 3, 0)
    assert not Refund.objects.exists()
    assert claims.application(made.id).state is ApplicationState.REFUSED
    assert (PriceCategory.objects.get().sold, Place.objects.get(id=ticket.place_id).status) == (
        1,
        "sold",
    )


def test_it_is_not_made_good_where_somebody_else_sits(show: Show, order: OrderBrief) -> None:
    made = asked(order, LATE)
    for _ in range(2):  # both places of the hall
        bought(show, buyer=a_buyer(), now=LATE)
    with pytest.raises(RefundRefused):
        overridden(made.decisions[0], LATE, refund_of(0))
    assert Refund.objects.get().amount == 30_000


def test_of_a_cancelled_performance_a_refused_refund_brings_no_ticket_back(
    show: Show, order: OrderBrief
) -> None:
    cancelling.cancel(show.id, source="letter", now=EARLY)
    row = Refund.objects.get()
    overridden(row.decision_id, EARLY, refund_of(0))
    assert (Ticket.objects.get().status, Refund.objects.count(), owed()) == ("returned", 0, 0)
    assert order.total.minor == Order.objects.get().total


def test_a_cheaper_price_after_the_sale_goes_back_to_the_card_once(order: OrderBrief) -> None:
    line = OrderLine.objects.get()
    paid = line.price + line.service_fee
    new = overridden(line.decision_id, EARLY, {"price": "800 RUB", "service_fee": "0 RUB"})
    line.refresh_from_db()
    bought_order = Order.objects.get(id=order.id)
    assert (line.price, line.service_fee, line.decision_id) == (80_000, 0, new.id)
    assert (bought_order.face, bought_order.total) == (80_000, 80_000)
    assert PriceCorrection.objects.get().amount == paid - 80_000
    assert (correcting.send_corrections(now=EARLY), correcting.send_corrections(now=EARLY)) == (
        1,
        0,
    )
    assert SandboxCharge.objects.get().refunded == paid - 80_000
    assert ledger.account("tickets/means/card/RUB").balance == -80_000
    assert ledger.verify().findings == ()
    made = asked(order, EARLY)  # a refund is counted by what was paid in the end
    assert [one.amount.minor for one in made.refunds] == [80_000]
    paying_out.send_due(now=EARLY)
    assert SandboxCharge.objects.get().refunded == paid


def test_nobody_can_be_charged_more_after_the_sale(order: OrderBrief) -> None:
    line = OrderLine.objects.get()
    with pytest.raises(SaleRefused):
        overridden(line.decision_id, EARLY, {"price": "1200 RUB", "service_fee": "0 RUB"})
    assert Order.objects.get().total == order.total.minor
    assert not PriceCorrection.objects.exists()
