"""Terms accepted when one signs up, and asked for before one does something new under them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from party_builders import SHOWN, a_party, edition
from signing_builders import code_for, sign_up

from oferta.core.parties import agreements, joining, keyring, models, receipts
from oferta.core.parties.agreement_types import How
from oferta.core.parties.errors import UnknownCustomer
from oferta.core.parties.web.access import for_customer
from oferta.core.parties.web.agreed import today
from oferta.core.terms import shelf
from oferta.kernel import clock
from signing_in import sign_in_customer, ticked

pytestmark = pytest.mark.django_db
CLUB = "bonus-club"


@pytest.fixture(autouse=True)
def nothing_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def client() -> Client:
    return Client()


def test_who_signs_up_accepts_the_edition_in_force_by_a_click_and_has_a_receipt(
    client: Client,
) -> None:
    """RM-41, RM-42: which edition, when, how, in which words; provable without us."""
    client.cookies["oferta_language"] = "kk"
    login = sign_up(client)
    (made,) = agreements.agreements_of(login.customer.id)
    newest = shelf.terms().edition(CLUB, today())
    assert (made.pack, made.edition, made.how) == (CLUB, newest.id, How.CLICK)
    assert (made.language, made.page) == ("kk", "/sign-up/")
    assert receipts.verify(made.receipt.encode(), keyring.keys().public)["edition"] == newest.id
    assert client.get(f"/my/terms/receipts/{made.id}").status_code == 200


def test_nobody_signs_up_by_a_box_that_is_not_ticked_or_under_an_edition_not_shown(
    client: Client,
) -> None:
    page = client.get("/sign-up/").content.decode()
    assert 'type="checkbox"' in page
    assert " checked" not in page
    for box in ({}, {"accept-bonus-club": "2023-11-02"}):
        answer = client.post("/sign-up/", {"contact": "anna@example.test", **box})
        assert answer.status_code == 422
        assert "tick that you accept" in answer.content.decode()
    assert not models.Login.objects.exists()


def test_who_signs_up_again_accepts_nothing_in_the_name_of_the_login_that_is_there(
    client: Client,
) -> None:
    login = sign_up(client)
    other = Client()
    other.post("/sign-up/", ticked("anna@example.test"))
    other.post("/sign-in/code/confirm/", {"code": code_for("anna@example.test")})
    assert len(agreements.agreements_of(login.customer.id)) == 1


def a_page(party: UUID, path: str = "/my/club/act?amount=5") -> HttpResponse:
    """Open a page on which one does something new under the club's terms."""

    @for_customer(link=False, acts=True, under=CLUB)
    def act(request: HttpRequest, **_: object) -> HttpResponse:
        return HttpResponse("acted")

    client = Client()
    sign_in_customer(client, party)
    request = RequestFactory().get(path)
    request.session = client.session  # type: ignore[assignment]
    request.user = models.Customer.objects.get(id=party).login  # type: ignore[assignment]
    request.LANGUAGE_CODE = "en"
    return act(request)


def test_who_accepted_nothing_is_asked_before_acting_and_comes_back() -> None:
    party = a_party()
    answer = a_page(party)
    assert answer.status_code == 302
    where = answer.headers["Location"]
    assert where == "/my/terms/bonus-club/?next=%2Fmy%2Fclub%2Fact%3Famount%3D5"
    client = Client()
    sign_in_customer(client, party)
    page = client.get(where).content.decode()
    newest = shelf.terms().edition(CLUB, today())
    assert f"/terms/{CLUB}/editions/{newest.id}/" in page
    assert agreements.agreements_of(party) == [], "to look at the question is no answer"
    stale = client.post(where, {"edition": "2023-11-02", "answer": "accept"})
    assert stale.status_code == 200
    assert agreements.agreements_of(party) == []
    back = client.post(where, {"edition": newest.id, "answer": "accept"})
    assert back.headers["Location"] == "/my/club/act?amount=5"
    assert a_page(party).content == b"acted"


def test_an_edition_that_takes_rights_away_is_asked_about_before_acting_and_home_says_so() -> None:
    party = a_party()
    now = clock.now() - timedelta(days=400)
    agreements.accept(
        party, edition(CLUB, "2023-11-02"), pack=CLUB, how=How.CLICK, shown=SHOWN, now=now
    )
    agreements.bring(shelf.terms().pack(CLUB), today=today(), now=clock.now())
    assert a_page(party).status_code == 302
    client = Client()
    sign_in_customer(client, party)
    assert "A new edition of the terms waits" in client.get("/my/").content.decode()
    newest = shelf.terms().edition(CLUB, today()).id
    client.post(f"/my/terms/{CLUB}/", {"edition": newest, "answer": "decline"})
    assert a_page(party).status_code == 302, "nothing new under terms that were declined"
    client.post(f"/my/terms/{CLUB}/", {"edition": newest, "answer": "accept"})
    assert a_page(party).content == b"acted"
    assert "A new edition of the terms waits" not in client.get("/my/").content.decode()


def test_a_pack_that_is_not_in_force_asks_nobody() -> None:
    assert not joining.must_answer(a_party(), "nothing", today=today())
    with pytest.raises(UnknownCustomer):
        joining.accept(UUID(int=7), [(CLUB, "2023-11-02")], shown=SHOWN, now=clock.now())


def test_the_way_back_stays_on_this_site() -> None:
    party = a_party()
    client = Client()
    sign_in_customer(client, party)
    newest = shelf.terms().edition(CLUB, today()).id
    path = f"/my/terms/{CLUB}/?next=https://elsewhere.example/"
    answer = client.post(path, {"edition": newest, "answer": "accept"})
    assert answer.headers["Location"] == "/my/terms/"
