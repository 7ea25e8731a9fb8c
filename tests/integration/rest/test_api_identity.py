"""The API keeps evidence of identity, and approves the very proposal that was read."""

from __future__ import annotations

from uuid import uuid4

import pytest
from rest_builders import ALL, NOW, a_customer, a_customers_api, an_api, an_event

from oferta.core.cases import models as cases
from oferta.core.parties import actions as parties
from oferta.core.parties import identity, models, queries
from oferta.core.parties.types import Role
from oferta.project.rest.types import Scope
from signing_in import sign_in_customer

pytestmark = pytest.mark.django_db
SEEN = {"kind": "document", "reference": "scan 17"}


def test_a_proof_is_kept_once_and_the_tier_follows() -> None:
    anna, api = a_customer(), an_api()
    place = f"/customers/{anna}/evidence"
    for _ in range(2):
        made = api.post(place, SEEN, Idempotency_Key="1")
        assert made.status_code == 201
        assert made.json()["identity_tier"] == 2
    (kept,) = identity.evidence_of(anna)
    assert (kept.reference, kept.checked_by, kept.tier) == ("scan 17", "shop", 2)
    assert a_customers_api(anna).get(place).json()["items"][0]["kind"] == "document"
    assert a_customers_api(a_customer("boris")).get(place).status_code == 404
    gone = api.send("delete", f"{place}/{kept.id}")
    assert gone.json()["identity_tier"] == 0
    assert api.send("delete", f"{place}/{kept.id}").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"kind": "hearsay"}, {"reference": ""}, {"expires_at": "2001-01-01T00:00:00Z"}]
)
def test_a_proof_that_cannot_be_is_refused(wrong: dict[str, str]) -> None:
    anna = a_customer()
    answer = an_api().post(f"/customers/{anna}/evidence", SEEN | wrong, Idempotency_Key="1")
    assert answer.status_code in {400, 422}
    assert queries.customer(anna).identity_tier == 0


def test_only_who_may_say_who_customers_are_says_it() -> None:
    anna = a_customer()
    place = f"/customers/{anna}/evidence"
    without = an_api(ALL - {Scope.IDENTITY_WRITE})
    cashier = parties.appoint_staff("c", password=None, name="C", role=Role.CASHIER)
    till = an_api(frozenset({Scope.IDENTITY_WRITE}), staff_id=cashier.id)
    for api in (without, till, a_customers_api(anna)):
        assert api.post(place, SEEN, Idempotency_Key=uuid4().hex).status_code == 403
    clerk = parties.appoint_staff("d", password=None, name="Dana", role=Role.CLERK)
    desk = an_api(frozenset({Scope.IDENTITY_WRITE}), staff_id=clerk.id)
    assert desk.post(place, SEEN, Idempotency_Key="2").json()["items"][0]["checked_by"] == "Dana"


def test_a_clerk_says_nothing_of_themselves_by_a_token_either(client: object) -> None:
    anna = a_customer()
    login = sign_in_customer(client, anna)  # type: ignore[arg-type]
    clerk = parties.appoint_staff(login.username, password=None, name="Anna", role=Role.CLERK)
    desk = an_api(frozenset({Scope.IDENTITY_WRITE}), staff_id=clerk.id)
    answer = desk.post(f"/customers/{anna}/evidence", SEEN, Idempotency_Key="1")
    assert (answer.status_code, answer.json()["code"]) == (403, "parties.own_act")
    assert models.Evidence.objects.count() == 0


def test_the_proposal_that_was_read_is_approved_and_no_other() -> None:
    anna, every = a_customer(), an_api()
    (made,) = every.post("/decisions", an_event(party_id=str(anna))).json()["decisions"]
    words = {"decision_id": made["id"], "words": "No."}
    case = every.post("/cases", words, Idempotency_Key="1").json()
    scopes = frozenset({Scope.CASES_READ, Scope.CASES_RESOLVE})
    clerk, second = (
        parties.appoint_staff(role, password=None, name=role, role=role)
        for role in (Role.CLERK, Role.APPROVER)
    )
    approver = an_api(scopes, staff_id=second.id)
    waits = cases.Proposal.objects.create(
        id=uuid4(),
        case_id=case["id"],
        actor_id=clerk.id,
        resolution="rejected",
        reason="No.",
        made_at=NOW,
    )
    place = f"/cases/{case['id']}"
    assert approver.get(place).json()["proposal_id"] == str(waits.id)
    wrong = approver.post(f"{place}/approval", {"proposal_id": str(uuid4())}, Idempotency_Key="3")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "cases.nothing_proposed")
    assert approver.post(f"{place}/approval", {}, Idempotency_Key="4").status_code == 422
    right = {"proposal_id": str(waits.id)}
    done = approver.post(f"{place}/approval", right, Idempotency_Key="5").json()
    assert done["status"] == "rejected", done
    assert a_customers_api(anna).get(place).json()["proposal_id"] is None
