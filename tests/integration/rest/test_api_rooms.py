"""What the rooms offer by the API: ask, submit, read, dispute, answer, be told; the club."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from rest_builders import (
    NOW,
    Api,
    a_customer,
    a_customers_api,
    a_payment,
    an_api,
    an_event,
)

from oferta.core.decisions import actions as decisions
from oferta.core.parties import actions as parties
from oferta.core.parties import agreements
from oferta.core.parties.agreement_types import Circumstances, How
from oferta.core.parties.types import Role
from oferta.core.terms import shelf
from oferta.project.rest import models
from oferta.project.rest.types import Scope

pytestmark = pytest.mark.django_db


def test_the_terms_say_what_they_would_and_why_and_keep_nothing() -> None:
    api = an_api(frozenset({Scope.TERMS_READ}))
    place = "/terms/packs/bonus-club/questions/bank_bonus/would-be"
    told = api.post(place, {"facts": a_payment(), "explain": True, "language": "kk"}).json()
    assert told["status"] == "decided"
    assert told["outcome"]["amount"] == {"minor": 30_000, "unit": "KZT"}
    assert told["decided_by"] == ["bank-rate"]
    assert told["explanation"]["language"] == "kk"


def test_the_same_money_may_be_given_by_minor_units_or_as_text() -> None:
    api = an_api()
    place = "/terms/packs/bonus-club/questions/bank_bonus/would-be"
    told = [
        api.post(place, {"facts": a_payment(money_paid=money)}).json()
        for money in ("30000.00 KZT", {"minor": 3_000_000, "unit": "KZT"})
    ]
    assert told[0] == told[1]


def test_an_edition_reads_in_each_language() -> None:
    api = an_api()
    pack = api.get("/terms/packs/bonus-club").json()
    edition = pack["editions"][-1]["id"]
    for language in ("kk", "ru", "en", "zh-Hant", "zh-Hans"):
        told = api.get(f"/terms/packs/bonus-club/editions/{edition}?language={language}").json()
        assert told["language"] == language
        assert told["questions"][0]["clauses"][0]["words"]


def test_an_event_is_decided_once_and_answered_the_same_again() -> None:
    api = an_api()
    first = api.post("/decisions", an_event()).json()
    again = api.post("/decisions", an_event()).json()
    assert (first["status"], first["replayed"], again["replayed"]) == ("decided", False, True)
    assert first["decisions"] == again["decisions"]
    other = api.post("/decisions", an_event(facts=a_payment(channel="app")))
    assert (other.status_code, other.json()["code"]) == (409, "decisions.key_reused")


def test_in_a_batch_what_is_rejected_has_its_own_problem() -> None:
    told = an_api().post(
        "/decisions/batches",
        {"events": [an_event("a"), an_event("b", questions=["none"]), an_event("c")]},
    )
    answers = told.json()["answers"]
    assert [one["status"] for one in answers] == ["decided", "rejected", "decided"]
    assert answers[1]["problem"]["code"] == "terms.unknown_question"


@pytest.mark.parametrize("plan", ["club.earning", "no.such"])
def test_a_plan_that_is_not_for_callers_outside_is_refused(plan: str) -> None:
    refused = an_api().post("/decisions", an_event(plan=plan))
    assert (refused.status_code, refused.json()["code"]) == (422, "decisions.unknown_plan")


def test_a_context_that_its_plan_does_not_know_is_refused() -> None:
    refused = an_api().post("/decisions", an_event(context={"member": 1}))
    assert (refused.status_code, refused.json()["code"]) == (422, "decisions.bad_event")


def test_a_decision_reads_whole_and_says_why_in_five_languages() -> None:
    api = an_api()
    (made,) = api.post("/decisions", an_event(party_id=str(a_customer()))).json()["decisions"]
    told = api.get(f"/decisions/{made['id']}").json()
    assert told["facts"]["money_paid"] == {"minor": 3_000_000, "unit": "KZT"}
    assert told["facts"]["abroad"] is False
    assert told["outcome"] == made["outcome"]
    words = {
        api.get(f"/decisions/{made['id']}/explanation?language={language}").json()["text"]
        for language in ("kk", "ru", "en", "zh-Hant", "zh-Hans")
    }
    assert len(words) == 5


def test_a_list_goes_on_where_the_page_before_ended() -> None:
    api, party = an_api(), a_customer()
    for number in range(5):
        api.post("/decisions", an_event(f"e/{number}", party_id=str(party)))
    seen: list[str] = []
    after = ""
    while True:
        told = api.get(f"/decisions?party_id={party}&limit=2{after}").json()
        seen += [one["key"] for one in told["items"]]
        if told["next"] is None:
            break
        after = f"&after={told['next']}"
    assert seen == [f"e/{number}" for number in (4, 3, 2, 1, 0)]


def test_customers_are_registered_and_found_by_the_operators_own_keys() -> None:
    api = an_api()
    body = {"customers": [{"key": "k/1", "name": "Анна", "contacts": {"email": "a@b.example"}}]}
    first = api.post("/customers", body).json()
    assert api.post("/customers", body).json() == first
    (found,) = api.get("/customers?key=k/1&key=k/2").json()["items"]
    place = f"/customers/{found['id']}"
    api.send("PUT", f"{place}/language", {"language": "kk"})
    told = api.send("PUT", f"{place}/contacts/sms", {"address": "+77010000000"}).json()
    assert (told["language"], told["contacts"]["sms"]) == ("kk", "+77010000000")
    assert "sms" not in api.send("DELETE", f"{place}/contacts/sms").json()["contacts"]


def test_a_customer_reads_what_they_accepted() -> None:
    party = a_customer()
    edition = shelf.terms().edition_called("bonus-club", "2024-04-16")
    agreements.accept(
        party,
        edition,
        pack="bonus-club",
        how=How.CLICK,
        shown=Circumstances(language="kk"),
        now=NOW,
    )
    (told,) = a_customers_api(party).get(f"/customers/{party}/agreements").json()["items"]
    assert (told["edition"], told["how"], told["language"]) == ("2024-04-16", "click", "kk")
    other = a_customers_api(a_customer("other"))
    assert other.get(f"/customers/{party}/agreements").status_code == 404


def _disputed(api: Api) -> tuple[Any, dict[str, str]]:
    party = a_customer()
    (made,) = api.post("/decisions", an_event(party_id=str(party))).json()["decisions"]
    own = a_customers_api(party)
    body = {"decision_id": made["id"], "words": "It was by QR at the bank's till."}
    opened = own.post("/cases", body, Idempotency_Key="dispute-1")
    assert opened.status_code == 201
    return opened.json(), {"decision": made["id"], "party": str(party), "token": own.text}


def test_a_customer_disputes_once_however_often_the_request_arrives() -> None:
    api = an_api()
    case, ids = _disputed(api)
    own = Api(ids["token"], api.client)
    body = {"decision_id": ids["decision"], "words": "It was by QR at the bank's till."}
    again = own.post("/cases", body, Idempotency_Key="dispute-1")
    assert (again.status_code, again.json()) == (201, case)
    anew = own.post("/cases", body, Idempotency_Key="dispute-2")
    assert (anew.status_code, anew.json()["code"]) == (409, "cases.already_open")
    assert [one["id"] for one in own.get("/cases").json()["items"]] == [case["id"]]
    more = own.post(f"/cases/{case['id']}/evidence", {"words": "A photo."}, Idempotency_Key="3")
    assert [one["words"] for one in more.json()["evidence"]] == ["A photo."]


def test_staff_answer_a_case_by_a_token_that_acts_for_them() -> None:
    api = an_api()
    case, ids = _disputed(api)
    clerk = parties.appoint_staff("clerk", password=None, name="Clerk", role=Role.CLERK)
    desk = an_api(
        frozenset({Scope.CASES_READ, Scope.CASES_RESOLVE, Scope.DECISIONS_READ}),
        staff_id=clerk.id,
    )
    decisions.set_authority("bonus-club", second_person_above=10**9)
    body = {"status": "rejected", "reason": "The till is another bank's."}
    place = f"/cases/{case['id']}/resolution"
    answered = desk.post(place, body, Idempotency_Key="1").json()
    assert (answered["status"], answered["log"][-1]["by"]) == ("rejected", "Clerk")
    own = Api(ids["token"], api.client)
    assert own.get(f"/cases/{case['id']}").json()["log"][-1]["by"] == ""
    assert an_api().post(place, body, Idempotency_Key="2").status_code == 403


def test_what_a_dismissed_member_of_staff_may_not_their_token_may_not() -> None:
    cashier = parties.appoint_staff("c", password=None, name="C", role=Role.CASHIER)
    desk = an_api(frozenset({Scope.CASES_READ, Scope.CUSTOMERS_READ}), staff_id=cashier.id)
    assert desk.get(f"/cases?party_id={a_customer()}").status_code == 403
    assert desk.get(f"/customers/{a_customer()}").status_code == 200


def test_a_read_of_a_customers_data_by_a_token_stands_in_the_audit_log() -> None:
    from oferta.core.parties import audit

    party = a_customer()
    api = an_api()
    api.get(f"/customers/{party}")
    (entry,) = audit.entries(audit.Filter(what="rest.read"))
    assert (entry.parties, entry.details["path"]) == ((party,), f"/api/v1/customers/{party}")
    assert entry.who_id == models.Token.objects.get().id


def test_notices_read_in_the_language_asked_for() -> None:
    api = an_api()
    case, ids = _disputed(api)
    (told,) = api.get(f"/notices?party_id={ids['party']}&language=ru").json()["items"]
    assert (told["kind"], told["language"]) == ("case.opened", "ru")
    assert api.get(f"/notices/{told['id']}").json()["language"] == "en"
    assert case["due_at"]


def test_the_ledger_is_read_by_key_by_page_and_as_of_a_moment() -> None:
    from oferta.core.ledger.types import NewAccount

    keys = [f"t/{number}" for number in range(3)]
    decisions.open_accounts([NewAccount(key=key, unit="KZT") for key in keys])
    api = an_api()
    first = api.get("/ledger/accounts?prefix=t/&limit=2").json()
    rest = api.get(f"/ledger/accounts?prefix=t/&limit=2&after={first['next']}").json()
    assert [one["key"] for one in first["items"] + rest["items"]] == keys
    (one,) = api.get("/ledger/accounts?key=t/1").json()["items"]
    place = f"/ledger/accounts/{one['id']}"
    at = "2026-01-01T00:00:00Z"
    assert api.get(f"{place}/balance?event_at={at}").json()["balance"]["minor"] == 0
    assert api.get(f"{place}/balance?event_at={at}&booked_at={at}").status_code == 400
    assert api.get(f"{place}/statement").json() == {"items": [], "next": None}
    assert api.get("/ledger/accounts/999999").json()["code"] == "ledger.unknown_account"


def _paid(id_: str, minor: int = 3_000_000, **changes: object) -> dict[str, object]:
    facts = a_payment()
    for own in ("paid_on", "merchant", "money_paid", "repeat_no", "customer", "halyk_plus_rate"):
        del facts[own]
    return {
        "id": id_,
        "card": "card-1",
        "paid_at": "2024-05-10T12:00:00+05:00",
        "merchant": "magnum",
        "amount": {"minor": minor, "unit": "KZT"},
        "facts": facts if minor > 0 else {},
    } | changes


def a_member(api: Api) -> str:
    party = str(a_customer())
    told = api.post("/club/members", {"party_id": party, "card": "card-1"})
    assert told.json()["balance"] == {"minor": 0, "unit": "BONUS"}
    return party


def test_a_payment_of_the_club_earns_once_however_often_it_is_told() -> None:
    api = an_api()
    party = a_member(api)
    first = api.post("/club/payments", _paid("p/1")).json()
    again = api.post("/club/payments", _paid("p/1")).json()
    assert (first["status"], first["replayed"], again["replayed"]) == ("decided", False, True)
    assert first["decisions"] == again["decisions"]
    member = api.get(f"/club/members/{party}").json()
    assert member["balance"] == {"minor": 30_000, "unit": "BONUS"}
    assert member["available"]["minor"] == 0  # earned in 2024: expired by now
    (line,) = api.get(f"/club/members/{party}/statement").json()["items"]
    assert line["decision_id"] == first["decisions"][0]["id"]
    other = api.post("/club/payments", _paid("p/1", 100))
    assert (other.status_code, other.json()["code"]) == (409, "club.payment_reused")


def test_a_batch_of_payments_is_decided_with_its_refunds_and_repeats() -> None:
    api = an_api()
    party = a_member(api)
    batch = {
        "payments": [
            _paid("r/1", -1_000_000, refund_of="p/1"),
            _paid("p/1"),
            _paid("p/1"),
            _paid("p/2", card="nobody"),
            _paid("p/3", facts={"paid_on": "2024-01-01"}),
            _paid("p/4", 0),
        ]
    }
    told = api.post("/club/payments/batches", batch).json()["payments"]
    assert [one["status"] for one in told] == ["decided"] * 3 + ["rejected"] * 3
    assert [one["problem"]["code"] for one in told[3:]] == [
        "club.not_a_member",
        "club.bad_payment",
        "club.bad_payment",
    ]
    assert told[2]["replayed"]
    assert api.get(f"/club/members/{party}").json()["balance"]["minor"] == 20_000
    again = api.post("/club/payments/batches", batch).json()["payments"]
    assert [one["replayed"] for one in again] == [True] * 3 + [False] * 3
    assert api.get(f"/club/members/{party}").json()["balance"]["minor"] == 20_000


def test_a_bill_is_paid_with_bonuses_and_refunded() -> None:
    api = an_api()
    a_member(api)
    api.post("/club/payments", _paid("p/1", paid_at="2026-11-01T12:00:00+05:00"))
    bill = {
        "reference": "bill/1",
        "card": "card-1",
        "merchant": "magnum",
        "bill": {"minor": 20_000, "unit": "KZT"},
        "bonuses": {"minor": 20_000, "unit": "BONUS"},
    }
    paid = api.post("/club/redemptions", bill).json()
    assert paid["paid_with_bonuses"] == {"minor": 20_000, "unit": "BONUS"}
    assert paid["to_pay"]["minor"] == 0
    assert api.post("/club/redemptions", bill).json()["replayed"]
    wrong = api.post("/club/redemptions", bill | {"bill": {"minor": 1, "unit": "USD"}})
    assert wrong.status_code == 422
    refund = {
        "reference": "bill/1",
        "refund_reference": "refund/1",
        "amount": {"minor": 20_000, "unit": "KZT"},
    }
    assert api.post("/club/redemption-refunds", refund).json()["bonuses"]["minor"] == 20_000
    assert api.post("/club/redemption-refunds", refund).json()["replayed"]


def test_a_customer_reads_their_own_membership_only() -> None:
    api = an_api()
    party = a_member(api)
    assert a_customers_api(a_customer("other")).get(f"/club/members/{party}").status_code == 404
    assert api.get(f"/club/members/{uuid4()}").json()["code"] == "club.unknown_member"
