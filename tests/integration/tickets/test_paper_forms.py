"""Paper forms by courier and by post: ordered, paid for, sent, lost, given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from delivery_world import DAY, HOME, an_offer, brought, sent, shipment
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import reserving
from oferta.services.tickets.delivering import offered, shipping
from oferta.services.tickets.delivering.errors import (
    BadAddress,
    BadDeliveryOffer,
    BadTrackingNumber,
    DeliveryNotOffered,
    UnknownShipment,
    WrongStep,
)
from oferta.services.tickets.delivering.types import NewDeliveryOffer
from oferta.services.tickets.models import (
    DeliveryOffer,
    Order,
    Refund,
    ShipmentAddress,
    Ticket,
)
from oferta.services.tickets.refunding import applying, cancelling, paying_out
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import (
    Carrier,
    Delivery,
    OrderBrief,
    OrderStatus,
    RefundState,
    SaleChannel,
    Wanted,
)
from ticket_world import NOW, Show, a_basket, a_buyer, a_show, bought, reserved, tickets_of

pytestmark = pytest.mark.usefixtures("db")
STARTS = DAY + timedelta(days=30)
INCOME = "tickets/operator/kassir/delivery/RUB"


def ordered(count: int = 1, **offer: Any) -> tuple[Show, OrderBrief]:
    """Let a customer buy tickets whose forms are brought."""
    show = a_show(general=count, starts_at=STARTS)
    assert show.general is not None
    wanted = Wanted(category_id=show.general.id, count=count)
    return show, bought(show, wanted, buyer=a_buyer(), now=DAY, **brought(show, **offer))


def asked_back(order: OrderBrief, *tickets: UUID, now: Any = DAY) -> list[Refund]:
    """Give tickets of an order back, all unless some are named."""
    ids = tickets or tuple(tickets_of([order]))
    applying.apply(Filing(id=uuid7(), order_id=order.id, tickets=ids, reason="own_wish"), now=now)
    return list(Refund.objects.filter(order_id=order.id).order_by("decided_at", "ticket_id"))


def kinds(order: OrderBrief) -> list[str]:
    return [one.kind for one in notices.inbox(order.party_id)]


# --- what is offered, and ordering it ---------------------------------------------------------


def test_delivery_costs_what_the_operator_announced_and_is_the_operators_to_the_unit() -> None:
    # TR-09
    _, order = ordered(3, fee=41_251)
    assert [one.delivery_fee for one in order.lines] == [13_751, 13_750, 13_750]
    assert order.delivery_fee.minor == 41_251
    assert order.total.minor == 300_000 + 24_000 + 41_251
    assert ledger.account(INCOME).balance == 41_251
    assert ledger.verify().findings == ()


def test_an_offer_is_open_only_as_long_as_the_form_comes_in_time() -> None:
    show = a_show(general=1, starts_at=STARTS)
    made = an_offer(closes_hours=48, days=5)
    last = STARTS - timedelta(hours=48)

    def open_at(moment: Any) -> list[UUID]:
        return [one.id for one in offered.open_for(show.id, now=moment)]

    assert open_at(DAY) == [made.id]
    assert open_at(last - timedelta(days=4)) == [made.id]
    assert open_at(last - timedelta(days=2)) == []  # five days would be after the performance
    quick = an_offer(closes_hours=48, days=0, fee=90_000)
    assert open_at(last) == [quick.id]
    assert open_at(last + timedelta(seconds=1)) == []
    assert open_at(DAY) == [made.id, quick.id]
    offered.withdraw(made.id, now=DAY)
    assert open_at(DAY) == [quick.id]
    assert open_at(made.offered_from - timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "pigeon"), ("country", "Russia"), ("closes_hours", -1), ("days", 61)],
)
def test_an_offer_that_cannot_be_is_not_kept(field: str, value: Any) -> None:
    a_show(general=1)
    plain = an_offer()
    new = NewDeliveryOffer(
        operator="kassir", kind="post", country="RU", fee=Money(1, "RUB"), offered_from=NOW
    )
    with pytest.raises(BadDeliveryOffer) as refused:
        offered.announce(replace(new, **{field: value}), now=NOW)
    assert refused.value.field == field
    assert DeliveryOffer.objects.get() == plain


@pytest.mark.parametrize(
    ("part", "value", "reason"),
    [
        ("recipient", " ", "missing"),
        ("phone", "call me", "unreadable"),
        ("street", "x" * 201, "too_long"),
        ("city", "Тверь", "not_there"),
        ("postcode", "12", "unreadable"),
        ("postcode", "", "missing"),
    ],
)
def test_an_address_that_cannot_be_is_refused_by_its_part_and_nothing_is_held(
    part: str, value: str, reason: str
) -> None:
    show = a_show(general=1, starts_at=STARTS)
    given = brought(show, kind=Delivery.POST, city="МОСКВА")
    given["address"] = replace(HOME, **{part: value})
    with pytest.raises(BadAddress) as refused:
        reserved(show, now=DAY, **given)
    assert (refused.value.field, refused.value.reason) == (part, reason)
    assert not Order.objects.exists()


def test_a_courier_without_an_offer_or_of_another_operator_brings_nothing() -> None:
    show = a_show(general=1, starts_at=STARTS)
    a_show(general=1, operator="redkassa")
    given = brought(show)
    others = an_offer("redkassa").id
    for wrong in (None, uuid7(), others):
        with pytest.raises(DeliveryNotOffered):
            reserved(show, now=DAY, **{**given, "delivery_offer": wrong})
    with pytest.raises(BadAddress):
        reserved(show, now=DAY, **{**given, "address": None})
    with pytest.raises(DeliveryNotOffered):
        reserved(show, now=DAY, **{**given, "delivery": Delivery.PICKUP})
    assert not Order.objects.exists()


def test_an_order_by_courier_asked_again_is_the_same_and_its_address_goes_with_it_unpaid() -> None:
    show = a_show(general=2, starts_at=STARTS)
    basket = a_basket(show, buyer=a_buyer(), **brought(show))
    first, second = (reserving.reserve(basket, now=DAY) for _ in range(2))
    assert first.id == second.id
    assert ShipmentAddress.objects.get().street == HOME.street
    reserving.abandon(first.id)
    assert not ShipmentAddress.objects.exists()
    left = reserved(show, now=DAY, buyer=a_buyer(), **brought(show))
    reserving.lapse(now=DAY + timedelta(hours=1))
    assert Order.objects.get(id=left.id).status == OrderStatus.LAPSED
    assert not ShipmentAddress.objects.exists()


def test_forms_of_a_cash_desk_wait_there_and_those_sold_over_the_counter_do_not() -> None:
    show = a_show(general=2, starts_at=STARTS)
    paper = {"carrier": Carrier.PAPER, "delivery": Delivery.PICKUP}
    at_desk = bought(show, now=DAY, **paper)
    over_it = reserved(show, now=DAY, channel=SaleChannel.BOX_OFFICE, **paper)
    assert shipping.of_order(over_it.id) is None
    row = shipping.delivered(shipment(at_desk).id, by=None, now=DAY)
    assert row.state == "delivered"
    with pytest.raises(WrongStep):
        sent(at_desk)


# --- on its way -------------------------------------------------------------------------------


def test_a_form_is_sent_delivered_and_its_buyer_told_each_time() -> None:
    _, order = ordered()
    with pytest.raises(BadTrackingNumber):
        shipping.sent(shipment(order).id, " ", by=None, now=DAY)
    row = sent(order)
    assert (row.state, row.number, row.arrives_by) == (
        "sent",
        "RA000000000RU",
        (DAY + timedelta(days=3)).date(),
    )
    with pytest.raises(WrongStep):
        sent(order)
    shipping.delivered(row.id, by=None, now=DAY)
    told = [one for one in kinds(order) if "form" in one]
    assert sorted(told) == ["tickets.form_delivered", "tickets.form_sent"]
    with pytest.raises(WrongStep):
        shipping.reissue(row.id, by=None, now=DAY)
    with pytest.raises(UnknownShipment):
        shipping.came_back(uuid7(), by=None, now=DAY)
    assert list(row.steps.order_by("id").values_list("kind", flat=True)) == ["sent", "delivered"]


def test_a_form_that_got_lost_opens_nothing_and_a_new_one_is_sent() -> None:
    # TR-124
    _, order = ordered()
    sent(order)
    before = Ticket.objects.get()
    row = shipping.reissue(shipment(order).id, by=None, now=DAY)
    after = Ticket.objects.get()
    assert (row.state, row.number, row.attempt) == ("waiting", "", 2)
    assert after.generation == before.generation + 1
    assert "tickets.form_reissued" in kinds(order)
    assert sent(order).state == "sent"


# --- giving it back ---------------------------------------------------------------------------


def test_a_form_that_was_not_sent_is_returned_without_it_and_delivery_comes_back() -> None:
    # TR-30, TR-98
    _, order = ordered(3, fee=41_251)
    (first, second, third) = tickets_of([order])
    (one,) = asked_back(order, first)
    assert (one.ticket_money, one.service_fee, one.delivery_fee) == (100_000, 0, 13_751)
    paying_out.send_due(now=DAY)
    one.refresh_from_db()
    assert one.state in (RefundState.SENT, RefundState.PAID)
    assert ledger.account(INCOME).balance == 27_500
    sent(order)  # the two that are left
    one.refresh_from_db()
    rest = [row for row in asked_back(order, second, third) if row.id != one.id]
    assert [row.delivery_fee for row in rest] == [0, 0]
    paying_out.send_due(now=DAY)
    assert {Refund.objects.get(id=row.id).state for row in rest} == {RefundState.AWAITING_CHOICE}
    assert ledger.account(INCOME).balance == 27_500
    assert ledger.verify().findings == ()


def test_money_for_a_delivered_form_waits_until_it_is_handed_in() -> None:
    # TR-98
    _, order = ordered()
    shipping.delivered(sent(order).id, by=None, now=DAY)
    (refund,) = asked_back(order)
    assert refund.delivery_fee == 0
    paying_out.send_due(now=DAY)
    refund.refresh_from_db()
    assert refund.state == RefundState.AWAITING_CHOICE
    assert "tickets.payout_awaiting_originals" in kinds(order)


@pytest.mark.parametrize("became", ["came_back", "reissue"])
def test_money_that_waits_for_a_form_goes_on_when_nobody_can_hand_it_in(became: str) -> None:
    # TR-98
    _, order = ordered()
    sent(order)
    (refund,) = asked_back(order)
    paying_out.send_due(now=DAY)
    getattr(shipping, became)(shipment(order).id, by=None, now=DAY)
    refund.refresh_from_db()
    assert (refund.state, refund.means) == (RefundState.PAID, "card")


def test_nothing_is_sent_to_who_gave_every_ticket_back() -> None:
    _, order = ordered()
    asked_back(order)
    with pytest.raises(WrongStep) as refused:
        sent(order)
    assert refused.value.state == "returned"
    assert "tickets.form_sent" not in kinds(order)


def test_a_cancelled_performance_returns_delivery_of_forms_that_were_not_sent_only() -> None:
    # TR-28, TR-30
    show = a_show(general=4, starts_at=STARTS)
    assert show.general is not None
    given = brought(show, fee=41_251)
    two = Wanted(category_id=show.general.id, count=2)
    waits, gone = (bought(show, two, buyer=a_buyer(), now=DAY, **given) for _ in range(2))
    sent(gone)
    assert cancelling.cancel(show.id, source="the organiser", now=DAY) == 4
    back = {
        order.code: [row.delivery_fee for row in Refund.objects.filter(order_id=order.id)]
        for order in (waits, gone)
    }
    assert sorted(back[waits.code]) == [20_625, 20_626]
    assert back[gone.code] == [0, 0]
    told = [one for one in notices.inbox(waits.party_id) if one.kind == "tickets.cancelled"]
    assert [one.params["amount"]["minor"] for one in told] == [200_000 + 41_251]
    assert ledger.account(INCOME).balance == 41_251
    assert ledger.verify().findings == ()
