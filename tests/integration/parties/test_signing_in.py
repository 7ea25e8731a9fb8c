"""Sign up, sign in, recover: codes, passwords, factors, lock-out, and no telling who is known."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from oferta.core.cases import queries as cases
from oferta.core.cases.types import Kind
from oferta.core.notices import queries as notices
from oferta.core.parties import actions, logins, models, queries
from oferta.core.parties.contacts import read_contact
from oferta.core.parties.types import NewCustomer, Role
from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES

pytestmark = pytest.mark.django_db
PASSWORD = "four words of mine"  # noqa: S105 - of a test
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - of a test


@pytest.fixture(autouse=True)
def nothing_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def client() -> Client:
    return Client()


def sent(kind: str = "") -> list[dict[str, Any]]:
    """Return what waits in the outbox to go to an address, the oldest first."""
    jobs = ProcrastinateJob.objects.filter(task_name="notices.deliver_direct").order_by("id")
    return [job.args for job in jobs if job.args["kind"].startswith(kind)]


def code_for(address: str) -> str:
    return str(next(x["params"]["code"] for x in reversed(sent()) if x["address"] == address))


def sign_up(client: Client, contact: str = "anna@example.test") -> models.Login:
    assert client.post("/sign-up/", {"contact": contact}).status_code == 302
    answer = client.post("/sign-in/code/confirm/", {"code": code_for(contact)})
    assert answer.status_code == 302, answer.content.decode()
    login = logins.login_of(read_contact(contact))
    assert login is not None
    return login


def with_password(login: models.Login) -> models.Login:
    login.set_password(PASSWORD)
    login.save()
    return login


def with_totp(login: models.Login) -> list[str]:
    """Give a login an authenticator app; return its recovery codes."""
    TOTP.activate(login, SECRET)
    return RecoveryCodes.activate(login).generate_codes()


def totp() -> str:
    return str(format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time()))))


def is_in(client: Client) -> bool:
    return client.get("/my/security/").status_code == 200


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
    client.post("/sign-up/", {"contact": "anna@example.test"})
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
    client.post("/sign-up/", {"contact": "anna@example.test"})
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
            asked = visitor.post(page, {"contact": contact})
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
        assert client.post("/sign-up/", {"contact": "+77010000001"}).status_code == 302
    assert client.post("/sign-up/", {"contact": "+77010000001"}).status_code == 422
    assert client.post("/sign-up/", {"contact": "+77010000002"}).status_code == 302


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
    client.post("/sign-up/?next=/my/cases/", {"contact": "anna@example.test"})
    code = {"code": code_for("anna@example.test")}
    answer = client.post("/sign-in/code/confirm/", code)
    assert answer.headers["Location"] == "/my/cases/"


def test_a_session_from_before_signing_in_is_worth_nothing_after(client: Client) -> None:
    client.post("/sign-up/", {"contact": "anna@example.test"})
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


def test_a_new_password_ends_other_sessions_and_is_told(client: Client) -> None:
    login = with_password(sign_up(client))
    other = Client()
    other.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    here = Client()
    here.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    for bad in ("short", "password123", "1234567890123"):
        assert here.post("/my/security/password/", {"password": bad}).status_code == 422
    assert here.post("/my/security/password/", {"password": "another four words"})
    assert is_in(here)
    assert not is_in(other)
    assert "security.password" in told(login)


def told(login: models.Login) -> list[str]:
    return [item.kind for item in notices.inbox(queries.customer_of_login(login.id).id)]


def test_changing_factors_asks_for_a_fresh_proof(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = with_password(sign_up(client))
    client.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    later = time.time() + 301
    monkeypatch.setattr("oferta.core.parties.web.proofs.time.time", lambda: later)
    for page in ("password/", "factors/app/", "factors/passkey/", "contacts/add/"):
        answer = client.get(f"/my/security/{page}")
        assert answer.headers["Location"].startswith("/my/security/confirm/")
    wrong = client.post("/my/security/confirm/", {"password": "not it at all"})
    assert wrong.status_code == 422
    right = {"password": PASSWORD, "next": "/my/security/password/"}
    monkeypatch.undo()
    answer = client.post("/my/security/confirm/", right)
    assert answer.headers["Location"] == "/my/security/password/"
    with_totp(login)
    assert client.get("/my/security/password/").status_code == 302, "now the factor is asked for"
    client.post("/my/security/confirm/", {"code": totp()})
    assert client.get("/my/security/password/").status_code == 200


def test_a_person_sets_up_an_app_and_gets_recovery_codes(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    login = sign_up(client)
    page = client.get("/my/security/factors/app/").content.decode()
    secret = re.search(r'id="secret">([A-Z2-7]+)<', page)
    assert secret is not None
    counter = next(yield_hotp_counters_from_time())
    code = format_hotp_value(hotp_value(secret[1], counter))
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/my/security/factors/app/", {"code": code})
    assert answer.headers["Location"] == "/my/security/recovery-codes/"
    codes = client.get("/my/security/recovery-codes/").content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", codes)) == 10
    assert "security.factor_added" in told(login)


def test_another_contact_is_added_by_a_code_and_every_contact_hears_of_it(client: Client) -> None:
    login = sign_up(client)
    client.post("/my/security/contacts/add/", {"contact": "+77010000009"})
    client.post("/my/security/contacts/add/", {"code": code_for("+77010000009")})
    assert len(logins.contacts_of(login.id)) == 2
    assert "security.contact_added" in told(login)
    client.post("/my/security/contacts/remove/", {"contact": "email:anna@example.test"})
    assert [item.address for item in logins.contacts_of(login.id)] == ["+77010000009"]
    assert "anna@example.test" in [x["address"] for x in sent("security.contact_removed")]
    answer = client.post("/my/security/contacts/remove/", {"contact": "sms:+77010000009"})
    assert answer.status_code == 422, "the last one stays"


def test_somebody_elses_contact_cannot_be_added(client: Client) -> None:
    sign_up(client, "anna@example.test")
    other = Client()
    sign_up(other, "boris@example.test")
    other.post("/my/security/contacts/add/", {"contact": "anna@example.test"})
    code = {"code": code_for("anna@example.test")}
    assert other.post("/my/security/contacts/add/", code).status_code == 422


def test_recovery_asks_for_no_fact_about_the_person(client: Client) -> None:
    """SV-106: recovery never passes on knowledge alone."""
    with_password(sign_up(client))
    page = Client().get("/sign-in/recovery/").content.decode()
    assert re.findall(r'<input[^>]* name="(?!csrf|language|next)(\w+)"', page) == ["contact"]


def test_a_lost_factor_goes_after_three_days_that_every_contact_is_told_of(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SV-106."""
    login = with_password(sign_up(client))
    logins.add_contact(login, read_contact("+77010000009"), now=clock.now())
    with_totp(login)
    by_password = Client()
    by_password.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    answer = by_password.post("/sign-in/lost-factor/")
    assert answer.headers["Location"] == "/sign-in/recovery/", "a contact must be proved"

    def ask() -> Client:
        visitor = Client()
        visitor.post("/sign-in/code/", {"contact": "anna@example.test"})
        visitor.post("/sign-in/code/confirm/", {"code": code_for("anna@example.test")})
        assert visitor.post("/sign-in/lost-factor/").status_code in {200, 302}
        return visitor

    visitor = ask()
    assert not is_in(visitor)
    assert Authenticator.objects.filter(user=login).exists()
    assert "security.removal_asked" in told(login)
    now = clock.now()
    monkeypatch.setattr("oferta.kernel.clock.now", lambda: now + timedelta(hours=71))
    assert not is_in(ask())
    monkeypatch.setattr("oferta.kernel.clock.now", lambda: now + timedelta(hours=73))
    assert is_in(ask())
    assert not Authenticator.objects.filter(user=login).exists()
    assert "security.factor_removed" in told(login)


