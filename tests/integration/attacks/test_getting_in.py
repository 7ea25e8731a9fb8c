"""A thief gets in neither by guessing, nor by waiting, nor by learning who is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from getting_in import SECRET, code_for, is_in, sign_up

from oferta.core.parties import factors, logins, models, queries
from oferta.kernel import clock

ANNA = "anna@example.test"


@pytest.fixture(autouse=True)
def fresh_counts(db: None) -> None:
    cache.clear()


def by_code(contact: str = ANNA) -> Client:
    visitor = Client()
    visitor.post("/sign-in/code/", {"contact": contact})
    visitor.post("/sign-in/code/confirm/", {"code": code_for(contact)})
    return visitor


def later(monkeypatch: pytest.MonkeyPatch, **time: int) -> None:
    moment = clock.now() + timedelta(**time)
    monkeypatch.setattr("oferta.kernel.clock.now", lambda: moment)


def with_app(client: Client) -> models.Login:
    login = sign_up(client, ANNA)
    factors.give_app(login.username, SECRET)
    return login


def test_an_old_wait_for_a_lost_factor_lets_nobody_in_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SV-106: each removal is announced its whole waiting time before."""
    login = with_app(Client())
    by_code().post("/sign-in/lost-factor/")
    later(monkeypatch, days=90)
    thief = by_code()
    thief.post("/sign-in/lost-factor/")
    assert not is_in(thief)
    assert Authenticator.objects.filter(user=login).exists()
    due = logins.removal_due(login.id)
    assert due is not None
    assert due > clock.now() + timedelta(hours=71)


def test_this_was_not_me_stops_the_removal_of_a_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    login = with_app(Client())
    by_code().post("/sign-in/lost-factor/")
    customer = queries.customer_of_login(login.id)
    Client().post(f"/c/{queries.link_token(customer.id)}/security/not-me/")
    later(monkeypatch, hours=73)
    thief = by_code()
    thief.post("/sign-in/lost-factor/")
    assert not is_in(thief)
    assert Authenticator.objects.filter(user=login).exists()


def test_who_signs_in_with_the_factor_stops_its_removal() -> None:
    login = with_app(Client())
    visitor = by_code()
    visitor.post("/sign-in/lost-factor/")
    assert logins.removal_due(login.id) is not None
    visitor.post("/sign-in/second-factor/", {"code": factors.code_of(SECRET)})
    assert is_in(visitor)
    assert logins.removal_due(login.id) is None


def test_a_name_of_nobody_is_refused_after_as_many_tries_as_a_login_however_spelt() -> None:
    """No counting of tries tells who is known."""
    sign_up(Client(), "+77010000001")

    def answers(number: str) -> list[bool]:
        spellings = [number, f"{number[:2]} {number[2:]}", f"{number[:5]}-{number[5:]}"] * 3
        visitor = Client()
        forms = [
            visitor.post("/sign-in/", {"login": one, "password": "x"}).context["form"]
            for one in spellings
        ]
        return ["too_many_login_attempts" in str(form.errors.as_data()) for form in forms]

    assert answers("+77010000001") == answers("+77010000002")
    assert True in answers("+77010000002")
