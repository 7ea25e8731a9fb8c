"""From a basket to tickets: places held, terms asked, money booked, what the buyer is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from delivery_world import brought
from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.services.tickets import offering, paying, queries, reserving
from oferta.services.tickets.errors import (
    BadBasket,
    BadPayment,
    BadPromo,
    NotOnSale,
    OrderClosed,
    OrderReused,
    PaymentDeclined,
    PlaceTaken,
    QuotaExhausted,
    SoldOut,
)
from oferta.services.tickets.models import (
    OrderLine,
    Payment,
    Place,
    PriceCategory,
    Quota,
    Refund,
    Ticket,
)
from oferta.services.tickets.types import (
    Buyer,
    Carrier,
    Delivery,
    OrderStatus,
    Pay,
    PaymentState,
    PlaceStatus,
    SaleChannel,
    Wanted,
)
from ticket_world import NOW, a_basket, a_buyer, a_show, bought, reserved

pytestmark = pytest.mark.django_db


def test_a_paid_order_has_tickets_a_decision_each_and_balanced_money() -> None:
    """The order's parts stand apart in the book (TR-09), and each ticket names its clause."""
    show = a_show(rows=2)
    buyer = a_buyer()
    assert show.seats is not None
    assert buyer.party_id is not None
    order = bought(show, Wanted(category_id=show.seats.id, count=2), buyer=buyer)
    assert order.status is OrderStatus.PAID
    assert (order.face.minor, order.service_fee.minor) == (200_000, 16_000)
    assert Ticket.objects.filter(order_id=order.id, holder_id=buyer.party_id).count() == 2
    for line in OrderLine.objects.filter(order_id=order.id):
        assert line.decision_id is not None
        decision = decided.decision(line.decision_id)
        assert decision.decided_by == ("nominal-price",)
        assert decision.pack == "ticket-sale"
    performance = queries.performance(show.id)
    assert performance.face_account_id is not None
    assert ledger.account(performance.face_account_id).balance == 200_000
    assert ledger.account("tickets/operator/kassir/fees/RUB").balance == 16_000
    assert ledger.account("tickets/means/card/RUB").balance == -216_000
    (told,) = notices.inbox(buyer.party_id)
    assert told.kind == "tickets.bought"
    assert Payment.objects.get(order_id=order.id).state == PaymentState.CAPTURED


def test_the_buyer_sees_price_clause_and_refund_terms_before_paying_and_keeps_them() -> None:
    """TR-16: the edition of the day of the order; TR-04: two contracts, each with its terms."""
    show = a_show(general=3, operator="redkassa")
    order = reserved(show)
    (line,) = order.lines
    assert line.price.decided_by == ("nominal-price",)
    assert (line.price.price, line.price.service_fee) == (100_000, 9_500)
    assert (order.refund_terms.pack, order.refund_terms.edition) == ("ticket-refunds", "2024-03-22")
    assert order.refund_terms.digest
    tickets, service = queries.contracts_of(order.id)
    assert (tickets.counterparty, service.counterparty) == ("Philharmonia", "Redkassa LLC")
    assert service.terms.pack == "ticket-sale"


def test_chosen_seats_are_the_seats_that_are_sold() -> None:
    show = a_show(rows=1, per_row=4)
    assert show.seats is not None
    third = Place.objects.get(performance_id=show.id, seat__number="3")
    order = bought(show, Wanted(category_id=show.seats.id, places=(third.id,)))
    assert [one.number for one in order.lines] == ["3"]
    with pytest.raises(PlaceTaken) as taken:
        reserved(show, Wanted(category_id=show.seats.id, places=(third.id,)))
    assert taken.value.places == [third.id]


def test_who_asks_for_any_seat_gets_the_best_one_left() -> None:
    show = a_show(rows=2, per_row=3)
    orders = [reserved(show) for _ in range(2)]
    seats = [(one.row, one.number) for order in orders for one in order.lines]
    assert seats == [("1", "2"), ("1", "1")]


def test_nothing_is_sold_beyond_what_there_is() -> None:
    show = a_show(general=2)
    assert show.general is not None
    bought(show, Wanted(category_id=show.general.id, count=2))
    with pytest.raises(SoldOut):
        reserved(show)
    show.general.refresh_from_db()
    assert (show.general.sold, show.general.capacity) == (2, 2)


def test_the_table_refuses_a_second_valid_ticket_for_a_place() -> None:
    show = a_show(general=2)
    first, second = bought(show), bought(show)
    sold = Ticket.objects.get(order_id=first.id)
    with pytest.raises(IntegrityError, match="ticket_one_valid_a_place"), transaction.atomic():
        Ticket.objects.filter(order_id=second.id).update(place_id=sold.place_id)
    with pytest.raises(IntegrityError, match="category_not_oversold"), transaction.atomic():
        PriceCategory.objects.update(sold=3)


