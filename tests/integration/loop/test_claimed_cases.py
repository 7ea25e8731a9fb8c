"""Claims: questions about what was decided, of which a person must say what they are about."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from loop_builders import NOW, a_clerk, a_customer, a_decision, balance_of

from oferta.core.cases import actions as cases
from oferta.core.cases import claiming, queries
from oferta.core.cases.errors import AlreadyOpen, BadResolution, NotYours
from oferta.core.cases.types import Case, Kind, Resolution, Status
from oferta.core.decisions import actions as decisions
from oferta.core.notices import queries as notices
from oferta.core.parties.errors import NotPermitted, OwnAct
from oferta.core.parties.types import Actor, Role
from signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def authority() -> None:
    decisions.set_authority("corner-club", second_person_above=100_00)


def uphold(case: Case, clerk: Actor) -> Case:
    answer = Resolution(status=Status.UPHELD, reason="true", actor=clerk, facts={"channel": "app"})
    return cases.resolve(case.id, answer, now=NOW)


def test_a_claim_tells_its_number_and_deadline_and_is_upheld_once_it_is_tied() -> None:
    """BC-88."""
    party = a_customer("kk")
    decision = a_decision(party)
    case = claiming.claim(party, words="Where is my bonus?", detail={}, now=NOW)
    told = notices.inbox(party)[0]
    assert (told.kind, told.params["number"]) == ("case.opened", str(case.number))
    assert (case.due_at - NOW).days == cases.ANSWER_DAYS
    clerk = a_clerk()
    with pytest.raises(BadResolution):
        uphold(case, clerk)
    tied = claiming.tie(case.id, decision.id, actor=clerk, now=NOW)
    assert (tied.kind, tied.decision_id) == (Kind.DISPUTE, decision.id)
    assert uphold(case, clerk).status is Status.UPHELD
    assert balance_of(decision.context["member"]) == 5000


def test_a_claim_without_a_decision_is_answered_with_a_reason_alone() -> None:
    case = claiming.claim(None, words="I wrote from elsewhere", detail={}, now=NOW)
    answer = Resolution(status=Status.REJECTED, reason="No such payment", actor=a_clerk())
    assert cases.resolve(case.id, answer, now=NOW).status is Status.REJECTED


def test_a_claim_is_tied_to_its_own_customers_decision_by_a_clerk_who_is_another() -> None:
    party, other = a_customer(), a_customer()
    case = claiming.claim(party, words="?", detail={}, now=NOW)
    clerk = a_clerk()
    with pytest.raises(NotYours):
        claiming.tie(case.id, a_decision(other).id, actor=clerk, now=NOW)
    mine = a_decision(party)
    cases.dispute(mine.id, party_id=party, words="?", now=NOW)
    with pytest.raises(AlreadyOpen):
        claiming.tie(case.id, mine.id, actor=clerk, now=NOW)
    nobody = Actor(id=clerk.id, name="x", roles=frozenset({Role.GATE}), permissions=frozenset())
    with pytest.raises(NotPermitted):
        claiming.tie(case.id, mine.id, actor=nobody, now=NOW)
    dispute = queries.cases_of_party(party)[0]
    with pytest.raises(BadResolution):
        claiming.tie(dispute.id, mine.id, actor=clerk, now=NOW)


def test_staff_tie_no_claim_to_a_decision_about_themselves() -> None:
    from oferta.core.parties import models

    party, clerk = a_customer(), a_clerk()
    login = models.Staff.objects.get(id=clerk.id).login
    models.Customer.objects.filter(id=party).update(login=login)
    case = claiming.claim(None, words="?", detail={}, now=NOW)
    with pytest.raises(OwnAct):
        claiming.tie(case.id, a_decision(party).id, actor=clerk, now=NOW)


def test_the_desk_offers_the_decisions_that_fit_and_ties_the_chosen_one(client: Client) -> None:
    party = a_customer()
    decision = a_decision(party)
    found = {"candidates": [str(decision.id)]}
    case = claiming.claim(party, words="?", detail=found, now=NOW)
    sign_in_staff(client, a_clerk().id)
    page = client.get(reverse("desk:case", args=[case.id])).content.decode()
    assert f'value="{decision.id}"' in page
    assert 'value="uphold"' not in page
    client.post(reverse("desk:tie", args=[case.id]), {"decision": str(decision.id)})
    assert queries.case(case.id).decision_id == decision.id
    client.post(reverse("desk:tie", args=[case.id]), {"other": "nonsense"})
    assert queries.case(case.id).decision_id == decision.id
