"""Who gets in, how far, how fast; what every answer of the API has."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from rest_builders import ALL, NOW, Api, a_customer, a_customers_api, an_api, an_event

from oferta.core.parties import models as party_models
from oferta.kernel import clock
from oferta.project.rest import actions, models, pacing, queries
from oferta.project.rest.errors import BadToken
from oferta.project.rest.types import NewToken, Scope

pytestmark = pytest.mark.django_db


def test_without_a_token_there_is_a_problem_and_no_page() -> None:
    response = Client().get("/api/v1/me")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json() == {
        "type": "/api/docs/errors#rest.not_signed_in",
        "title": "No token and no session, or one that is unknown, expired or revoked.",
        "status": 401,
        "code": "rest.not_signed_in",
        "facts": {},
        "instance": "/api/v1/me",
    }


def test_a_token_opens_what_its_scopes_name_and_nothing_else() -> None:
    api = an_api(frozenset({Scope.TERMS_READ}))
    assert api.get("/terms/packs").status_code == 200
    refused = api.get("/ledger/accounts")
    assert (refused.status_code, refused.json()["code"]) == (403, "rest.scope_missing")


def test_of_a_token_only_its_hash_is_kept() -> None:
    api = an_api()
    row = models.Token.objects.get()
    assert api.text.startswith(row.prefix)
    assert api.text not in repr(row.__dict__)
    assert len(bytes(row.hash)) == 32


@pytest.mark.parametrize(
    "changed", [lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"), lambda text: text[:20]]
)
def test_a_token_that_differs_in_one_sign_opens_nothing(changed: object) -> None:
    api = an_api()
    assert Api(changed(api.text), api.client).get("/me").status_code == 401  # type: ignore[operator]


def test_a_revoked_token_opens_nothing() -> None:
    api = an_api()
    actions.revoke_token(models.Token.objects.get().prefix, now=NOW)
    assert api.get("/me").status_code == 401


def test_an_expired_token_opens_nothing() -> None:
    api = an_api(expires_at=NOW + timedelta(days=1))
    models.Token.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert api.get("/me").status_code == 401


def test_the_list_of_tokens_says_when_each_was_used_last() -> None:
    api = an_api()
    assert queries.tokens()[0].used_at is None
    api.get("/me")
    assert queries.tokens()[0].used_at is not None


def test_a_customers_token_cannot_reach_further_than_their_own() -> None:
    with pytest.raises(BadToken):
        actions.create_token(
            NewToken(name="x", owner="x", scopes=ALL, party_id=a_customer()),
            created_by="test",
            now=NOW,
        )


def test_only_a_token_for_a_member_of_staff_may_answer_cases() -> None:
    with pytest.raises(BadToken):
        an_api(frozenset({Scope.CASES_RESOLVE}))


def test_the_minutes_requests_are_counted_and_then_refused() -> None:
    api = an_api(per_minute=2)
    first = api.get("/me")
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("2", "1")
    assert api.get("/me").status_code == 200
    refused = api.get("/me")
    assert (refused.status_code, refused.json()["code"]) == (429, "rest.too_many_requests")
    assert 1 <= int(refused["Retry-After"]) <= 31


def test_a_pace_comes_back_with_time() -> None:
    caller = a_customer()
    paces = [pacing.take(caller, 60, NOW) for _ in range(61)]
    assert [one.left for one in paces[:2]] == [59, 58]
    assert (paces[59].wait_seconds, paces[60].wait_seconds) == (0, 1)
    assert pacing.take(caller, 60, NOW + timedelta(seconds=2)).wait_seconds == 0


def test_a_signed_in_customer_may_read_by_session_and_change_only_with_the_csrf_token() -> None:
    party = a_customer()
    login = get_user_model().objects.create_user("anna")
    party_models.Customer.objects.filter(id=party).update(login=login)
    client = Client(enforce_csrf_checks=True)
    client.force_login(login)
    assert client.get("/api/v1/me").json()["party_id"] == str(party)
    forged = client.post("/api/v1/cases", b"{}", content_type="application/json")
    assert (forged.status_code, forged.json()["code"]) == (403, "rest.forged_request")


def test_an_answer_names_no_origin_that_may_read_it() -> None:
    response = an_api().get("/me", Origin="https://elsewhere.example")
    assert [name for name in response.headers if name.lower().startswith("access-control")] == []
    assert "sessionid" not in response.cookies


def test_an_unchanged_answer_is_not_sent_again() -> None:
    api = an_api()
    first = api.get("/terms/packs")
    again = api.get("/terms/packs", If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/nowhere", None, 404, "rest.nothing_there"),
        ("PATCH", "/me", None, 405, "rest.method_not_allowed"),
        ("POST", "/decisions", b"{", 400, "rest.bad_request"),
        ("POST", "/decisions", b"[" * 60 + b"]" * 60, 400, "rest.bad_request"),
        ("POST", "/decisions", b'"a\\u0000b"', 400, "rest.bad_request"),
        ("POST", "/decisions", b'{"key":"x"}', 422, "rest.bad_fields"),
        ("POST", "/decisions", b"", 422, "rest.bad_fields"),
        ("GET", "/decisions?limit=900&party_id=x", None, 400, "rest.bad_parameters"),
        ("GET", "/decisions", None, 400, "rest.bad_parameters"),
        ("GET", "/ledger/accounts?after=x!", None, 400, "rest.bad_cursor"),
        ("GET", "/ledger/accounts?prefix=%00", None, 400, "rest.bad_request"),
        ("GET", "/terms/packs/none", None, 404, "terms.unknown_pack"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_own_code(
    method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    response = an_api().send(method, path, body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response["Content-Type"] == "application/problem+json"


def test_a_body_of_another_media_type_is_refused() -> None:
    api = an_api()
    response = api.client.post(
        "/api/v1/decisions", {"key": "x"}, headers={"Authorization": f"Bearer {api.text}"}
    )
    assert (response.status_code, response.json()["code"]) == (415, "rest.wrong_media_type")


def test_a_body_that_is_too_large_is_refused() -> None:
    response = an_api().post("/decisions", b" " * 3_000_000)
    assert (response.status_code, response.json()["code"]) == (413, "rest.too_large")


def test_an_unknown_field_is_refused_by_its_place() -> None:
    response = an_api().post("/decisions", an_event(facs={}))
    assert response.json()["facts"]["wrong"] == [
        {"at": "body.facs", "what": "Extra inputs are not permitted"}
    ]


def test_a_defect_tells_the_log_and_nobody_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    api = an_api()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("oferta.project.rest.routes.ledger.queries.accounts_by_prefix", broken)
    with caplog.at_level(logging.ERROR):
        response = api.get("/ledger/accounts")
    assert (response.status_code, response.json()["code"]) == (500, "rest.defect")
    assert "secret" not in response.content.decode()
    assert "ZeroDivisionError" in caplog.text
    assert api.text not in caplog.text


def test_another_customer_cannot_be_read_with_a_customers_token() -> None:
    own, other = a_customer("anna"), a_customer("bota")
    api = a_customers_api(own)
    assert api.get(f"/customers/{own}").status_code == 200
    assert api.get(f"/customers/{other}").status_code == 404
    assert api.get(f"/decisions?party_id={other}").status_code == 404
    assert api.get("/customers?key=bota").status_code == 403
