"""Nobody guesses codes for long, and no program keeps the hall from others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.services.tickets import guessing, guest_holds, offering, reserving
from oferta.services.tickets.errors import BadPromo, TooManyGuesses, TooManyHeld
from oferta.services.tickets.guessing import PER_ADDRESS, PER_PERSON, Kind, Who
from oferta.services.tickets.guest_holds import Limits
from oferta.services.tickets.models import Guess, GuestHold, Place
from oferta.services.tickets.types import Buyer, SaleChannel, Wanted
from signing_in import sign_in_customer
from ticket_world import NOW, Show, a_basket, a_buyer, a_show, reserved, together

ONE = Who(address="192.0.2.7", session="a", party_id=None)


def _guest(number: int) -> Buyer:
    return Buyer(name="G. Guest", email=f"guest-{number}@example.test")


def _tries(kind: Kind, who: Who, *, now: datetime = NOW) -> int:
    """Take tries until there are none left."""
    for done in range(1_000):
        try:
            guessing.take(kind, who, now=now)
        except TooManyGuesses:
            return done
    raise AssertionError


@pytest.mark.django_db
def test_tries_end_come_back_with_time_and_are_counted_apart() -> None:
    assert _tries(Kind.PROMO, ONE) == PER_PERSON
    other = Who(address=ONE.address, session="b")
    assert _tries(Kind.VOUCHER, ONE) == PER_PERSON
    assert _tries(Kind.PROMO, other) == PER_PERSON
    assert _tries(Kind.PROMO, ONE, now=NOW + timedelta(minutes=2)) == 1
    # A program that throws its session away stays behind one address.
    every = PER_PERSON * 2 + 1
    strangers = sum(
        _tries(Kind.PROMO, Who(address=ONE.address, session=str(one))) for one in range(9)
    )
    assert strangers <= PER_ADDRESS - every + 3
    assert ONE.address not in repr(list(Guess.objects.values_list("who", flat=True)))
    guessing.forget_old(now=NOW + timedelta(hours=1))
    assert not Guess.objects.exists()


@pytest.mark.django_db
def test_a_refusal_of_one_mark_costs_nothing_of_the_others() -> None:
    _tries(Kind.PROMO, Who(session="a"))
    for _ in range(PER_ADDRESS + 5):
        with pytest.raises(TooManyGuesses):
            guessing.take(Kind.PROMO, ONE, now=NOW)
    assert _tries(Kind.PROMO, Who(address=ONE.address)) == PER_ADDRESS


@pytest.mark.django_db
def test_right_codes_and_other_refusals_cost_no_try_and_none_passes_after_the_last() -> None:
    who = Who(session="a")
    for _ in range(PER_PERSON * 2):
        with guessing.trying(Kind.PROMO, who, wrong=BadPromo, now=NOW):
            pass
        with pytest.raises(TooManyHeld), guessing.trying(Kind.PROMO, who, wrong=BadPromo, now=NOW):
            raise TooManyHeld(at_most=1)
    for _ in range(PER_PERSON):
        with pytest.raises(BadPromo), guessing.trying(Kind.PROMO, who, wrong=BadPromo, now=NOW):
            raise BadPromo(promo="x")
    with pytest.raises(TooManyGuesses), guessing.trying(Kind.PROMO, who, wrong=BadPromo, now=NOW):
        raise AssertionError("the code was looked at")


def test_at_once_no_more_codes_are_tried_than_one_after_another(fresh_db: str) -> None:
    def guesser() -> int:
        return _tries(Kind.VOUCHER, ONE)

    assert sum(together([guesser] * 8)) == PER_PERSON  # type: ignore[arg-type]


def _form(show: Show, **rest: str) -> dict[str, str]:
    assert show.general is not None
    return {
        "basket": str(uuid7()),
        "name": "G. Guest",
        "email": "g@example.test",
        f"count-{show.general.id}": "1",
        **rest,
    }


@pytest.mark.django_db
def test_promo_codes_are_not_guessed_on_the_page(client: Client) -> None:
    now = clock.now()
    show = a_show(general=9, starts_at=now + timedelta(days=30))
    rest = {"percent": 25_0000, "starts_at": now, "ends_at": now + timedelta(days=1)}
    offering.add_promo(show.id, "EARLY", **rest)  # type: ignore[arg-type]
    page = reverse("tickets:performance", args=[show.id])
    sign_in_customer(client, a_buyer().party_id)
    for _ in range(PER_PERSON):
        answer = client.post(page, _form(show, promo="GUESS"))
        assert "tickets.order.bad_promo" in answer.context["errors"].values()
    # Now the right one does not pass either; without a code they buy on.
    answer = client.post(page, _form(show, promo="EARLY"))
    assert answer.status_code == 409
    assert "Too many wrong codes" in answer.content.decode()
    assert client.post(page, _form(show)).status_code == 302


@pytest.mark.django_db
def test_vouchers_are_not_guessed_and_the_card_pays_on(client: Client) -> None:
    show = a_show(general=2, starts_at=clock.now() + timedelta(days=30))
    buyer = a_buyer()
    order = reserved(show, buyer=buyer, now=clock.now())
    sign_in_customer(client, buyer.party_id)
    pay = reverse("tickets:pay", args=["my", order.id])
    for place in range(PER_PERSON + 1):
        answer = client.post(pay, {"voucher": f"AAAA-{place}"})
        assert answer.status_code == 422
    assert answer.context["error"] == "tickets.pay.too_many_guesses"
    assert client.post(pay).status_code == 302


@pytest.mark.django_db
def test_orders_are_not_found_by_trying_their_codes(client: Client) -> None:
    find = reverse("tickets:find_refund")
    given = {"code": "X", "email": "x@example.test"}
    for _ in range(PER_ADDRESS):
        assert client.post(find, given).status_code == 200
    refused = client.post(find, given)
    assert refused.status_code == 429
    assert "Too many tries" in refused.content.decode()


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let guests hold three places by a contact, five by an address."""
    few = staticmethod(lambda: Limits(per_contact=3, per_address=5))
    monkeypatch.setattr(guest_holds._Connected, "limits", few)


