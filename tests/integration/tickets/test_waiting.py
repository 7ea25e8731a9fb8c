"""The waiting list: a place changes hands at its price, once, and both sides are told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.kernel.errors import OfertaError
from oferta.kernel.ids import uuid7
from oferta.services.tickets import accounts, gates, paying, queries, reserving, waiting
from oferta.services.tickets.errors import CannotOffer, NotOnSale, OrderClosed, PlacesLeft
from oferta.services.tickets.gate_types import GateAnswer, Scanned
from oferta.services.tickets.models import (
    Gate,
    Order,
    Place,
    PriceCategory,
    Quota,
    Refund,
    Ticket,
    WaitingEntry,
)
from oferta.services.tickets.passing_on import pass_on
from oferta.services.tickets.refunding import applying
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import OrderStatus, Pay, PlaceStatus, TicketStatus
from ticket_world import NOMINAL, NOW, Show, a_buyer, a_show, bought, tickets_of, together

CARD = [Pay(means="card")]
LATE = NOW + timedelta(hours=6, minutes=1)


def _sold_out(show: Show) -> tuple[UUID, UUID]:
    """Sell the only place; return its ticket and the payer."""
    order = bought(show, buyer=a_buyer())
    ticket_id = order.lines[0].ticket_id
    assert ticket_id is not None
    return ticket_id, order.party_id


def _waits(show: Show) -> UUID:
    party = a_buyer().party_id
    assert party is not None
    waiting.join(show.id, party, now=NOW)
    return party


def _offered(show: Show, party: UUID) -> UUID:
    found = waiting.wait_of(show.id, party)
    assert found is not None
    assert found.order_id is not None
    return found.order_id


def _subjects(party: UUID) -> list[str]:
    return [one.kind for one in notices.inbox(party)]


@pytest.mark.django_db
def test_a_place_goes_to_who_waits_first_and_its_holder_is_owed_what_they_paid() -> None:
    """TR-52: instead of a refund; TR-27: what was paid for the ticket, by the terms."""
    show = a_show(general=1)
    ticket_id, seller = _sold_out(show)
    first, second = _waits(show), _waits(show)
    assert waiting.returns(ticket_id, now=NOW).amount.minor == NOMINAL
    waiting.offer(ticket_id, seller, now=NOW)
    order_id = _offered(show, first)
    found = waiting.wait_of(show.id, second)
    assert found is not None
    assert (found.order_id, found.ahead) == (None, 0)
    assert queries.ticket(ticket_id).status == TicketStatus.VALID

    made = paying.pay(order_id, CARD, now=NOW + timedelta(hours=1))
    assert made.party_id == first
    old = Ticket.objects.get(id=ticket_id)
    assert (old.status, old.generation) == (TicketStatus.RETURNED, 2)
    refund = Refund.objects.get()
    assert (refund.amount, refund.order.party_id) == (NOMINAL, seller)
    assert ledger.account(accounts.owed_to_buyers("RUB")).balance == NOMINAL
    assert PriceCategory.objects.get(performance_id=show.id).sold == 1
    assert "tickets.place_offered" in _subjects(first)
    assert "tickets.taken_over" in _subjects(seller)
    pass_on(now=NOW + timedelta(hours=1))
    assert waiting.wait_of(show.id, first) is None


@pytest.mark.django_db
def test_an_offer_that_is_let_pass_goes_to_the_next_and_the_holder_keeps_a_good_ticket() -> None:
    show = a_show(general=1)
    ticket_id, seller = _sold_out(show)
    first, second = _waits(show), _waits(show)
    waiting.offer(ticket_id, seller, now=NOW)
    order_id = _offered(show, first)
    with pytest.raises(CannotOffer, match="being_bought"):
        waiting.keep(ticket_id, seller)
    reserving.lapse(now=LATE)
    place = Place.objects.get(performance_id=show.id)
    assert (place.status, place.order_id) == (
        PlaceStatus.SOLD,
        queries.ticket(ticket_id).order_id,
    )
    pass_on(now=LATE)
    assert waiting.wait_of(show.id, first) is None
    assert "tickets.place_offer_over" in _subjects(first)
    with pytest.raises(OrderClosed):
        paying.pay(order_id, CARD, now=LATE)
    waiting.leave(show.id, second, now=LATE)
    assert Order.objects.filter(status=OrderStatus.ABANDONED).count() == 1
    assert waiting.keep(ticket_id, seller).offered_at is None
    assert queries.ticket(ticket_id).place.status == PlaceStatus.SOLD


@pytest.mark.django_db
@pytest.mark.parametrize("holder_asks", [False, True])
@pytest.mark.parametrize("ends", ["kept", "given_back", "let_go"])
def test_what_a_ticket_took_of_a_quota_goes_with_its_place(holder_asks: bool, ends: str) -> None:
    show = a_show(general=1)
    assert show.general is not None
    quota = Quota.objects.create(performance_id=show.id, name="Balcony", size=1)
    PriceCategory.objects.filter(id=show.general.id).update(quota=quota)
    ticket_id, seller = _sold_out(show)
    first = _waits(show)
    waiting.offer(ticket_id, seller, now=NOW)
    order_id = _offered(show, first)

    def give_back(ticket: UUID) -> None:
        order = queries.ticket(ticket).order_id
        filing = Filing(id=uuid7(), order_id=order, tickets=(ticket,), reason="own_wish")
        applying.apply(filing, now=NOW)

    if holder_asks:
        give_back(ticket_id)
    if ends == "let_go":
        reserving.abandon(order_id)
    else:
        (ticket,) = tickets_of([paying.pay(order_id, CARD, now=NOW)])
        if ends == "given_back":
            give_back(ticket)
    quota.refresh_from_db()
    assert quota.used == Ticket.objects.filter(status=TicketStatus.VALID).count()


@pytest.mark.django_db
def test_nobody_else_can_buy_a_place_that_is_offered() -> None:
    show = a_show(general=1)
    ticket_id, seller = _sold_out(show)
    first = _waits(show)
    waiting.offer(ticket_id, seller, now=NOW)
    _offered(show, first)
    for moment in (NOW, LATE):
        with pytest.raises(OfertaError, match=r"tickets\.sold_out|free"):
            bought(show, buyer=a_buyer(), now=moment)


@pytest.mark.django_db
def test_a_holder_who_came_in_meanwhile_stays_in_and_the_buyer_pays_nothing() -> None:
    """TR-129: a used ticket is not given back."""
    show = a_show(general=1, starts_at=NOW + timedelta(hours=8))
    ticket_id, seller = _sold_out(show)
    first = _waits(show)
    waiting.offer(ticket_id, seller, now=NOW)
    ticket = queries.ticket(ticket_id)
    gate = Gate.objects.create(id=ticket_id, performance_id=show.id, name="North")
    code = Scanned(serial=ticket.serial, generation=1)
    assert gates.scan(code, gate.id, "a", now=NOW).answer is GateAnswer.ADMITTED
    with pytest.raises(OrderClosed):
        paying.pay(_offered(show, first), CARD, now=NOW)
    assert not Refund.objects.exists()
    reserving.lapse(now=LATE)
    assert pass_on(now=LATE) == 0


@pytest.mark.django_db
def test_a_ticket_is_offered_by_its_payer_alone_and_a_wait_needs_a_full_house() -> None:
    show = a_show(general=2)
    ticket_id, seller = _sold_out(show)
    stranger = a_buyer().party_id
    assert stranger is not None
    with pytest.raises(CannotOffer, match="not_yours"):
        waiting.offer(ticket_id, stranger, now=NOW)
    with pytest.raises(PlacesLeft):
        waiting.join(show.id, stranger, now=NOW)
    bought(show, buyer=a_buyer())
    assert waiting.join(show.id, stranger, now=NOW) == waiting.join(show.id, stranger, now=LATE)
    with pytest.raises(NotOnSale):
        waiting.join(show.id, seller, now=NOW + timedelta(days=31))
    with pytest.raises(CannotOffer, match="over"):
        waiting.offer(ticket_id, seller, now=NOW + timedelta(days=30))
    waiting.leave(show.id, stranger, now=NOW)
    assert waiting.waits_of(stranger) == []


def test_two_at_once_never_get_one_place(fresh_db: str) -> None:
    """TR-123 of places: offers pass on from eight threads while two pay and one buys."""
    for _ in range(3):
        show = a_show(general=2)
        tickets = [_sold_out(show) for _ in range(2)]
        waiters = [_waits(show) for _ in range(6)]
        for ticket_id, _ in tickets:
            Ticket.objects.filter(id=ticket_id).update(offered_at=NOW)
        together([lambda: pass_on(now=NOW)] * 6)
        orders = [one.order_id for one in waiting_entries(show)]
        assert len(orders) == len(set(orders)) == 2

        def buy(order_id: UUID) -> object:
            return paying.pay(order_id, CARD, now=NOW)

        def fail(show: Show = show) -> object:
            with pytest.raises(OfertaError):
                bought(show, buyer=a_buyer(), now=LATE)
            return None

        together([*(lambda o=o: buy(o) for o in orders for _ in (0, 1)), fail])  # type: ignore[misc]
        valid = Ticket.objects.filter(performance_id=show.id, status=TicketStatus.VALID)
        assert valid.values("place_id").distinct().count() == valid.count() == 2
        assert Refund.objects.filter(order__performance_id=show.id).count() == 2
        assert len(waiters) - 2 == waiting_open(show)


def waiting_entries(show: Show) -> list[WaitingEntry]:
    rows = WaitingEntry.objects.filter(performance_id=show.id, order__isnull=False)
    return list(rows)


def waiting_open(show: Show) -> int:
    pass_on(now=NOW)
    return WaitingEntry.objects.filter(performance_id=show.id, left_at__isnull=True).count()
