"""Nobody gets past the second person: not in small steps, not by a swap, not as a customer."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from loop_builders import NOW, a_clerk, a_customer, a_decision, an_approver, balance_of

from oferta.core.cases import actions as cases
from oferta.core.cases import queries as read
from oferta.core.cases.errors import NothingProposed
from oferta.core.cases.types import Case, Resolution, Status
from oferta.core.decisions import actions
from oferta.core.decisions.errors import SecondPersonNeeded
from oferta.core.decisions.types import Decision, Override
from oferta.core.parties import models
from oferta.core.parties.errors import OwnAct
from oferta.core.parties.types import Actor
from signing_in import sign_in_customer, sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def authority() -> None:
    actions.set_authority("corner-club", second_person_above=100_00)


def grant(old: Decision, amount: str, actor: Actor, approver: Actor | None = None) -> Decision:
    wanted = Override(
        decision_id=old.id,
        reason="goodwill",
        actor=actor,
        approver=approver,
        outcome={"amount": amount},
    )
    return actions.override(wanted, now=NOW)


def a_dispute(party: UUID) -> Case:
    old = a_decision(party)
    return cases.dispute(old.id, party_id=party, words="I paid by app", now=NOW)


def answer(actor: Actor, amount: str) -> Resolution:
    return Resolution(status=Status.UPHELD, reason="true", actor=actor, outcome={"amount": amount})


def test_small_overrides_one_after_the_other_need_a_second_person_like_a_large_one() -> None:
    clerk, other, approver = a_clerk(), a_clerk("Other"), an_approver()
    old = a_decision()
    first = grant(old, "90 KZT", clerk)
    for person in (clerk, other):
        with pytest.raises(SecondPersonNeeded):
            grant(first, "180 KZT", person)
    approved = grant(first, "180 KZT", other, approver)
    alone = grant(approved, "260 KZT", clerk)
    assert balance_of(old.context["member"]) == 260_00
    with pytest.raises(SecondPersonNeeded):
        grant(alone, "300 KZT", clerk)


def test_what_took_the_place_of_a_proposal_is_not_approved_with_it() -> None:
    clerk, approver = a_clerk(), an_approver()
    case = a_dispute(a_customer())
    seen = cases.resolve(case.id, answer(clerk, "150 KZT"), now=NOW).proposal
    cases.resolve(case.id, answer(clerk, "9000 KZT"), now=NOW)
    assert seen is not None
    with pytest.raises(NothingProposed):
        cases.approve(case.id, approver=approver, now=NOW, proposal_id=seen.id)

    desk = Client()
    sign_in_staff(desk, approver.id)
    for given in ({"proposal": str(seen.id)}, {"proposal": "x"}, {}):
        desk.post(f"/desk/cases/{case.id}/approve", given)
        assert read.case(case.id).is_open
    current = read.case(case.id).proposal
    assert current is not None
    assert str(current.id) in desk.get(f"/desk/cases/{case.id}/").content.decode()
    desk.post(f"/desk/cases/{case.id}/approve", {"proposal": str(current.id)})
    assert read.case(case.id).status is Status.UPHELD


def a_case_of(actor: Actor) -> Case:
    party = a_customer()
    login = models.Staff.objects.get(id=actor.id).login
    models.Customer.objects.filter(id=party).update(login=login)
    return a_dispute(party)


def test_staff_answer_no_case_about_the_customer_that_they_are() -> None:
    clerk = a_clerk()
    case = a_case_of(clerk)
    with pytest.raises(OwnAct):
        cases.resolve(case.id, answer(clerk, "50 KZT"), now=NOW)
    assert read.case(case.id).is_open


def test_staff_approve_no_answer_to_the_customer_that_they_are() -> None:
    approver = an_approver()
    case = a_case_of(approver)
    cases.resolve(case.id, answer(a_clerk(), "500 KZT"), now=NOW)
    with pytest.raises(OwnAct):
        cases.approve(case.id, approver=approver, now=NOW)
    assert read.case(case.id).is_open


def test_a_customer_does_not_reach_anothers_case_or_decision_by_its_id() -> None:
    anna, bota = a_customer(), a_customer()
    theirs = a_dispute(anna)
    client = Client()
    sign_in_customer(client, bota)
    for path in (
        f"/my/cases/{theirs.id}/",
        f"/my/decisions/{theirs.decision_id}/",
        f"/my/decisions/{theirs.decision_id}/dispute/",
    ):
        assert client.get(path).status_code == 404, path
        assert client.post(path, {"evidence": "mine", "words": "mine"}).status_code in {404, 405}
    assert read.case(theirs.id).evidence == ()
