"""Events decided in batches: once, whole, in order, and reproducible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from loop_builders import NOW, a_customer, a_payment, a_purse, accounts_of, balance_of, counts

from oferta.core.cases import queries as cases
from oferta.core.decisions import actions, queries
from oferta.core.decisions.errors import BadEvent, KeyReused, UnknownParty, UnknownPlan
from oferta.core.decisions.explaining import explain_decision, reproduce
from oferta.core.decisions.types import Answer, Event, Status
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.core.terms.errors import MissingFact, UnknownFact, WrongFact

pytestmark = pytest.mark.django_db

BOTH = ("bonus", "partner_bonus")


def statuses(answers: list[Answer]) -> list[str]:
    return [answer.status.value for answer in answers]


def test_a_payment_becomes_a_decision_its_transfers_and_one_notice() -> None:
    party, purse = a_customer("ru"), a_purse()
    event = a_payment(party, questions=BOTH, context=purse)
    answer = actions.decide(event, now=NOW)
    bonus, partner = answer.decisions
    assert (bonus.outcome, partner.outcome) == ({"amount": 1000}, {"amount": 5000})
    assert (bonus.decided_by, partner.decided_by) == (("till",), ("partner",))
    assert balance_of(purse["member"]) == 6000
    booked = ledger.transfers(bonus.transfer_ids + partner.transfer_ids)
    assert {item.decision_id for item in booked.values()} == {bonus.id, partner.id}
    assert {item.event_at for item in booked.values()} == {event.event_at}
    (notice,) = notices.inbox(party)
    assert notice.decision_ids == (bonus.id, partner.id)
    assert notice.params == {"amount": {"minor": 6000, "unit": "KZT"}}
    assert queries.decision(bonus.id) == bonus, "what is read is what was answered"


def test_the_same_event_again_gets_the_same_answer_and_no_second_effect() -> None:
    party, purse = a_customer(), a_purse()
    event = a_payment(party, context=purse)
    first = actions.decide(event, now=NOW)
    before = counts()
    again = actions.decide(event, now=NOW)
    assert again.replayed
    assert not first.replayed
    assert again.decisions == first.decisions
    assert counts() == before
    assert balance_of(purse["member"]) == 1000


def test_a_repeat_inside_a_batch_counts_once() -> None:
    event = a_payment(context=a_purse())
    first, again = actions.decide_many([event, event], now=NOW)
    assert (first.replayed, again.replayed) == (False, True)
    assert first.decisions == again.decisions
    assert balance_of(event.context["member"]) == 1000


@pytest.mark.parametrize(
    "change",
    [
        {"facts": {"money_paid": "1001 KZT"}},
        {"event_at": NOW},
        {"questions": BOTH},
        {"plan": "corner.told"},
        {"context": {"shop": 1, "member": 2}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_key_with_another_content_is_refused_and_changes_nothing(change: dict[str, Any]) -> None:
    event = a_payment(context=a_purse())
    actions.decide(event, now=NOW)
    before = counts()
    if "facts" in change:
        change = {"facts": dict(event.facts) | change["facts"]}
    other = replace(event, **change)
    with pytest.raises(KeyReused):
        actions.decide(other, now=NOW)
    (answer,) = actions.decide_many([other], now=NOW)
    assert (answer.status, answer.decisions) == (Status.REJECTED, ())
    assert counts() == before


def test_a_gap_stops_the_case_moves_nothing_and_gives_it_to_a_person() -> None:
    party, purse = a_customer("kk"), a_purse()
    event = a_payment(party, channel="phone", questions=BOTH, context=purse)
    answer = actions.decide(event, now=NOW)
    assert answer.status is Status.STOPPED
    assert [item.error for item in answer.decisions] == ["terms.gap", "decisions.held_back"]
    assert balance_of(purse["member"]) == 0
    (case,) = cases.open_cases()
    assert (case.kind, case.decision_id) == ("stopped", answer.decisions[0].id)
    assert [notice.kind for notice in notices.inbox(party)] == ["case.stopped"]
    assert actions.decide(event, now=NOW).replayed
    assert len(cases.open_cases()) == 1


def test_a_conflict_stops_and_names_the_clauses() -> None:
    answer = actions.decide(a_payment(channel="kiosk", context=a_purse()), now=NOW)
    (decision,) = answer.decisions
    assert (decision.status, decision.error) == ("stopped", "terms.conflict")
    assert decision.error_facts["clauses"] == ["till", "kiosk"]


def test_what_the_ledger_refuses_is_kept_as_refused_and_disturbs_nobody() -> None:
    empty = a_purse(shop_has=0)
    good = a_purse()
    events = [
        a_payment(context=good),
        a_payment(a_customer(), questions=BOTH, context=empty),
        a_payment(context=good),
    ]
    answers = actions.decide_many(events, now=NOW)
    assert statuses(answers) == ["decided", "refused", "decided"]
    refused = answers[1].decisions
    assert {item.error for item in refused} == {"ledger.debits_exceed_credits"}
    assert all(item.transfer_ids == () for item in refused)
    assert balance_of(good["member"]) == 2000
    assert balance_of(empty["member"]) == 0
    assert notices.inbox(events[1].party_id) == []  # type: ignore[arg-type]
    again = actions.decide(events[1], now=NOW)
    assert again.replayed
    assert again.status is Status.REFUSED


def test_transfers_of_one_event_move_together_or_not_at_all() -> None:
    purse = a_purse(shop_has=2000)  # enough for the bonus of 1,000, not for the partner's 5,000
    answer = actions.decide(a_payment(questions=BOTH, context=purse), now=NOW)
    assert answer.status is Status.REFUSED
    assert balance_of(purse["member"]) == 0


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda event: replace(event, facts={**event.facts, "colour": "red"}), UnknownFact),
        (lambda event: replace(event, facts={"paid_on": "2024-05-16"}), MissingFact),
        (lambda event: replace(event, facts={**event.facts, "money_paid": "-1 KZT"}), WrongFact),
        (lambda event: replace(event, facts={**event.facts, "customer": "a\0b"}), BadEvent),
        (lambda event: replace(event, facts={**event.facts, "customer": "\ud800"}), BadEvent),
        (lambda event: replace(event, key=" "), BadEvent),
        (lambda event: replace(event, key="k" * 201), BadEvent),
        (lambda event: replace(event, questions=()), BadEvent),
        (lambda event: replace(event, questions=("bonus", "bonus")), BadEvent),
        (lambda event: replace(event, event_at=event.event_at.replace(tzinfo=None)), BadEvent),
        (lambda event: replace(event, context={"shop": object()}), BadEvent),
        (lambda event: replace(event, plan="no.such"), UnknownPlan),
        (lambda event: replace(event, party_id=event_id()), UnknownParty),
    ],
)
def test_bad_input_is_rejected_by_itself_and_leaves_nothing(
    spoil: Callable[[Event], Event], error: type[Exception]
) -> None:
    good, purse = a_payment(context=a_purse()), a_purse()
    bad = spoil(a_payment(context=purse))
    before = counts()
    with pytest.raises(error):
        actions.decide(bad, now=NOW)
    assert counts() == before
    answers = actions.decide_many([bad, good], now=NOW)
    assert statuses(answers) == ["rejected", "decided"]
    assert isinstance(answers[0].error, error)
    assert balance_of(purse["member"]) == 0


def event_id() -> Any:
    from oferta.kernel.ids import uuid7

    return uuid7()


def test_texts_with_tabs_backslashes_and_newlines_come_back_as_they_were() -> None:
    odd = "a\tb\\c\nd\r\"e'{}№漢"
    event = a_payment(context={**a_purse(), "note": odd}, customer=odd, key=f"key\t{odd}")
    decision = actions.decide(event, now=NOW).decisions[0]
    stored = queries.decision(decision.id)
    assert (stored.facts["customer"], stored.context["note"]) == (odd, odd)
    assert stored.key == event.key
    assert actions.decide(event, now=NOW).replayed


def test_a_limit_cuts_in_the_order_of_the_batch_and_starts_anew_each_month() -> None:
    purse = a_purse()
    payments = [a_payment(context=purse, channel="app", money="300 KZT") for _ in range(3)]
    june = a_payment(context=purse, channel="app", money="300 KZT", paid_on="2024-06-01")
    other = a_payment(context=purse, channel="app", money="300 KZT", customer="bella")
    answers = actions.decide_many([*payments, june, other], now=NOW)
    earned = [answer.decisions[0].outcome["amount"] for answer in answers]  # type: ignore[index]
    assert earned == [3000, 2000, 0, 3000, 3000]
    used = [answer.decisions[0].facts["app_cap_used"] for answer in answers]
    assert used[:3] == ["0.00 KZT", "30.00 KZT", "50.00 KZT"]


def test_a_refused_payment_leaves_its_part_of_the_limit_to_the_next() -> None:
    """Its successors in the batch were told of a use that never was: they are answered anew."""
    poor, rich = a_purse(shop_has=0), a_purse()
    events = [
        a_payment(context=purse, channel="app", money="400 KZT") for purse in (poor, rich, poor)
    ]
    answers = actions.decide_many([*events, a_payment(context=rich, channel="app")], now=NOW)
    assert statuses(answers) == ["refused", "decided", "refused", "decided"]
    amounts = [answer.decisions[0].outcome["amount"] for answer in answers]  # type: ignore[index]
    assert amounts == [4000, 4000, 1000, 1000]
    assert balance_of(rich["member"]) == 5000
    with connection.cursor() as cursor:
        cursor.execute("SELECT used FROM decisions_limit_use WHERE holder LIKE '%anna%'")
        assert cursor.fetchall() == [(5000,)]


def test_a_crash_after_any_step_leaves_nothing_half_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from oferta.core.decisions import batch
    from oferta.kernel import events

    class Crash(Exception):
        pass

    def crash(*_args: object, **_kwargs: object) -> None:
        raise Crash

    steps = [
        (batch.moving, "post"),
        (batch.limits, "write"),
        (batch.storing, "write"),
        (batch.notices, "send"),
        (events, "publish"),
    ]
    purse = a_purse()
    party = a_customer()
    before = counts()
    for module, name in steps:
        real = getattr(module, name)

        def then_crash(*args: Any, _real: Any = real, **kwargs: Any) -> None:
            _real(*args, **kwargs)
            raise Crash

        for broken in (crash, then_crash):
            with monkeypatch.context() as patch:
                patch.setattr(module, name, broken)
                stopped = a_payment(party, context=purse, channel="phone")
                with pytest.raises(Crash), transaction.atomic():
                    actions.decide_many(
                        [a_payment(party, context=purse, channel="app"), stopped], now=NOW
                    )
            assert counts() == before, f"{module.__name__}.{name}"
    assert balance_of(purse["member"]) == 0


def test_the_callers_own_undo_takes_everything_back() -> None:
    purse, party = a_purse(), a_customer()
    before = counts()
    point = transaction.savepoint()
    actions.decide(a_payment(party, context=purse), now=NOW)
    transaction.savepoint_rollback(point)
    assert counts() == before
    assert balance_of(purse["member"]) == 0


@pytest.mark.parametrize("verb", ["UPDATE decisions_decision SET error = 'x'",
                                  "DELETE FROM decisions_decision",
                                  "TRUNCATE decisions_decision CASCADE",
                                  "UPDATE notices_notice SET kind = 'x'",
                                  "DELETE FROM notices_notice"])  # fmt: skip
def test_decisions_and_notices_can_only_be_added(verb: str) -> None:
    actions.decide(a_payment(a_customer(), context=a_purse()), now=NOW)
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        connection.cursor().execute(f"SET CONSTRAINTS ALL IMMEDIATE; {verb}")


@pytest.mark.parametrize("channel", ["till", "app", "phone", "kiosk"])
def test_a_decision_comes_out_again_from_its_facts_and_edition(channel: str) -> None:
    answer = actions.decide(a_payment(channel=channel, context=a_purse()), now=NOW)
    proof = reproduce(answer.decisions[0].id)
    assert proof.equal
    assert proof.edition_unchanged
    assert proof.stored["error"] == {"phone": "terms.gap", "kiosk": "terms.conflict"}.get(
        channel, ""
    )


def test_a_decision_explains_itself_in_the_readers_language() -> None:
    answer = actions.decide(a_payment(channel="app", context=a_purse()), now=NOW)
    why = explain_decision(answer.decisions[0].id, "zh-Hant")
    assert why is not None
    assert why.decided_by == ("app",)
    assert "應用程式百分之十" in [clause.title for clause in why.clauses]
    assert why.limits[0].after == "50.00 KZT" or why.limits[0].used


def test_nothing_to_do_is_done_at_once() -> None:
    assert actions.decide_many([], now=NOW) == []


def test_accounts_are_opened_through_this_door_and_only_once() -> None:
    assert accounts_of("corner/x") == accounts_of("corner/x")