def test_a_hold_that_is_over_is_free_to_the_next_buyer_at_once() -> None:
    show = a_show(general=1, hold_minutes=10)
    slow = reserved(show)
    with pytest.raises(SoldOut):
        reserved(show, now=NOW + timedelta(minutes=9, seconds=59))
    quick = reserved(show, now=NOW + timedelta(minutes=10))
    with pytest.raises(OrderClosed):
        paying.pay(slow.id, [Pay(means="card")], now=NOW + timedelta(minutes=11))
    assert not Payment.objects.filter(order_id=slow.id).exists()
    paid = paying.pay(quick.id, [Pay(means="card")], now=NOW + timedelta(minutes=11))
    assert paid.status is OrderStatus.PAID


def test_a_hold_that_is_over_can_still_be_paid_while_nobody_else_wants_the_place() -> None:
    show = a_show(general=1, hold_minutes=10)
    order = reserved(show)
    late = NOW + timedelta(minutes=30)
    assert paying.pay(order.id, [Pay(means="card")], now=late).status is OrderStatus.PAID


def test_lapsed_and_abandoned_orders_give_back_places_and_quotas() -> None:
    show = a_show(general=3)
    offering.add_promo(
        show.id,
        "early",
        percent=25_0000,
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=1),
        uses=2,
    )
    first, second = reserved(show, promo="EARLY"), reserved(show, promo="early")
    assert first.total.minor == 75_000 + 6_000
    with pytest.raises(QuotaExhausted):
        reserved(show, promo="EARLY")
    reserving.abandon(first.id)
    assert Quota.objects.get().used == 1
    assert reserving.lapse(now=NOW + timedelta(minutes=15)) == 1
    assert Quota.objects.get().used == 0
    assert queries.order(second.id).status is OrderStatus.LAPSED
    assert Place.objects.filter(performance_id=show.id, status=PlaceStatus.FREE).count() == 3


def test_a_promo_is_free_again_when_the_reservation_that_used_it_is_over() -> None:
    show = a_show(general=3, hold_minutes=10)
    offering.add_promo(
        show.id,
        "ONCE",
        percent=10_0000,
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=1),
        uses=1,
    )
    reserved(show, promo="once")
    again = reserved(show, promo="once", now=NOW + timedelta(minutes=10))
    assert again.lines[0].price.decided_by == ("promo-price",)


@pytest.mark.parametrize(
    ("moment", "promo"),
    [(timedelta(days=-2), "EARLY"), (timedelta(days=1), "EARLY"), (timedelta(0), "LATE")],
)
def test_a_promo_code_holds_in_its_time_only(moment: timedelta, promo: str) -> None:
    show = a_show(general=1)
    offering.add_promo(
        show.id,
        "EARLY",
        percent=25_0000,
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=1),
    )
    with pytest.raises(BadPromo):
        reserved(show, promo=promo, now=NOW + moment)


def test_the_same_order_asked_again_is_the_same_order() -> None:
    show = a_show(general=5)
    basket = a_basket(show)
    first = reserving.reserve(basket, now=NOW)
    again = reserving.reserve(basket, now=NOW + timedelta(minutes=1))
    assert (first.id, first.code) == (again.id, again.code)
    assert Place.objects.filter(status=PlaceStatus.HELD).count() == 1
    with pytest.raises(OrderReused):
        reserving.reserve(a_basket(show, id=basket.id, channel=SaleChannel.APP), now=NOW)


def test_an_order_paid_twice_is_charged_once() -> None:
    show = a_show(general=2)
    order = bought(show)
    again = paying.pay(order.id, [Pay(means="card")], now=NOW)
    assert again.status is OrderStatus.PAID
    assert Payment.objects.filter(order_id=order.id).count() == 1


def test_a_declined_card_leaves_the_places_held_and_another_card_pays() -> None:
    show = a_show(general=1)
    order = reserved(show)
    with pytest.raises(PaymentDeclined) as declined:
        paying.pay(order.id, [Pay(means="card", instrument="decline")], now=NOW)
    assert declined.value.reason == "insufficient_funds"
    assert queries.order(order.id).status is OrderStatus.RESERVED
    paid = paying.pay(order.id, [Pay(means="card")], now=NOW)
    assert paid.status is OrderStatus.PAID
    states = Payment.objects.filter(order_id=order.id).values_list("state", flat=True)
    assert sorted(states) == [PaymentState.CAPTURED, PaymentState.DECLINED]


def test_several_means_pay_one_order_and_each_ticket_knows_from_what() -> None:
    show = a_show(general=2)
    assert show.general is not None
    order = reserved(
        show,
        Wanted(category_id=show.general.id, count=2),
        channel=SaleChannel.BOX_OFFICE,
        carrier=Carrier.PAPER,
        delivery=Delivery.PICKUP,
    )
    assert order.total.minor == 200_000
    paying.pay(order.id, [Pay(means="cash", amount=150_000), Pay(means="card")], now=NOW)
    assert ledger.account("tickets/means/cash/RUB").balance == -150_000
    assert ledger.account("tickets/means/card/RUB").balance == -50_000


