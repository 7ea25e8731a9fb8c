"""Places that come free: to who waits first, to the next, and only then on open sale."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from oferta.core.notices import actions as notices
from oferta.core.notices import queries as inbox
from oferta.core.parties import actions as parties
from oferta.core.parties.types import NewCustomer
from oferta.kernel import asking
from oferta.kernel.ids import uuid7
from oferta.services.tickets import listing, offering, passing_on, paying, reserving, waiting
from oferta.services.tickets.errors import ContactWaits, PlaceTaken, QuotaExhausted, SoldOut
from oferta.services.tickets.models import (
    Order,
    Place,
    PriceCategory,
    Quota,
    Ticket,
    WaitingEntry,
)
from oferta.services.tickets.refunding import applying
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import (
    OrderBrief,
    OrderStatus,
    Pay,
    PlaceStatus,
    TicketStatus,
    Wanted,
)
from ticket_world import (
    NOW,
    Show,
    a_basket,
    a_buyer,
    a_show,
    bought,
    reserved,
    tickets_of,
    together,
)

CARD = [Pay(means="card")]
SOON = NOW + timedelta(minutes=1)
#: After an offer of six hours made at NOW.
LATE = NOW + timedelta(hours=6, minutes=1)
#: 21:00 in Berlin.
BERLIN = datetime(2026, 10, 24, 19, 0, tzinfo=UTC)
WAITERS, BUYERS, FREED = 4, 16, 3


def _given_back(order: OrderBrief) -> None:
    filing = Filing(
        id=uuid7(), order_id=order.id, tickets=tuple(tickets_of([order])), reason="own_wish"
    )
    applying.apply(filing, now=NOW)


def _waiters(show: Show, number: int) -> list[UUID]:
    """Let customers wait, each a second after the one before."""
    made = []
    for second in range(number):
        party = a_buyer().party_id
        assert party is not None
        waiting.join(show.id, party, now=NOW + timedelta(seconds=second))
        made.append(party)
    return made


def _offer_of(show: Show, party: UUID) -> UUID | None:
    found = waiting.wait_of(show.id, party)
    return found.order_id if found else None


def _left(show: Show, now: datetime = SOON) -> int:
    return sum(one.left for one in listing.categories(show.id, now=now))


@pytest.mark.django_db
def test_a_place_that_is_given_back_is_not_on_open_sale_while_somebody_waits() -> None:
    show = a_show(rows=1, per_row=1)
    order = bought(show, buyer=a_buyer())
    first, second = _waiters(show, 2)
    _given_back(order)
    (seat,) = Place.objects.filter(performance_id=show.id)
    assert (seat.status, _left(show)) == (PlaceStatus.FREE, 0)
    assert not any(one.free for one in listing.seats(show.id, now=SOON))
    assert show.seats is not None
    for wanted in (
        Wanted(category_id=show.seats.id),
        Wanted(category_id=show.seats.id, places=(seat.id,)),
    ):
        with pytest.raises((SoldOut, PlaceTaken)):
            reserved(show, wanted, now=SOON)

    assert passing_on.pass_on(now=SOON) == 1
    offer = _offer_of(show, first)
    assert offer is not None
    assert (_offer_of(show, second), _left(show)) == (None, 0)
    assert paying.pay(offer, CARD, now=SOON).party_id == first
    (told,) = [one for one in inbox.inbox(first) if one.kind == passing_on.OFFERED]
    assert told.params["address"].endswith(f"/my/tickets/orders/{offer}/")
    assert told.params["hour"] == "18:01"


@pytest.mark.django_db
def test_what_one_lets_pass_goes_to_the_next_and_then_on_open_sale() -> None:
    show = a_show(general=1)
    order = bought(show, buyer=a_buyer())
    first, second = _waiters(show, 2)
    _given_back(order)
    passing_on.pass_on(now=NOW)
    reserving.lapse(now=LATE)
    with pytest.raises(SoldOut):
        reserved(show, now=LATE)
    assert passing_on.pass_on(now=LATE) == 1
    assert (_offer_of(show, first), waiting.wait_of(show.id, first)) == (None, None)
    assert passing_on.OFFER_OVER in [one.kind for one in inbox.inbox(first)]
    assert _offer_of(show, second) is not None
    waiting.leave(show.id, second, now=LATE)
    assert (_left(show, LATE), WaitingEntry.objects.exclude(contact="").count()) == (1, 0)
    assert bought(show, now=LATE).status == OrderStatus.PAID


@pytest.mark.django_db
def test_a_reservation_that_is_over_goes_to_who_waits_though_nobody_has_tidied_up() -> None:
    show = a_show(general=1)
    reserved(show, now=NOW)
    (first,) = _waiters(show, 1)
    over = NOW + timedelta(minutes=16)
    with pytest.raises(SoldOut):
        reserved(show, now=over)
    assert passing_on.pass_on(now=over) == 1
    offer = _offer_of(show, first)
    assert Place.objects.get(performance_id=show.id).order_id == offer


@pytest.mark.django_db
def test_a_quota_that_is_raised_serves_who_waits_first() -> None:
    show = a_show(general=3)
    assert show.general is not None
    quota = Quota.objects.create(performance_id=show.id, name="reduced", size=1)
    PriceCategory.objects.filter(id=show.general.id).update(quota=quota)
    bought(show, buyer=a_buyer())
    assert _left(show) == 0
    first, second = _waiters(show, 2)
    assert passing_on.pass_on(now=SOON) == 0
    offering.resize_quota(quota.id, 2)
    with pytest.raises((SoldOut, QuotaExhausted)):
        reserved(show, now=SOON)
    assert passing_on.pass_on(now=SOON) == 1
    assert (_offer_of(show, first) is None, _offer_of(show, second)) == (False, None)
    quota.refresh_from_db()
    assert (quota.used, quota.size) == (2, 2)


@pytest.mark.django_db
def test_who_waits_for_one_category_does_not_hold_up_another() -> None:
    show = a_show(general=1, rows=1, per_row=2)
    assert show.general is not None
    assert show.seats is not None
    bought(show, buyer=a_buyer())
    party = a_buyer().party_id
    assert party is not None
    waiting.join(show.id, party, category_id=show.general.id, now=NOW)
    assert {one.id: one.left for one in listing.categories(show.id, now=SOON)} == {
        show.general.id: 0,
        show.seats.id: 2,
    }
    made = reserved(show, Wanted(category_id=show.seats.id, count=2), now=SOON)
    assert made.status == OrderStatus.RESERVED


@pytest.mark.django_db
def test_shortly_before_the_end_what_is_free_is_on_open_sale_and_the_line_is_closed() -> None:
    show = a_show(general=1, starts_at=NOW + timedelta(hours=8))
    reserved(show, now=NOW)
    (first,) = _waiters(show, 1)
    last = NOW + timedelta(hours=7, minutes=40)
    assert passing_on.pass_on(now=last) == 0
    assert bought(show, now=last).status == OrderStatus.PAID
    passing_on.pass_on(now=NOW + timedelta(hours=9))
    assert waiting.wait_of(show.id, first) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "minutes", "until", "zone"),
    [
        # Moscow is three hours ahead: 12:00 there, six hours of the day are left.
        (NOW, 360, NOW + timedelta(hours=6), "Europe/Moscow"),
        # 20:00 there: two hours, the night from 22:00 to 8:00, four hours more.
        (NOW + timedelta(hours=8), 360, NOW + timedelta(hours=24), "Europe/Moscow"),
        # 2:00 there: from the morning on.
        (NOW + timedelta(hours=14), 30, NOW + timedelta(hours=20, minutes=30), "Europe/Moscow"),
        # Eight hours before the start: a quarter of them.
        (
            NOW + timedelta(days=30, hours=-8),
            360,
            NOW + timedelta(days=30, hours=-6),
            "Europe/Moscow",
        ),
        # Forty minutes before: half an hour.
        (
            NOW + timedelta(days=30, minutes=-40),
            360,
            NOW + timedelta(days=30, minutes=-10),
            "Europe/Moscow",
        ),
        # Clocks go back in that night, so it is an hour longer.
        (BERLIN, 120, BERLIN + timedelta(hours=13), "Europe/Berlin"),
    ],
)
def test_an_offer_holds_so_long_as_the_performance_says_and_stands_still_at_night(
    asked: datetime, minutes: int, until: datetime, zone: str
) -> None:
    show = a_show(general=1, time_zone=zone).performance
    show.offer_minutes = minutes
    assert passing_on.offered_until(show, asked) == until


@pytest.mark.django_db
def test_one_contact_waits_once_however_it_is_spelled() -> None:
    show = a_show(general=1)
    bought(show, buyer=a_buyer())
    spelled = ("p.erson+1@gmail.com", "Person@googlemail.com", "another@gmail.com")
    new = [
        NewCustomer(key=one, name="P.", language="en", contacts={"email": one}) for one in spelled
    ]
    ids = parties.register_customers(new, now=NOW)
    waiting.join(show.id, ids[spelled[0]], now=NOW)
    with pytest.raises(ContactWaits):
        waiting.join(show.id, ids[spelled[1]], now=NOW)
    assert waiting.join(show.id, ids[spelled[2]], now=NOW).ahead == 1
    waiting.leave(show.id, ids[spelled[0]], now=NOW)
    assert waiting.join(show.id, ids[spelled[1]], now=SOON).waiting == 2


@pytest.mark.django_db
def test_offers_are_ended_by_as_many_statements_however_many_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    real = asking.rows

    def counted(sql: str, values: object = ()) -> list[tuple[object, ...]]:
        asked.append(sql)
        return real(sql, values)  # type: ignore[arg-type]

    counts = []
    for number in (2, 6):
        show = a_show(general=number)
        orders = [bought(show, buyer=a_buyer()) for _ in range(number)]
        parties_ = _waiters(show, number)
        for order in orders:
            _given_back(order)
        assert passing_on.pass_on(now=NOW) == number
        asked.clear()
        with monkeypatch.context() as patched:
            patched.setattr(asking, "rows", counted)
            assert reserving.lapse(now=LATE) == number
            passing_on.pass_on(now=LATE)
        counts.append(len(asked))
        assert all(waiting.wait_of(show.id, one) is None for one in parties_)
    assert counts[0] == counts[1]


def test_a_run_that_dies_leaves_no_half_offer_and_the_next_one_makes_it_once(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = a_show(general=1)
    order = bought(show, buyer=a_buyer())
    (first,) = _waiters(show, 1)
    _given_back(order)

    def dies(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(notices, "send", dies)
        with pytest.raises(RuntimeError, match="killed"):
            passing_on.pass_on(now=SOON)
    assert (_offer_of(show, first), Order.objects.filter(party_id=first).count()) == (None, 0)
    assert Place.objects.get(performance_id=show.id).status == PlaceStatus.FREE
    assert [passing_on.pass_on(now=SOON) for _ in range(2)] == [1, 0]
    assert len([one for one in inbox.inbox(first) if one.kind == passing_on.OFFERED]) == 1


def test_sixteen_buyers_never_get_past_who_waits_and_nothing_is_sold_twice(fresh_db: str) -> None:
    for _ in range(3):
        show = a_show(general=FREED, per_order_max=FREED)
        assert show.general is not None
        sold = [bought(show, buyer=a_buyer()) for _ in range(FREED)]
        line = _waiters(show, WAITERS)
        got: list[OrderBrief] = []

        def buy(show: Show = show, got: list[OrderBrief] = got) -> None:
            try:
                got.append(reserving.reserve(a_basket(show), now=SOON))
            except SoldOut:
                return

        def back(order: OrderBrief) -> Callable[[], None]:
            return lambda: _given_back(order)

        passes = [lambda: passing_on.pass_on(now=SOON)] * 3
        together([*[buy] * BUYERS, *passes, *(back(one) for one in sold)])
        passing_on.pass_on(now=SOON)
        together([*[buy] * BUYERS, *passes])
        assert got == []
        offers = [_offer_of(show, one) for one in line]
        assert [one is not None for one in offers] == [True] * FREED + [False] * (WAITERS - FREED)
        together([partial(paying.pay, one, CARD, now=SOON) for one in offers if one])
        valid = Ticket.objects.filter(performance_id=show.id, status=TicketStatus.VALID)
        assert valid.values("place_id").distinct().count() == valid.count() == FREED
        assert PriceCategory.objects.get(id=show.general.id).sold == FREED
