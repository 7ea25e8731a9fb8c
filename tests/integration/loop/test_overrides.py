"""A person overrides a decision: by corrected facts or by a grant, alone or with a second one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from loop_builders import (
    NOW,
    a_clerk,
    a_customer,
    a_decision,
    a_payment,
    a_purse,
    an_approver,
    balance_of,
    counts,
)

from oferta.core.cases import actions as cases
from oferta.core.cases import queries as read
from oferta.core.cases.types import Resolution, Status
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


def test_more_is_paid_from_what_is_just_enough_to_who_has_spent_the_old() -> None:
    """Neither can all be taken back first, nor all paid anew first: what is added goes first."""
    context = a_purse(shop_has=2000)
    old = a_decision(money="1000 KZT", context=context)
    elsewhere = a_purse()["shop"]
    spent = Transfer(
        id=uuid7(),
        decision_id=uuid7(),
        event_at=NOW,
        debit=context["member"],
        credit=elsewhere,
        amount=1000,
    )
    assert ledger.post([spent], now=NOW)[0].code.accepted
    wanted = Override(
        decision_id=old.id,
        reason="the receipt says 2,000",
        actor=a_clerk(),
        facts={"money_paid": "2000 KZT"},
    )
    new = actions.override(wanted, now=NOW)
    assert (balance_of(context["member"]), balance_of(context["shop"])) == (1000, 0)
    again = replace(wanted, decision_id=new.id, facts={"money_paid": "1500 KZT"})
    actions.override(again, now=NOW)
    assert (balance_of(context["member"]), balance_of(context["shop"])) == (500, 500)


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
