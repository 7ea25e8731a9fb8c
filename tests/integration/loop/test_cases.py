"""Disputes and stopped decisions, from opening to answer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from loop_builders import (
    NOW,
    a_clerk,
    a_customer,
    a_decision,
    an_approver,
    balance_of,
)

from oferta.core.cases import actions as cases
from oferta.core.cases import queries as read
from oferta.core.cases.errors import (
    AlreadyOpen,
    BadResolution,
    BadWords,
    CaseClosed,
    NothingProposed,
    NotYours,
    Replaced,
)
from oferta.core.cases.types import Case, NewEvidence, Resolution, Status
from oferta.core.decisions import actions, queries
from oferta.core.decisions.types import Decision, Override
from oferta.core.notices import queries as notices
from oferta.core.parties.errors import NotPermitted, OwnAct
from oferta.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def authority() -> None:
    actions.set_authority("corner-club", second_person_above=100_00)


def a_case(party: UUID, decision: Decision) -> Case:
    return cases.dispute(decision.id, party_id=party, words="I paid by app", now=NOW)


def test_an_upheld_dispute_ends_in_a_new_decision_and_the_customer_is_told() -> None:
    party = a_customer("kk")
    old = a_decision(party)
    case = a_case(party, old)
    cases.add_evidence(case.id, NewEvidence(words="receipt 5", link="scan-5"), now=NOW)
    clerk = a_clerk()
    cases.assign(case.id, actor=clerk, now=NOW)
    done = cases.resolve(
        case.id,
        Resolution(status=Status.UPHELD, reason="true", actor=clerk, facts={"channel": "app"}),
        now=NOW,
    )
    assert done.status is Status.UPHELD
    assert queries.current(old.id).id == done.override_id
    assert balance_of(old.context["member"]) == 5000
    assert [entry.what for entry in done.log] == ["opened", "evidence", "assigned", "upheld"]
    assert [item.kind for item in notices.inbox(party)] == [
        "case.upheld",
        "decision.overridden",
        "case.opened",
        "corner.earned",
    ]
    for act in (
        lambda: cases.assign(case.id, actor=clerk, now=NOW),
        lambda: cases.add_evidence(case.id, NewEvidence(words="late"), now=NOW),
        lambda: cases.resolve(
            case.id, Resolution(status=Status.REJECTED, reason="x", actor=clerk), now=NOW
        ),
    ):
        with pytest.raises(CaseClosed):
            act()


def test_a_rejected_dispute_says_why_and_moves_nothing() -> None:
    party = a_customer()
    old = a_decision(party)
    case = a_case(party, old)
    done = cases.resolve(
        case.id, Resolution(status=Status.REJECTED, reason="it was cash", actor=a_clerk()), now=NOW
    )
    assert (done.status, done.reason, done.override_id) == ("rejected", "it was cash", None)
    assert queries.current(old.id) == old
    assert "it was cash" in str(notices.inbox(party)[0].params)
    assert a_case(party, old).is_open, "they may come back with better evidence"


def test_a_large_answer_waits_for_a_second_person() -> None:
    party = a_customer()
    case = a_case(party, a_decision(party))
    clerk, approver = a_clerk(), an_approver()
    with pytest.raises(NothingProposed):
        cases.approve(case.id, approver=approver, now=NOW)
    large = Resolution(
        status=Status.PARTLY_UPHELD, reason="goodwill", actor=clerk, outcome={"amount": "500 KZT"}
    )
    waiting = cases.resolve(case.id, large, now=NOW)
    assert waiting.is_open
    assert waiting.proposal is not None
    assert waiting.proposal.outcome == {"amount": "500 KZT"}
    with pytest.raises(NotPermitted):
        cases.approve(case.id, approver=a_clerk("other"), now=NOW)
    done = cases.approve(case.id, approver=approver, now=NOW)
    assert (done.status, done.proposal) == ("partly_upheld", None)
    assert done.log[-1].detail["approver"] == approver.name
    assert done.override_id is not None
    new = queries.decision(done.override_id)
    assert (new.actor_id, new.approver_id) == (clerk.id, approver.id)


def test_nobody_approves_their_own_answer_whatever_their_roles() -> None:
    party = a_customer()
    case = a_case(party, a_decision(party))
    approver = an_approver()
    large = Resolution(
        status=Status.UPHELD, reason="x", actor=approver, outcome={"amount": "500 KZT"}
    )
    cases.resolve(case.id, large, now=NOW)
    actions.set_authority("corner-club", second_person_above=10**9)
    with pytest.raises(OwnAct):
        cases.approve(case.id, approver=approver, now=NOW)


def test_a_proposal_can_be_withdrawn() -> None:
    party = a_customer()
    case = a_case(party, a_decision(party))
    clerk = a_clerk()
    large = Resolution(status=Status.UPHELD, reason="x", actor=clerk, outcome={"amount": "500 KZT"})
    cases.resolve(case.id, large, now=NOW)
    cases.withdraw_proposal(case.id, actor=clerk, now=NOW)
    assert read.case(case.id).proposal is None
    with pytest.raises(NothingProposed):
        cases.withdraw_proposal(case.id, actor=clerk, now=NOW)


def test_only_the_customer_disputes_and_only_one_case_is_open() -> None:
    party = a_customer()
    old = a_decision(party)
    with pytest.raises(NotYours):
        cases.dispute(old.id, party_id=a_customer(), words="mine", now=NOW)
    case = a_case(party, old)
    with pytest.raises(AlreadyOpen) as refused:
        a_case(party, old)
    assert refused.value.case_id == str(case.id)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_case (id, kind, decision_id, status, words, opened_at, due_at,"
            " reason) VALUES (%s, 'dispute', %s, 'opened', '', now(), now(), '')",
            [uuid7(), old.id],
        )


def test_a_replaced_decision_cannot_be_disputed() -> None:
    party = a_customer()
    old = a_decision(party)
    new = actions.override(
        Override(decision_id=old.id, reason="x", actor=a_clerk(), facts={"channel": "app"}), now=NOW
    )
    with pytest.raises(Replaced) as refused:
        a_case(party, old)
    assert refused.value.by == str(new.id)


def test_overdue_cases_are_seen() -> None:
    """BC-88: a claim has a deadline."""
    party = a_customer()
    case = a_case(party, a_decision(party))
    deadline = NOW + timedelta(days=cases.ANSWER_DAYS)
    assert case.due_at == deadline
    assert read.overdue_cases(deadline) == []
    assert [item.id for item in read.overdue_cases(deadline + timedelta(seconds=1))] == [case.id]


@pytest.mark.parametrize("words", ["", " ", "x" * 4001, "a\0b"])
def test_a_dispute_needs_words(words: str) -> None:
    party = a_customer()
    old = a_decision(party)
    with pytest.raises(BadWords):
        cases.dispute(old.id, party_id=party, words=words, now=NOW)
    assert read.open_cases() == []


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.ASSIGNED, "reason": "x"},
        {"status": Status.REJECTED, "reason": " "},
        {"status": Status.REJECTED, "reason": "x", "facts": {}},
        {"status": Status.UPHELD, "reason": "x"},
        {"status": Status.UPHELD, "reason": "x", "facts": {}, "outcome": {}},
    ],
)
def test_a_bad_resolution_is_refused(change: dict[str, object]) -> None:
    party = a_customer()
    case = a_case(party, a_decision(party))
    with pytest.raises(BadResolution):
        cases.resolve(case.id, Resolution(actor=a_clerk(), **change), now=NOW)  # type: ignore[arg-type]
    assert read.case(case.id).is_open


@pytest.mark.parametrize("table", ["cases_entry", "cases_evidence"])
def test_log_and_evidence_can_only_be_added_to(table: str) -> None:
    party = a_customer()
    case = a_case(party, a_decision(party))
    cases.add_evidence(case.id, NewEvidence(words="receipt"), now=NOW)
    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        connection.cursor().execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