def test_the_owner_stops_the_removal_of_a_factor_by_the_link_in_a_notice(client: Client) -> None:
    login = sign_up(client)
    with_totp(login)
    logins.ask_removal(login, now=clock.now())
    customer = queries.customer_of_login(login.id)
    link = f"/c/{queries.link_token(customer.id)}/security/not-me/"
    Client().post(link, {"keep": "1"})
    assert logins.removal_due(login.id) is None
    assert login.frozen_at is None


def test_staff_get_no_factor_by_waiting(client: Client) -> None:
    login = sign_up(client)
    with_totp(login)
    actor = actions.appoint_staff("clerk", password=None, name="Clerk", role=Role.CLERK)
    models.Staff.objects.filter(id=actor.id).update(login=login)
    visitor = Client()
    visitor.post("/sign-in/code/", {"contact": "anna@example.test"})
    visitor.post("/sign-in/code/confirm/", {"code": code_for("anna@example.test")})
    assert visitor.post("/sign-in/lost-factor/").status_code == 422


def test_this_was_not_me_ends_every_session_and_opens_a_case(client: Client) -> None:
    login = with_password(sign_up(client))
    thief = Client()
    thief.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    stray = Client()
    stray.force_login(login)  # a session that is in no list
    customer = queries.customer_of_login(login.id)
    link = f"/c/{queries.link_token(customer.id)}/security/not-me/"
    assert Client().get(link).status_code == 200
    assert Client().post(link).status_code == 200
    assert not any(is_in(one) for one in (client, thief, stray))
    (case,) = cases.cases_of_party(customer.id)
    assert (case.kind, case.decision_id) == (Kind.SECURITY, None)
    assert "security.frozen" in told(login)
    answer = thief.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    assert answer.headers["Location"] == "/sign-in/recovery/"
    assert not is_in(thief)


