"""Sign up, sign in, recover: codes, passwords, factors, lock-out, and no telling who is known."""

from __future__ import annotations

import json
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from signing_builders import (
    PASSWORD,
    SECRET,
    code_for,
    is_in,
    sent,
    sign_up,
    totp,
    with_password,
    with_totp,
)

from oferta.core.parties import models, queries
from oferta.kernel.i18n import LANGUAGES
from signing_in import ticked

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize("contact", ["anna@example.test", "+77010000001"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_signs_up_by_phone_or_mail_in_their_language(
    client: Client, contact: str, language: str
) -> None:
    client.cookies["oferta_language"] = language.lower()
    login = sign_up(client, contact)
    (message,) = sent("login.")
    assert (message["address"], message["language"]) == (contact, language)
    assert is_in(client)
    customer = queries.customer_of_login(login.id)
    assert customer.language == language
    assert contact in customer.contacts.values()


def test_a_wrong_code_lets_nobody_in_and_five_end_it(client: Client) -> None:
    client.post("/sign-up/", ticked("anna@example.test"))
    right = code_for("anna@example.test")
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        assert client.post("/sign-in/code/confirm/", {"code": wrong}).status_code == 422
    answer = client.post("/sign-in/code/confirm/", {"code": right})
    assert answer.headers["Location"] == "/sign-in/"
    assert not models.Login.objects.exists()


def test_a_code_works_once_and_for_ten_minutes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post("/sign-up/", ticked("anna@example.test"))
    later = time.time() + 601
    with monkeypatch.context() as patch:
        patch.setattr("allauth.account.internal.flows.code_verification.time.time", lambda: later)
        code = code_for("anna@example.test")
        assert client.post("/sign-in/code/confirm/", {"code": code}).status_code == 302
    assert not is_in(client)
    sign_up(client)
    again = Client()
    assert again.post("/sign-in/code/confirm/", {"code": code_for("anna@example.test")})
    assert not is_in(again), "a code is worth nothing in another browser"


def test_pages_answer_alike_whether_or_not_a_contact_is_known(client: Client) -> None:
    """SV-106: nobody learns who has a login here."""
    sign_up(client, "known@example.test")
    for page in ("/sign-up/", "/sign-in/code/", "/sign-in/recovery/"):
        seen = []
        for contact in ("known@example.test", "other@example.test"):
            visitor = Client()
            asked = visitor.post(page, ticked(contact))
            shown = visitor.get(asked.headers["Location"])
            wrong = visitor.post(asked.headers["Location"], {"code": "12345x"})
            pages = [shown.content.decode(), wrong.content.decode()]
            texts = [re.sub(r"csrfmiddlewaretoken[^>]*|k…@|o…@", "", text) for text in pages]
            seen.append((asked.status_code, asked.headers["Location"], wrong.status_code, texts))
        assert seen[0] == seen[1]


def test_a_code_asked_for_by_a_stranger_says_that_nobody_is_there(client: Client) -> None:
    client.post("/sign-in/code/", {"contact": "other@example.test"})
    assert [item["kind"] for item in sent()] == ["login.unknown"]
    for guess in ("", "0", "000000"):
        client.post("/sign-in/code/confirm/", {"code": guess})
    assert not is_in(client)


def test_signing_up_again_signs_in(client: Client) -> None:
    login = sign_up(client)
    again = Client()
    assert sign_up(again) == login
    assert models.Customer.objects.count() == 1


def test_a_second_factor_is_asked_for_after_a_code_and_after_a_password(client: Client) -> None:
    login = with_password(sign_up(client))
    with_totp(login)
    by_code, by_password = Client(), Client()
    sign_in = {"login": "anna@example.test", "password": PASSWORD}
    by_code.post("/sign-in/code/", {"contact": "anna@example.test"})
    by_code.post("/sign-in/code/confirm/", {"code": code_for("anna@example.test")})
    by_password.post("/sign-in/", sign_in)
    for visitor in (by_code, by_password):
        assert not is_in(visitor)
        assert visitor.post("/sign-in/second-factor/", {"code": "abc"}).status_code == 200
        assert not is_in(visitor)
    assert by_password.post("/sign-in/second-factor/", {"code": totp()}).status_code == 302
    assert is_in(by_password)


def test_a_recovery_code_takes_the_place_of_the_app_once(client: Client) -> None:
    codes = with_totp(with_password(sign_up(client)))
    for expected in (True, False):
        visitor = Client()
        visitor.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
        visitor.post("/sign-in/second-factor/", {"code": codes[0]})
        assert is_in(visitor) is expected


def test_secrets_of_factors_are_encrypted_in_the_table(client: Client) -> None:
    with_totp(sign_up(client))
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert SECRET not in kept


def test_guessing_locks_out_strangers_but_not_the_known_device(client: Client) -> None:
    """A shared address is not punished: another login from it gets in."""
    with_password(sign_up(client, "anna@example.test"))
    other = Client()
    with_password(sign_up(other, "boris@example.test"))
    client.post("/sign-out/")
    guesser = Client()
    wrong = {"login": "anna@example.test", "password": "not it at all"}
    for _ in range(6):
        answer = guesser.post("/sign-in/", wrong)
    assert "Too many wrong tries" in answer.content.decode()
    right = {"login": "anna@example.test", "password": PASSWORD}
    guesser.post("/sign-in/", right)
    assert not is_in(guesser), "unknown devices are locked out even with the password"
    client.post("/sign-in/", right)
    assert is_in(client), "the device that the login knows is not"
    third = Client()
    third.post("/sign-in/", {"login": "boris@example.test", "password": PASSWORD})
    assert is_in(third), "nor is anybody else at the same address"
    guesser.post("/sign-in/code/", {"contact": "anna@example.test"})
    guesser.post("/sign-in/code/confirm/", {"code": code_for("anna@example.test")})
    assert is_in(guesser), "nor who has another proof"


def test_codes_to_one_address_are_limited(client: Client) -> None:
    for _ in range(5):
        assert client.post("/sign-up/", ticked("+77010000001")).status_code == 302
    assert client.post("/sign-up/", ticked("+77010000001")).status_code == 422
    assert client.post("/sign-up/", ticked("+77010000002")).status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    with_password(sign_up(client))
    for way in ("password", "code"):
        visitor = Client()
        if way == "password":
            form = {"login": "anna@example.test", "password": PASSWORD, "next": elsewhere}
            answer = visitor.post("/sign-in/", form)
        else:
            visitor.post("/sign-in/code/", {"contact": "anna@example.test", "next": elsewhere})
            code = {"code": code_for("anna@example.test")}
            answer = visitor.post("/sign-in/code/confirm/", code)
        assert answer.headers["Location"] == "/my/"


def test_signing_in_leads_to_where_one_was_going(client: Client) -> None:
    client.post("/sign-up/?next=/my/cases/", ticked("anna@example.test"))
    code = {"code": code_for("anna@example.test")}
    answer = client.post("/sign-in/code/confirm/", code)
    assert answer.headers["Location"] == "/my/cases/"


def test_a_session_from_before_signing_in_is_worth_nothing_after(client: Client) -> None:
    client.post("/sign-up/", ticked("anna@example.test"))
    before = client.cookies["oferta_session"].value
    client.post("/sign-in/code/confirm/", {"code": code_for("anna@example.test")})
    assert client.cookies["oferta_session"].value != before
    thief = Client()
    thief.cookies["oferta_session"] = before
    assert not is_in(thief)


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client) -> None:
    sign_up(client)
    for name in ("oferta_session", "oferta_device"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


def test_every_page_speaks_the_customers_language_after_signing_in(client: Client) -> None:
    client.cookies["oferta_language"] = "kk"
    with_password(sign_up(client))
    visitor = Client(headers={"accept-language": "en"})
    visitor.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    assert 'lang="kk"' in visitor.get("/my/security/").content.decode()


def test_a_code_stands_readable_neither_in_the_queue_nor_in_the_session(client: Client) -> None:
    client.post("/sign-up/", ticked("anna@example.test"))
    code = code_for("anna@example.test")
    (job,) = sent("login.")
    assert code not in json.dumps(job)
    assert code not in json.dumps(dict(client.session.items()))
    assert client.post("/sign-in/code/confirm/", {"code": code}).status_code == 302
