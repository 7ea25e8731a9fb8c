"""Sixteen buyers at once, twenty times on every way to buy: nothing is sold twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from oferta.core.ledger import queries as ledger
from oferta.kernel.errors import OfertaError
from oferta.services.tickets import offering, paying, queries, reserving
from oferta.services.tickets.errors import (
    OrderClosed,
    PlaceTaken,
    QuotaExhausted,
    SoldOut,
)
from oferta.services.tickets.models import Order, Place, PriceCategory, Quota, Ticket
from oferta.services.tickets.types import OrderBrief, OrderStatus, Pay, PlaceStatus, Wanted
from ticket_world import NOW, Show, a_basket, a_show, reserved, together

BUYERS, RUNS, PLACES = 16, 20, 3
CARD = [Pay(means="card")]


def _buys(show: Show, *wanted: Wanted, **rest: object) -> Callable[[], OrderBrief | None]:
    """Return who reserves and pays; None if others were first."""
    basket = a_basket(show, *wanted, **rest)

    def buy() -> OrderBrief | None:
        try:
            order = reserving.reserve(basket, now=NOW)
        except (SoldOut, PlaceTaken, QuotaExhausted):
            return None
        return paying.pay(order.id, CARD, now=NOW)

    return buy


def _is_sound(show: Show, sold: int) -> None:
    """Every place has one ticket at most, and every count says the same."""
    tickets = Ticket.objects.filter(performance_id=show.id)
    assert tickets.count() == sold
    assert len(set(tickets.values_list("place_id", flat=True))) == sold
    assert Place.objects.filter(performance_id=show.id, status=PlaceStatus.SOLD).count() == sold
    assert PriceCategory.objects.get(performance_id=show.id).sold == sold
    face = queries.performance(show.id).face_account_id
    assert face is not None
    price = Order.objects.filter(performance_id=show.id, status=OrderStatus.PAID)
    assert ledger.account(face).balance == sum(price.values_list("face", flat=True))


def test_general_admission_is_never_oversold(fresh_db: str) -> None:
    for _ in range(RUNS):
        show = a_show(general=PLACES)
        together([_buys(show) for _ in range(BUYERS)])
        _is_sound(show, PLACES)


def test_any_seat_is_never_sold_twice(fresh_db: str) -> None:
    for _ in range(RUNS):
        show = a_show(rows=1, per_row=PLACES)
        together([_buys(show) for _ in range(BUYERS)])
        _is_sound(show, PLACES)


def test_a_chosen_seat_is_sold_to_one_buyer(fresh_db: str) -> None:
    """Pairs that overlap in a ring: nobody waits in a circle, and no seat is sold twice."""
    for run in range(RUNS):
        show = a_show(rows=1, per_row=PLACES)
        assert show.seats is not None
        seats = list(Place.objects.filter(performance_id=show.id).values_list("id", flat=True))
        pairs = [
            (seats[(buyer + run) % PLACES], seats[(buyer + run + 1) % PLACES])
            for buyer in range(BUYERS)
        ]
        wanted = [Wanted(category_id=show.seats.id, places=pair) for pair in pairs]
        made = [one for one in together([_buys(show, want) for want in wanted]) if one]
        taken = Counter(line.place_id for one in made for line in one.lines)  # type: ignore[attr-defined]
        assert max(taken.values()) == 1
        assert made
        _is_sound(show, 2 * len(made))


def test_a_promo_quota_is_never_exceeded(fresh_db: str) -> None:
    for _ in range(RUNS):
        show = a_show(general=BUYERS)
        offering.add_promo(
            show.id,
            "FEW",
            percent=50_0000,
            starts_at=NOW - timedelta(days=1),
            ends_at=NOW + timedelta(days=1),
            uses=PLACES,
        )
        together([_buys(show, promo="FEW") for _ in range(BUYERS)])
        _is_sound(show, PLACES)
        assert Quota.objects.get(performance_id=show.id).used == PLACES


def test_a_hold_that_is_over_goes_to_one_of_who_pays_and_who_reserves(fresh_db: str) -> None:
    """The slow buyer pays in the moment in which others take the place over."""
    late = NOW + timedelta(minutes=16)
    for _ in range(RUNS):
        show = a_show(general=1)
        slow = reserved(show)
        baskets = [a_basket(show) for _ in range(3)]

        def pays(order_id: UUID = slow.id) -> bool:
            try:
                paying.pay(order_id, CARD, now=late)
            except OrderClosed:
                return False
            return True

        def takes(basket: object) -> Callable[[], bool]:
            def take() -> bool:
                try:
                    order = reserving.reserve(basket, now=late)  # type: ignore[arg-type]
                except SoldOut:
                    return False
                paying.pay(order.id, CARD, now=late)
                return True

            return take

        won = together([pays, *map(takes, baskets)])
        assert sum(map(bool, won)) == 1
        _is_sound(show, 1)


def test_an_order_asked_and_paid_by_eight_at_once_is_one_order(fresh_db: str) -> None:
    show = a_show(general=5)
    basket = a_basket(show)

    def ask() -> object:
        order = reserving.reserve(basket, now=NOW)
        try:
            return paying.pay(order.id, CARD, now=NOW).id
        except OfertaError as error:  # another of the eight is paying it now
            return error.code

    answers = set(together([ask] * 8))
    assert answers <= {basket.id, "tickets.payment_unclear"}
    _is_sound(show, 1)
    paid = ledger.account("tickets/means/card/RUB")
    assert paid.balance == -queries.order(basket.id).total.minor


@pytest.mark.parametrize("_", range(3))
def test_reservations_that_lapse_while_they_are_paid_are_sold_or_given_back(
    fresh_db: str, _: int
) -> None:
    show = a_show(general=8)
    orders = [reserved(show) for _ in range(8)]
    late = NOW + timedelta(minutes=15)

    def pays(order_id: UUID) -> Callable[[], bool]:
        def pay() -> bool:
            try:
                paying.pay(order_id, CARD, now=late)
            except OrderClosed:
                return False
            return True

        return pay

    works: list[Callable[[], object]] = [pays(one.id) for one in orders]
    works += [lambda: reserving.lapse(now=late)] * 2
    sold = sum(1 for one in together(works)[:8] if one)
    _is_sound(show, sold)
    free = Place.objects.filter(performance_id=show.id, status=PlaceStatus.FREE).count()
    assert free == 8 - sold
