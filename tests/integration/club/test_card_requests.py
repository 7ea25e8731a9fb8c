"""Members add cards themselves: a proof of whose the card is adds it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, unquote
from uuid import UUID, uuid4

import pytest
from club_builders import a_person
from django.test import Client

from oferta.core.notices import queries as notices
from oferta.core.parties import actions as parties
from oferta.core.parties import models as people
from oferta.core.parties.errors import NotPermitted, OwnAct
from oferta.core.parties.types import Actor, Role, Who, WhoKind
from oferta.kernel import clock
from oferta.services.club.errors import BadCard, CardTaken, TooManyCardRequests, UnknownCardRequest
from oferta.services.club.facts import day_of
from oferta.services.club.membership import cards, joining, requests
from oferta.services.club.models import Card, CardRequest
from signing_in import sign_in_customer, sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> UUID:
    return a_member("anna")


@pytest.fixture
def clerk() -> Actor:
    return parties.appoint_staff(f"c-{uuid4().hex[:6]}", password=None, name="c", role=Role.CLERK)


class Register:
    """Knows one card."""

    def proof(self, party_id: UUID, number: str) -> str | None:
        del party_id
        return "register 7" if number == "*7777" else None


@pytest.fixture
def register() -> Iterator[None]:
    requests.connect(Register())
    yield
    requests.connect(None)


def a_member(key: str) -> UUID:
    party = a_person(key)
    joining.join(party, now=clock.now())
    return party


def asked(party: UUID, number: str, **told: str) -> CardRequest:
    by = Who(kind=WhoKind.CUSTOMER, id=party)
    return requests.ask(party, number, by=by, now=clock.now(), **told)


def test_a_card_is_added_by_who_saw_whose_it_is_and_counts_from_the_day_of_asking(
    anna: UUID, clerk: Actor
) -> None:
    """BC-28: the product that was told decides what the card earns."""
    made = asked(anna, "4400*0001", product="debit")
    assert not Card.objects.filter(member_id=anna).exists()
    with pytest.raises(BadCard):
        requests.confirm(made.id, proof=" ", actor=clerk, now=clock.now())
    requests.confirm(made.id, proof="passport and card seen", actor=clerk, now=clock.now())
    card = Card.objects.get(member_id=anna)
    assert (card.number, card.product, card.since) == ("4400*0001", "debit", day_of(made.asked_at))
    assert notices.inbox(anna)[0].kind == "club.card_added"
    with pytest.raises(UnknownCardRequest):
        requests.refuse(made.id, reason="x", actor=clerk, now=clock.now())


def test_the_banks_register_adds_a_card_at_once(anna: UUID, register: None) -> None:
    assert asked(anna, "*7777").state == "added"
    assert Card.objects.get(member_id=anna).number == "*7777"
    assert asked(anna, "*7778").state == "asked", "what it does not know, a person looks at"


def test_nobody_learns_that_a_number_is_anothers(anna: UUID, clerk: Actor, register: None) -> None:
    """To who asks it looks the same; who answers sees that the number is taken."""
    berik = a_member("berik")
    cards.add(berik, "*7777", now=clock.now())
    made = asked(anna, "*7777")
    assert made.state == "asked"
    with pytest.raises(CardTaken):
        requests.confirm(made.id, proof="seen", actor=clerk, now=clock.now())
    requests.refuse(made.id, reason="not yours", actor=clerk, now=clock.now())
    assert Card.objects.get(number="*7777").member_id == berik
    notice = notices.inbox(anna)[0]
    assert (notice.kind, notice.params["reason"]) == ("club.card_refused", "not yours")


def test_a_whole_number_is_not_taken_and_few_requests_wait(anna: UUID) -> None:
    for whole in ("4400123412341234", "4400 1234 1234 1234", "4400-1234-1234-1234"):
        with pytest.raises(BadCard) as wrong:
            asked(anna, whole)
        assert "1234" not in str(wrong.value.given)
    for number in range(requests.WAITING_MAX):
        asked(anna, f"*{number}")
    with pytest.raises(TooManyCardRequests):
        asked(anna, "*99")
    assert asked(anna, "*0").id == asked(anna, "*0").id, "the same request, however often"


def test_staff_answer_no_request_of_their_own_and_others_none_at_all(
    anna: UUID, clerk: Actor
) -> None:
    made = asked(anna, "*1")
    login = people.Staff.objects.get(id=clerk.id).login
    people.Customer.objects.filter(id=anna).update(login=login)
    with pytest.raises(OwnAct):
        requests.confirm(made.id, proof="mine", actor=clerk, now=clock.now())
    gate = parties.appoint_staff(f"g-{uuid4().hex[:6]}", password=None, name="g", role=Role.GATE)
    with pytest.raises(NotPermitted):
        requests.confirm(made.id, proof="x", actor=gate, now=clock.now())


def test_by_page_from_asking_to_the_answer_at_the_desk(anna: UUID, clerk: Actor) -> None:
    from oferta.core.parties import agreements
    from oferta.core.parties.agreement_types import Circumstances, How
    from oferta.core.terms import shelf

    agreements.accept(
        anna,
        shelf.terms().pack("bonus-club").editions[-1],
        pack="bonus-club",
        how=How.CLICK,
        shown=Circumstances(language="en"),
        now=clock.now(),
    )
    own, desk = (Client(headers={"accept-language": "en"}) for _ in range(2))
    sign_in_customer(own, anna)
    sign_in_staff(desk, clerk.id)
    answer = own.post("/my/club/cards/asked", {"number": "4400*0001"}, follow=True)
    assert "4400*0001" in answer.content.decode()
    (waiting,) = requests.waiting(10)
    listed = desk.get("/desk/club/cards/").content.decode()
    assert "4400*0001" in listed
    desk.post(f"/desk/club/cards/{waiting.id}", {"answer": "confirm", "because": "seen"})
    member = desk.get(f"/desk/club/members/{anna}/").content.decode()
    assert "4400*0001" in member
    act = f"/desk/club/members/{anna}/cards"
    desk.post(act, {"act": "replace", "number": "4400*0001", "new": "4400*0002"})
    desk.post(act, {"act": "add", "number": "4400*0003"})
    desk.post(act, {"act": "lose", "number": "4400*0003"})
    desk.post(act, {"act": "close", "number": "nobody's"})
    states = dict(Card.objects.filter(member_id=anna).values_list("number", "state"))
    assert states == {"4400*0001": "replaced", "4400*0002": "active", "4400*0003": "lost"}
    desk.post(f"/desk/club/members/{anna}/leave")
    left = desk.get(f"/desk/club/members/{anna}/").content.decode()
    assert "Enrol" in left
    desk.post(f"/desk/club/members/{anna}/join")
    back = Card.objects.filter(member_id=anna, state="active").values_list("number", flat=True)
    assert list(back) == ["4400*0002"]


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/my/club/cards/?a=1", "/my/club/cards/%3Fa%3D1"),
        ("https://evil.example/my/", "/my/club/cards/asked"),
        ("", "/my/club/cards/asked"),
    ],
)
def test_who_must_accept_the_terms_first_comes_back_to_the_page_of_the_form(
    anna: UUID, referer: str, back: str
) -> None:
    """Where the form was sent to takes forms only: coming back there would be a page of nothing."""
    own = Client(headers={"referer": referer})
    sign_in_customer(own, anna)
    answer = own.post("/my/club/cards/asked", {"number": "4400*0001"})
    assert answer.headers["Location"].endswith(f"?next={quote(unquote(back), safe='')}")