def test_recovery_after_not_me_lets_in_by_a_code_and_drops_the_password(client: Client) -> None:
    login = with_password(sign_up(client))
    with_totp(login)
    logins.freeze(login, door="my", now=clock.now())
    visitor = Client()
    visitor.post("/sign-in/recovery/", {"contact": "anna@example.test"})
    visitor.post("/sign-in/code/confirm/", {"code": code_for("anna@example.test")})
    assert not is_in(visitor), "the factor is still asked for"
    visitor.post("/sign-in/second-factor/", {"code": totp()})
    assert is_in(visitor)
    login.refresh_from_db()
    assert login.frozen_at is None
    assert not login.has_usable_password()
    assert not is_in(client), "sessions from before stay ended"


def test_sessions_are_listed_and_ended_one_by_one_and_all(client: Client) -> None:
    login = with_password(sign_up(client))
    client.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    others = [Client(), Client(), Client()]
    for one in others:
        one.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    page = client.get("/my/security/").content.decode()
    ids = re.findall(r"sessions/(\d+)/end/", page)
    assert len(ids) == 4
    from allauth.usersessions.models import UserSession

    key = others[0].session.session_key
    first = UserSession.objects.get(session_key=key)
    client.post(f"/my/security/sessions/{first.id}/end/")
    assert [is_in(one) for one in others] == [False, True, True]
    client.post("/my/security/sessions/end-others/")
    assert [is_in(one) for one in others] == [False, False, False]
    assert is_in(client)
    assert login.is_active


def test_nobody_ends_anothers_session_or_device(client: Client) -> None:
    sign_up(client, "anna@example.test")
    other = Client()
    sign_up(other, "boris@example.test")
    from allauth.usersessions.models import UserSession

    theirs = UserSession.objects.get(session_key=client.session.session_key)
    assert other.post(f"/my/security/sessions/{theirs.id}/end/").status_code == 404
    device = models.Device.objects.get(login=theirs.user)
    other.post(f"/my/security/devices/{device.id}/forget/")
    assert models.Device.objects.filter(id=device.id).exists()
    assert is_in(client)


def test_a_new_device_is_told_of_the_first_and_the_same_are_not(client: Client) -> None:
    login = with_password(sign_up(client))
    assert "security.new_device" not in told(login)
    client.post("/sign-out/")
    client.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    assert "security.new_device" not in told(login)
    Client().post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    assert "security.new_device" in told(login)


def test_a_customer_of_a_feed_is_claimed_by_a_code_to_the_address_on_file(client: Client) -> None:
    new = NewCustomer(key="card-1", language="kk", contacts={"email": "Anna@example.test"})
    known = actions.register_customers([new], now=clock.now())["card-1"]
    login = sign_up(client)
    assert queries.customer_of_login(login.id).id == known


def test_an_address_of_two_customers_claims_neither(client: Client) -> None:
    for key in ("card-1", "card-2"):
        new = NewCustomer(key=key, contacts={"email": "anna@example.test"})
        actions.register_customers([new], now=clock.now())
    login = sign_up(client)
    assert queries.customer_of_login(login.id).key.startswith("login:")


def test_a_personal_link_claims_a_customer_whom_no_address_is_known_of(client: Client) -> None:
    known = actions.register_customers([NewCustomer(key="card-1")], now=clock.now())["card-1"]
    link = f"/c/{queries.link_token(known)}/claim/"
    assert client.post(link).headers["Location"] == "/sign-up/"
    login = sign_up(client)
    assert queries.customer_of_login(login.id).id == known
    assert Client().get(link).status_code == 404, "claimed once"


def test_a_passed_on_link_does_not_claim_a_customer_with_an_address(client: Client) -> None:
    new = NewCustomer(key="card-1", contacts={"email": "anna@example.test"})
    known = actions.register_customers([new], now=clock.now())["card-1"]
    client.post(f"/c/{queries.link_token(known)}/claim/")
    login = sign_up(client, "friend@example.test")
    assert queries.customer_of_login(login.id).id != known


def test_a_personal_link_opens_no_page_of_the_session(client: Client) -> None:
    sign_up(client)
    customer = models.Customer.objects.get()
    link = f"/c/{queries.link_token(customer.id)}"
    for page in ("security/", "security/password/", "security/contacts/add/"):
        assert Client().get(f"{link}/{page}").status_code == 404
