"""A token gives nobody more than they have, and what staff read through one is on the log."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from desk_roles import a_member_of_staff
from django.test import Client

from oferta.core.decisions import actions as decisions
from oferta.core.ledger.types import NewAccount
from oferta.core.parties import actions, audit
from oferta.core.parties.types import NewCustomer, Role
from oferta.project.rest import actions as tokens
from oferta.project.rest import models
from oferta.project.rest.types import CUSTOMER_SCOPES, NewToken, Scope
from signing_in import sign_in_customer

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 16, 12, tzinfo=UTC)


def a_customer(key: str) -> UUID:
    return actions.register_customers([NewCustomer(key=key, language="en")], now=NOW)[key]


def a_client(*scopes: Scope, **of: UUID) -> Client:
    wanted = NewToken(name="t", owner="shop", scopes=frozenset(scopes), **of)  # type: ignore[arg-type]
    _, text = tokens.create_token(wanted, created_by="test", now=NOW)
    return Client(headers={"authorization": f"Bearer {text}"})


@pytest.mark.parametrize("scope", sorted(set(Scope) - {Scope.TERMS_READ}))
def test_a_stolen_administrator_makes_no_token_that_reads_customers_or_writes(scope: str) -> None:
    """TR-130 to TR-138: one account alone neither moves money nor writes to everybody."""
    desk, _ = a_member_of_staff(Role.ADMINISTRATOR)
    form = {"name": "till", "owner": "shop", "scopes": ["terms:read", scope], "days": "30"}
    assert "rest.bad_token" in desk.post("/desk/api/", form).content.decode()
    assert not models.Token.objects.exists()


def test_what_a_member_of_staff_reads_of_the_book_by_a_token_is_on_the_log() -> None:
    _, clerk = a_member_of_staff(Role.CLERK)
    (account,) = decisions.open_accounts([NewAccount(key="club/member/x", unit="KZT")]).values()
    reader = a_client(Scope.LEDGER_READ, staff_id=clerk.id)
    for path in (f"/ledger/accounts/{account}", f"/ledger/accounts/{account}/statement"):
        assert reader.get(f"/api/v1{path}").status_code == 200
        (entry, *_) = audit.entries(audit.Filter(what="rest.read"))
        assert entry.details["path"] == f"/api/v1{path}"
    assert reader.get("/api/v1/ledger/accounts/999999").status_code == 404
    assert len(audit.entries(audit.Filter(what="rest.read"))) == 2


def test_whose_ids_a_token_found_by_key_is_on_the_log() -> None:
    anna = a_customer("anna")
    a_client(Scope.CUSTOMERS_READ).get("/api/v1/customers", {"key": ["anna", "nobody"]})
    (entry,) = audit.entries(audit.Filter(what="rest.read"))
    assert list(entry.parties) == [anna]


def test_a_customers_token_and_session_see_nothing_of_another_customer() -> None:
    anna, bota = a_customer("anna"), a_customer("bota")
    by_session = Client()
    sign_in_customer(by_session, bota)
    by_token = a_client(*(Scope(one) for one in CUSTOMER_SCOPES), party_id=bota)
    for path in (
        f"customers/{anna}",
        f"customers/{anna}/agreements",
        f"club/members/{anna}",
        f"club/members/{anna}/statement",
        f"cases?party_id={anna}",
        f"decisions?party_id={anna}",
        f"notices?party_id={anna}",
    ):
        for client in (by_session, by_token):
            assert client.get(f"/api/v1/{path}").status_code == 404, path
    for path in ("ledger/accounts", "customers?key=anna", "webhooks/endpoints"):
        for client in (by_session, by_token):
            assert client.get(f"/api/v1/{path}").status_code == 403, path


def test_a_session_that_writes_without_its_pages_proof_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in_customer(client, a_customer("anna"))
    answer = client.post(
        "/api/v1/cases", b"{}", content_type="application/json", headers={"idempotency-key": "1"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "rest.forged_request")


def test_an_idempotency_key_of_one_caller_answers_no_other() -> None:
    given = {"url": "https://a.example/x", "kinds": ["case.opened"]}
    first = a_client(Scope.WEBHOOKS_MANAGE)
    _, text = tokens.create_token(
        NewToken(name="t", owner="rival", scopes=frozenset({Scope.WEBHOOKS_MANAGE})),
        created_by="test",
        now=NOW,
    )
    rival = Client(headers={"authorization": f"Bearer {text}"})
    made = [
        one.post(
            "/api/v1/webhooks/endpoints",
            given,
            content_type="application/json",
            headers={"idempotency-key": "k"},
        ).json()["id"]
        for one in (first, rival)
    ]
    assert made[0] != made[1]
    assert rival.get(f"/api/v1/webhooks/endpoints/{made[0]}/secret").status_code == 404
