"""A person overrides a decision: by corrected facts or by a grant, alone or with a second one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from loop_builders import (
    NOW,
    a_clerk,
    a_customer,
    a_payment,
    a_purse,
    an_approver,
    balance_of,
    counts,
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
from oferta.core.decisions.errors import (
    AlreadyOverridden,
    BadOverride,
    OverrideRefused,
    SecondPersonNeeded,
)
from oferta.core.decisions.explaining import explain_decision, reproduce
from oferta.core.decisions.types import Decision, Override
from oferta.core.ledger import actions as ledger
from oferta.core.ledger import queries as book
from oferta.core.ledger.types import Transfer
from oferta.core.notices import queries as notices
from oferta.core.terms.errors import Gap, WrongFact
from oferta.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def authority() -> None:
    actions.set_authority("corner-club", second_person_above=100_00)


def a_decision(party: UUID | None = None, **payment: object) -> Decision:
    payment.setdefault("context", a_purse())
    answer = actions.decide(a_payment(party, **payment), now=NOW)  # type: ignore[arg-type]
    return answer.decisions[0]


def a_case(party: UUID, decision: Decision) -> Case:
    return cases.dispute(decision.id, party_id=party, words="I paid by app", now=NOW)


def test_corrected_facts_are_decided_under_the_edition_of_the_day_of_the_event() -> None:
    """BC-89: in 2025, with three percent in force at the till, a payment of 2024 earns one."""
    party = a_customer()
    old = a_decision(party, money="1000 KZT")
    assert NOW.year == 2025
    new = actions.override(
        Override(
            decision_id=old.id,
            reason="the receipt says 2,000",
            actor=a_clerk(),
            facts={"money_paid": "2000 KZT"},
        ),
        now=NOW,
    )
    assert (new.edition, new.outcome) == ("2024-01-01", {"amount": 2000})
    assert (new.overrides, new.key) == (old.id, f"override/{old.id}")
    assert balance_of(old.context["member"]) == 2000
    assert queries.decision(old.id) == old, "the old decision stays as it was"
    assert queries.current(old.id) == new
    moved = book.transfers(new.transfer_ids).values()
    assert sorted(item.amount for item in moved) == [1000, 2000]
    assert [item.reverses for item in moved if item.reverses] == list(old.transfer_ids)
    assert {item.event_at for item in moved} == {old.event_at}
    assert reproduce(new.id).equal
    assert notices.inbox(party)[0].kind == "decision.overridden"


def test_a_day_of_another_edition_brings_that_edition() -> None:
    old = a_decision()
    new = actions.override(
        Override(
            decision_id=old.id,
            reason="it was paid in 2025",
            actor=a_clerk(),
            facts={"paid_on": "2025-02-01"},
        ),
        now=NOW,
    )
    assert (new.edition, new.outcome) == ("2025-01-01", {"amount": 3000})


def test_override_after_override_leaves_only_the_last_one_standing() -> None:
    old = a_decision(money="1000 KZT")
    member, shop = old.context["member"], old.context["shop"]
    before = balance_of(shop) + 1000
    current = old
    for money in (2000, 500, 0, 700):
        current = actions.override(
            Override(
                decision_id=current.id,
                reason="again",
                actor=a_clerk(),
                facts={"money_paid": f"{money} KZT"},
            ),
            now=NOW,
        )
        assert balance_of(member) == money
        assert balance_of(shop) == before - money
    assert queries.current(old.id) == current
    with pytest.raises(AlreadyOverridden) as refused:
        actions.override(
            Override(decision_id=old.id, reason="again", actor=a_clerk(), facts={}), now=NOW
        )
    assert refused.value.by == str(queries.overridden_by(old.id))


def test_a_grant_rests_on_a_person_and_says_so() -> None:
    party = a_customer("zh-Hans")
    old = a_decision(party, channel="phone")
    new = actions.override(
        Override(
            decision_id=old.id, reason="goodwill", actor=a_clerk(), outcome={"amount": "50 KZT"}
        ),
        now=NOW,
    )
    assert (new.basis, new.decided_by, new.outcome) == ("granted", (), {"amount": 5000})
    assert balance_of(old.context["member"]) == 5000
    assert explain_decision(new.id, "en") is None
    assert reproduce(new.id).equal


def test_above_an_amount_a_second_person_is_needed() -> None:
    old = a_decision()
    clerk, approver = a_clerk(), an_approver()

    def grant(amount: str, second: object = None) -> Decision:
        wanted = Override(
            decision_id=old.id,
            reason="goodwill",
            actor=clerk,
            approver=second,  # type: ignore[arg-type]
            outcome={"amount": amount},
        )
        return actions.override(wanted, now=NOW)

    before = counts()
    for second in (None, clerk, a_clerk("another")):
        with pytest.raises(SecondPersonNeeded) as refused:
            grant("110.01 KZT", second)
        assert (refused.value.amount, refused.value.above) == (100_01, 100_00)
    assert counts() == before
    assert grant("110.01 KZT", approver).approver_id == approver.id


def test_one_person_alone_may_move_up_to_the_amount() -> None:
    old = a_decision()
    wanted = Override(
        decision_id=old.id, reason="goodwill", actor=a_clerk(), outcome={"amount": "110 KZT"}
    )
    assert actions.override(wanted, now=NOW).approver_id is None


def test_without_a_set_amount_every_override_that_moves_needs_two() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM decisions_authority")
    old = a_decision()
    with pytest.raises(SecondPersonNeeded):
        actions.override(
            Override(decision_id=old.id, reason="x", actor=a_clerk(), outcome={"amount": "0 KZT"}),
            now=NOW,
        )


def test_what_was_spent_cannot_be_taken_back_and_nothing_changes() -> None:
    old = a_decision()
    spend = Transfer(
        id=uuid7(),
        decision_id=uuid7(),
        event_at=NOW,
        debit=old.context["member"],
        credit=old.context["shop"],
        amount=900,
    )
    assert ledger.post([spend], now=NOW)[0].code.accepted
    before = counts()
    with pytest.raises(OverrideRefused) as refused:
        actions.override(
            Override(
                decision_id=old.id, reason="x", actor=a_clerk(), facts={"money_paid": "10 KZT"}
            ),
            now=NOW,
        )
    assert refused.value.ledger_code == "ledger.debits_exceed_credits"
    assert counts() == before
    assert balance_of(old.context["member"]) == 100


def test_a_correction_gives_the_limit_back_before_it_takes_anew() -> None:
    purse = a_purse()
    first = a_decision(channel="app", money="400 KZT", context=purse)
    wanted = Override(
        decision_id=first.id, reason="x", actor=a_clerk(), facts={"money_paid": "450 KZT"}
    )
    new = actions.override(wanted, now=NOW)
    assert (new.outcome, new.facts["app_cap_used"]) == ({"amount": 4500}, "0.00 KZT")
    after = a_decision(channel="app", money="400 KZT", context=purse)
    assert after.outcome == {"amount": 500}
    wanted = Override(decision_id=new.id, reason="x", actor=a_clerk(), facts={"channel": "till"})
    assert actions.override(wanted, now=NOW).outcome == {"amount": 450}
    assert a_decision(channel="app", money="400 KZT", context=purse).outcome == {"amount": 4000}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"reason": " ", "facts": {}}, BadOverride),
        ({"reason": "x"}, BadOverride),
        ({"reason": "x", "facts": {}, "outcome": {}}, BadOverride),
        ({"reason": "x", "outcome": {}}, BadOverride),
        ({"reason": "x", "outcome": {"amount": "-1 KZT"}}, BadOverride),
        ({"reason": "x", "outcome": {"amount": "1 KZT", "colour": "red"}}, BadOverride),
        ({"reason": "x", "facts": {"channel": "fax"}}, WrongFact),
        ({"reason": "x", "facts": {"channel": "phone"}}, Gap),
    ],
)
def test_a_bad_override_is_refused_and_changes_nothing(
    change: dict[str, object], error: type[Exception]
) -> None:
    old = a_decision()
    before = counts()
    with pytest.raises(error):
        actions.override(Override(decision_id=old.id, actor=a_clerk(), **change), now=NOW)  # type: ignore[arg-type]
    assert counts() == before


def test_answering_a_stopped_question_releases_the_ones_it_held_back() -> None:
    purse = a_purse()
    event = a_payment(channel="phone", questions=("bonus", "partner_bonus"), context=purse)
    stopped, held = actions.decide(event, now=NOW).decisions
    (case,) = read.open_cases()
    resolution = Resolution(
        status=Status.UPHELD, reason="paid at the till", actor=a_clerk(), facts={"channel": "till"}
    )
    cases.resolve(case.id, resolution, now=NOW)
    assert balance_of(purse["member"]) == 1000 + 5000
    assert queries.current(stopped.id).outcome == {"amount": 1000}
    assert queries.current(held.id).outcome == {"amount": 5000}
    assert queries.stopped() == []


# --- cases ------------------------------------------------------------------------------------


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
    for second in (clerk, a_clerk("other")):
        with pytest.raises(SecondPersonNeeded):
            cases.approve(case.id, approver=second, now=NOW)
    done = cases.approve(case.id, approver=approver, now=NOW)
    assert (done.status, done.proposal) == ("partly_upheld", None)
    assert done.log[-1].detail["approver"] == approver.name
    assert done.override_id is not None
    new = queries.decision(done.override_id)
    assert (new.actor_id, new.approver_id) == (clerk.id, approver.id)


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