def test_delivery_is_one_price_for_the_order_and_shared_by_its_tickets() -> None:
    show = a_show(general=3)
    assert show.general is not None
    order = bought(
        show,
        Wanted(category_id=show.general.id, count=3),
        **brought(show),
    )
    assert [one.delivery_fee for one in order.lines] == [11_667, 11_667, 11_666]
    assert ledger.account("tickets/operator/kassir/delivery/RUB").balance == 35_000
    assert order.total.minor == 300_000 + 24_000 + 35_000


@pytest.mark.parametrize(
    "pays",
    [
        [Pay(means="card", amount=1)],
        [Pay(means="card", amount=200_000)],
        [Pay(means="gold")],
        [Pay(means="card"), Pay(means="cash")],
        [],
    ],
)
def test_only_the_whole_total_by_known_means_is_taken(pays: list[Pay]) -> None:
    order = reserved(a_show(general=1))
    with pytest.raises(BadPayment):
        paying.pay(order.id, pays, now=NOW)
    assert not Payment.objects.exists()


def test_a_free_ticket_is_confirmed_without_a_payment() -> None:
    show = a_show(general=1)
    assert show.general is not None
    show.general.nominal = 0
    show.general.save()
    order = reserved(show)
    assert paying.pay(order.id, [], now=NOW).status is OrderStatus.PAID
    assert Ticket.objects.filter(order_id=order.id).count() == 1


def test_only_what_is_on_sale_is_sold_and_only_in_its_time() -> None:
    show = a_show(general=1, starts_at=NOW + timedelta(hours=1))
    with pytest.raises(NotOnSale):
        reserved(show, now=NOW + timedelta(hours=1))
    with pytest.raises(NotOnSale):
        reserved(show, now=NOW - timedelta(days=31))


def test_what_cannot_be_ordered_is_refused_before_anything_is_held() -> None:
    show = a_show(general=5, per_order_max=2)
    category = show.general
    assert category is not None
    for wanted in ((Wanted(category_id=category.id, count=3),), (Wanted(category_id=0),)):
        with pytest.raises(BadBasket):
            reserved(show, *wanted)
    with pytest.raises(BadBasket):
        reserved(show, Wanted(category_id=category.id, count=0))
    with pytest.raises(BadBasket):
        reserved(show, delivery=Delivery.COURIER)
    with pytest.raises(BadBasket):
        reserved(show, buyer=Buyer(name=" ", email="x@example.test"))
    with pytest.raises(BadBasket):
        reserved(show, buyer=Buyer(name="Nobody can tell them"))
    assert not Place.objects.filter(status=PlaceStatus.HELD).exists()


@pytest.mark.parametrize("instrument", ["4111111111111111", "4111 1111 1111 1111"])
def test_a_number_of_a_card_is_not_taken_and_not_kept(instrument: str) -> None:
    """TR-134: what was never kept cannot be stolen."""
    order = reserved(a_show(general=1))
    with pytest.raises(BadPayment) as refused:
        paying.pay(order.id, [Pay(means="card", instrument=instrument)], now=NOW)
    assert instrument not in str(refused.value)
    assert not Payment.objects.exists()


@pytest.mark.parametrize(("operator", "fee"), [("kassir", 8_000), ("redkassa", 9_500)])
def test_each_operator_sells_under_its_own_terms(operator: str, fee: int) -> None:
    """TR-01, TR-02: tenants with fees, editions and books of their own."""
    order = bought(a_show(general=1, operator=operator))
    assert order.service_fee.minor == fee
    assert ledger.account(f"tickets/operator/{operator}/fees/RUB").balance == fee


@pytest.mark.parametrize(
    ("column", "value"), [("due_on", None), ("owner", None), ("owner", ""), ("state", None)]
)
def test_a_refund_without_a_day_an_owner_or_a_state_cannot_be_kept(
    column: str, value: object
) -> None:
    """TR-121: nobody is sent on to somebody else; TR-151: no promise without a day."""
    order = bought(a_show(general=1))
    ticket = Ticket.objects.get(order_id=order.id)
    kept: dict[str, object] = {
        "due_on": NOW.date(),
        "owner": "kassir",
        "state": "due",
        "amount": 1,
        "ticket_money": 1,
        column: value,
    }
    with pytest.raises(IntegrityError, match=column), transaction.atomic():
        Refund.objects.create(
            id=ticket.id,
            order_id=order.id,
            ticket=ticket,
            decision_id=ticket.id,
            service_fee=0,
            delivery_fee=0,
            currency="RUB",
            decided_at=NOW,
            **kept,
        )
