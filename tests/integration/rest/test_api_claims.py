"""Questions why no bonus was awarded, by the API."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from rest_builders import a_customer, a_customers_api, a_payment, an_api

from oferta.core.cases import queries as cases
from oferta.services.club.models import Claim

pytestmark = pytest.mark.django_db


def a_paid_member(api: Any) -> Any:
    """Let a customer join and pay for what earns nothing."""
    party = a_customer()
    joined = api.post("/club/members", {"party_id": str(party), "card": "*0001"})
    assert joined.status_code == 200, joined.content
    told = ("paid_on", "merchant", "money_paid", "repeat_no", "customer", "halyk_plus_rate")
    facts = {name: one for name, one in a_payment(category="tax_fine").items() if name not in told}
    paid = {
        "id": "p1",
        "card": "*0001",
        "paid_at": "2024-05-10T12:00:00+05:00",
        "merchant": "treasury",
        "amount": {"minor": 50_000, "unit": "KZT"},
        "facts": facts,
    }
    answer = api.post("/club/payments", paid).json()
    assert answer["status"] == "decided", answer
    return party


def test_a_member_asks_about_a_payment_and_learns_number_and_deadline() -> None:
    """BC-85, BC-88."""
    api = an_api()
    party = a_paid_member(api)
    asked = {"party_id": str(party), "words": "Why nothing?", "payment": "p1"}
    made = a_customers_api(party).post("/club/claims", asked, Idempotency_Key="k1")
    assert made.status_code == 201, made.content
    told = made.json()
    case = cases.case(told["case_id"])
    assert (told["number"], told["new"]) == (case.number, True)
    assert told["decision_id"] == str(case.decision_id)
    assert (
        a_customers_api(a_customer("other"))
        .post("/club/claims", asked, Idempotency_Key="k2")
        .status_code
        == 404
    )
    unknown = asked | {"payment": "p2"}
    refused = api.post("/club/claims", unknown, Idempotency_Key="k3")
    assert (refused.status_code, refused.json()["code"]) == (404, "club.unknown_payment")


def test_a_letter_is_handed_over_in_base64_and_asks_a_person() -> None:
    """BC-87."""
    api = an_api()
    raw = b"From: a@b.kz\nMessage-ID: <1@b.kz>\n\nWhere is my bonus?"
    given = {"message": base64.b64encode(raw).decode()}
    first, again = (api.post("/club/claims/letters", given).json() for _ in range(2))
    assert (first["became"], again["became"]) == ("opened", "again")
    assert first["number"] == again["number"]
    assert Claim.objects.get().sender == "a@b.kz"
    for wrong, status in (("%%%", 422), (base64.b64encode(b"hello").decode(), 422)):
        assert api.post("/club/claims/letters", {"message": wrong}).status_code == status
    own = a_customers_api(a_customer())
    assert own.post("/club/claims/letters", given).status_code == 403
