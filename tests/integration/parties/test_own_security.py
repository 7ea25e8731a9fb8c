"""What gets a person in is changed, lost, stolen and recovered; sessions end."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from signing_builders import (
    PASSWORD,
    code_for,
    is_in,
    sent,
    sign_up,
    told,
    totp,
    with_password,
    with_totp,
)

from oferta.core.cases import queries as cases
from oferta.core.cases.types import Kind
from oferta.core.parties import actions, factors, logins, models, queries
from oferta.core.parties.contacts import read_contact
from oferta.core.parties.errors import NotStaff
from oferta.core.parties.types import Role
from oferta.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def client() -> Client:
    return Client()


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


def test_the_desk_asks_staff_for_a_second_factor_or_to_set_one_up(client: Client) -> None:
    login = with_password(sign_up(client))
    actor = actions.appoint_staff("clerk", password=None, name="Clerk", roles=(Role.CLERK,))
    models.Staff.objects.filter(id=actor.id).update(login=login)
    sign_in = {"login": "anna@example.test", "password": PASSWORD, "next": "/desk/"}
    without = Client()
    without.post("/sign-in/", sign_in)
    assert without.get("/desk/").headers["Location"].startswith("/my/security/factors/app/")
    with_totp(login)
    assert without.get("/desk/").headers["Location"].startswith("/my/security/confirm/")
    proved = Client()
    proved.post("/sign-in/", sign_in)
    answer = proved.post("/sign-in/second-factor/", {"code": totp()})
    assert answer.headers["Location"] == "/desk/"
    assert proved.get("/desk/").status_code == 200


def test_a_sign_in_under_way_does_not_outlive_this_was_not_me(client: Client) -> None:
    login = with_password(sign_up(client))
    with_totp(login)
    thief = Client()
    thief.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    logins.freeze(login, door="link", now=clock.now())
    answer = thief.post("/sign-in/second-factor/", {"code": totp()})
    assert answer.headers["Location"] == "/sign-in/recovery/"
    assert not is_in(thief)
    login.refresh_from_db()
    assert login.frozen_at is not None


def test_saying_it_twice_opens_one_case_and_sends_one_notice(client: Client) -> None:
    login = sign_up(client)
    for _ in range(2):
        logins.freeze(login, door="link", now=clock.now())
    assert told(login).count("security.frozen") == 1
    assert len(cases.cases_of_party(queries.customer_of_login(login.id).id)) == 1


def test_who_owns_the_machine_resets_the_factors_of_staff(client: Client) -> None:
    login = with_password(sign_up(client))
    with_totp(login)
    with pytest.raises(NotStaff):
        factors.reset(login.username, now=clock.now())
    actor = actions.appoint_staff("clerk", password=None, name="Clerk", roles=(Role.CLERK,))
    models.Staff.objects.filter(id=actor.id).update(login=login)
    assert factors.reset(login.username, now=clock.now()) == 2
    assert not Authenticator.objects.filter(user=login).exists()
    assert not is_in(client)


def test_staff_are_signed_in_for_a_working_day(client: Client) -> None:
    login = with_password(sign_up(client))
    actor = actions.appoint_staff("clerk", password=None, name="Clerk", roles=(Role.CLERK,))
    models.Staff.objects.filter(id=actor.id).update(login=login)
    visitor = Client()
    visitor.post("/sign-in/", {"login": "anna@example.test", "password": PASSWORD})
    assert visitor.session.get_expiry_age() <= 12 * 3600