def _hold(show: Show, number: int, count: int = 1, *, at: str = "192.0.2.7") -> None:
    assert show.general is not None
    wanted = Wanted(category_id=show.general.id, count=count)
    basket = a_basket(show, wanted, buyer=_guest(number))
    reserving.reserve(basket, now=NOW, guest_from=at)


@pytest.mark.django_db
@pytest.mark.usefixtures("limits")
def test_a_guest_holds_so_many_by_contact_and_by_address() -> None:
    show = a_show(general=30)
    _hold(show, 1, 3)
    with pytest.raises(TooManyHeld) as refused:
        _hold(show, 1, at="198.51.100.1")
    assert refused.value.at_most == 3
    _hold(show, 2, 2)
    with pytest.raises(TooManyHeld) as refused:
        _hold(show, 3)
    assert refused.value.at_most == 5
    assert Place.objects.filter(status="held").count() == 5
    # From elsewhere, signed in, and at the box office it goes on; and once time is over.
    _hold(show, 3, at="198.51.100.1")
    reserving.reserve(a_basket(show, buyer=a_buyer()), now=NOW, guest_from="192.0.2.7")
    reserving.reserve(a_basket(show, channel=SaleChannel.BOX_OFFICE), now=NOW)
    reserving.lapse(now=NOW + timedelta(minutes=15))
    assert GuestHold.objects.count() == 3
    guest_holds.forget_old(now=NOW + timedelta(days=2))
    assert not GuestHold.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("limits")
def test_one_customer_of_a_network_is_one_whatever_address_they_take() -> None:
    show = a_show(general=30)
    for place in range(5):
        _hold(show, place, at=f"2001:db8:1:2::{place}")
    with pytest.raises(TooManyHeld):
        _hold(show, 9, at="2001:db8:1:2:ffff::1")
    _hold(show, 9, at="2001:db8:1:3::1")


@pytest.mark.usefixtures("limits")
def test_at_once_guests_hold_no_more_than_one_after_another(fresh_db: str) -> None:
    show = a_show(general=30)

    def holder(number: int) -> Callable[[], int]:
        def hold() -> int:
            try:
                _hold(show, number)
            except TooManyHeld:
                return 0
            return 1

        return hold

    assert sum(together([holder(one) for one in range(12)])) == 5  # type: ignore[arg-type]
    assert Place.objects.filter(status="held").count() == 5


@pytest.mark.django_db
@pytest.mark.usefixtures("limits")
def test_the_page_says_why_and_the_way_on(client: Client) -> None:
    now = clock.now()
    show = a_show(general=30, starts_at=now + timedelta(days=30))
    page = reverse("tickets:performance", args=[show.id])
    same = _form(show)
    assert client.post(page, same).status_code == 302
    assert client.post(page, same).status_code == 302  # told again: the same order
    for _ in range(2):
        assert client.post(page, _form(show)).status_code == 302
    refused = client.post(page, _form(show))
    assert refused.status_code == 409
    assert "or sign in" in refused.content.decode()
