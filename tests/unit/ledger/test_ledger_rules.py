"""Every result code of the pure rules, and the order in which codes take precedence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from ledger_drawn import DAY, DECISIONS
from ledger_memory import MemoryLedger
from oferta.core.ledger.rules import AccountState
from oferta.core.ledger.types import TOTAL_MAX, Kind, Limit, ResultCode, Transfer
from oferta.kernel.ids import uuid7

ISSUER, ANNA, BORIS, CLOSED, POINTS, LOAN = range(1, 7)
Code = ResultCode


@pytest.fixture
def ledger() -> MemoryLedger:
    free = AccountState("KZT", Limit.NONE, 0, closed=False)
    limited = replace(free, limit=Limit.DEBITS)
    accounts = {
        ISSUER: free,
        ANNA: limited,
        BORIS: replace(limited, floor=-30),
        CLOSED: replace(free, closed=True),
        POINTS: replace(free, unit="POINTS"),
        LOAN: replace(free, limit=Limit.CREDITS),
    }
    return MemoryLedger(accounts, DAY)


def a_transfer(**fields: object) -> Transfer:
    base = {"id": uuid7(), "decision_id": DECISIONS[0], "event_at": DAY}
    if not {"pending_id", "reverses"} & fields.keys():
        base |= {"debit": ISSUER, "credit": ANNA, "amount": 100}
    return Transfer(**(base | fields))  # type: ignore[arg-type]


def a_hold(ledger: MemoryLedger, **fields: object) -> UUID:
    pending = a_transfer(kind=Kind.PENDING, **fields)
    assert codes(ledger, pending) == [Code.OK]
    return pending.id


def codes(ledger: MemoryLedger, *transfers: Transfer) -> list[ResultCode]:
    return [result.code for result in ledger.post(transfers)]


def refused_unchanged(ledger: MemoryLedger, transfer: Transfer) -> ResultCode:
    before = ledger.totals(), set(ledger.book.known)
    (code,) = codes(ledger, transfer)
    assert (ledger.totals(), set(ledger.book.known)) == before
    return code


def test_a_single_moves_money_and_answers_both_balances(ledger: MemoryLedger) -> None:
    (result,) = ledger.post([a_transfer()])
    assert (result.code, result.debit_balance, result.credit_balance) == (Code.OK, -100, 100)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": None}, Code.MALFORMED),
        ({"amount": 1.0}, Code.MALFORMED),
        ({"amount": True}, Code.MALFORMED),
        ({"debit": 0}, Code.MALFORMED),
        ({"code": 2**15}, Code.MALFORMED),
        ({"code": -1}, Code.MALFORMED),
        ({"event_at": datetime(2026, 3, 1)}, Code.MALFORMED),  # noqa: DTZ001 - that is the case
        ({"expires_at": DAY}, Code.MALFORMED),
        ({"kind": Kind.POST}, Code.MALFORMED),
        ({"pending_id": DECISIONS[0], "amount": 5}, Code.MALFORMED),
        ({"reverses": DECISIONS[0], "kind": Kind.PENDING}, Code.MALFORMED),
        ({"amount": 0}, Code.AMOUNT_NOT_POSITIVE),
        ({"amount": -1}, Code.AMOUNT_NOT_POSITIVE),
        ({"amount": TOTAL_MAX + 1}, Code.AMOUNT_TOO_LARGE),
        ({"amount": 2**200}, Code.AMOUNT_TOO_LARGE),
        ({"credit": ISSUER}, Code.SAME_ACCOUNT),
        ({"credit": 99}, Code.ACCOUNT_NOT_FOUND),
        ({"debit": -7}, Code.ACCOUNT_NOT_FOUND),
        ({"credit": POINTS}, Code.UNIT_MISMATCH),
        ({"credit": CLOSED}, Code.ACCOUNT_CLOSED),
        ({"debit": ANNA, "credit": BORIS}, Code.DEBITS_EXCEED_CREDITS),
        ({"debit": BORIS, "amount": 31}, Code.DEBITS_EXCEED_CREDITS),
        ({"debit": BORIS, "amount": 30}, Code.OK),
        ({"credit": LOAN}, Code.CREDITS_EXCEED_DEBITS),
        ({"reverses": DECISIONS[0]}, Code.REVERSED_NOT_FOUND),
        ({"pending_id": DECISIONS[0], "kind": Kind.VOID}, Code.HOLD_NOT_FOUND),
    ],
)
def test_each_refusal_has_its_code_and_changes_nothing(
    ledger: MemoryLedger, fields: dict[str, object], code: ResultCode
) -> None:
    if code is Code.OK:
        assert codes(ledger, a_transfer(**fields)) == [code]
    else:
        assert refused_unchanged(ledger, a_transfer(**fields)) is code


def test_a_total_cannot_pass_what_an_int8_can_sum(ledger: MemoryLedger) -> None:
    assert codes(ledger, a_transfer(amount=TOTAL_MAX)) == [Code.OK]
    assert refused_unchanged(ledger, a_transfer(amount=1)) is Code.TOTAL_TOO_LARGE


def test_the_same_request_again_exists_with_the_same_balances(ledger: MemoryLedger) -> None:
    first = a_transfer()
    (booked,) = ledger.post([first])
    ledger.post([a_transfer()])
    (again,) = ledger.post([first])
    assert again == booked._replace(code=Code.EXISTS)


@pytest.mark.parametrize(
    "change",
    [
        *({"amount": 99}, {"credit": BORIS}, {"code": 3}, {"decision_id": DECISIONS[1]}),
        *({"event_at": DAY + timedelta(microseconds=1)}, {"kind": Kind.PENDING}),
    ],
)
def test_the_same_id_with_another_content_differs(
    ledger: MemoryLedger, change: dict[str, object]
) -> None:
    first = a_transfer()
    ledger.post([first])
    assert refused_unchanged(ledger, first._replace(**change)) is Code.DIFFERS  # type: ignore[arg-type]


def test_a_refused_id_stays_refused_when_the_book_has_changed(ledger: MemoryLedger) -> None:
    spend = a_transfer(debit=ANNA, credit=BORIS)
    assert codes(ledger, spend, a_transfer(), spend) == [
        *(Code.DEBITS_EXCEED_CREDITS, Code.OK, Code.DEBITS_EXCEED_CREDITS)
    ]
    assert codes(ledger, spend._replace(amount=1)) == [Code.DIFFERS]


def test_a_refusal_that_did_not_read_the_book_does_not_stick(ledger: MemoryLedger) -> None:
    wrong = a_transfer(amount=0)
    assert codes(ledger, wrong, wrong._replace(amount=5)) == [Code.AMOUNT_NOT_POSITIVE, Code.OK]


def test_a_hold_is_posted_in_part_and_the_rest_is_freed(ledger: MemoryLedger) -> None:
    pending = a_hold(ledger)
    assert ledger.totals()[ISSUER] == (0, 0, 100, 0)
    assert codes(ledger, a_transfer(kind=Kind.POST, pending_id=pending, amount=40)) == [Code.OK]
    assert ledger.totals()[ISSUER] == (40, 0, 0, 0)
    again = a_transfer(kind=Kind.VOID, pending_id=pending)
    assert refused_unchanged(ledger, again) is Code.HOLD_POSTED


def test_a_voided_hold_cannot_be_posted(ledger: MemoryLedger) -> None:
    pending = a_hold(ledger)
    assert codes(ledger, a_transfer(kind=Kind.VOID, pending_id=pending)) == [Code.OK]
    post = a_transfer(kind=Kind.POST, pending_id=pending)
    assert refused_unchanged(ledger, post) is Code.HOLD_VOIDED


def test_more_than_held_cannot_be_posted_nor_other_accounts(ledger: MemoryLedger) -> None:
    pending = a_hold(ledger)
    over = a_transfer(kind=Kind.POST, pending_id=pending, amount=101)
    assert refused_unchanged(ledger, over) is Code.OVER_HOLD
    other = a_transfer(kind=Kind.POST, pending_id=pending, debit=ANNA)
    assert refused_unchanged(ledger, other) is Code.HOLD_DIFFERS
    part = a_transfer(kind=Kind.VOID, pending_id=pending, amount=99)
    assert refused_unchanged(ledger, part) is Code.HOLD_DIFFERS


def test_an_expired_hold_can_only_be_voided(ledger: MemoryLedger) -> None:
    pending = a_hold(ledger, expires_at=DAY)
    post = a_transfer(kind=Kind.POST, pending_id=pending)
    assert refused_unchanged(ledger, post) is Code.HOLD_EXPIRED
    assert codes(ledger, a_transfer(kind=Kind.VOID, pending_id=pending)) == [Code.OK]


def test_held_money_cannot_be_spent(ledger: MemoryLedger) -> None:
    codes(ledger, a_transfer())
    a_hold(ledger, debit=ANNA, credit=BORIS, amount=80)
    spend = a_transfer(debit=ANNA, credit=BORIS, amount=21)
    assert refused_unchanged(ledger, spend) is Code.DEBITS_EXCEED_CREDITS


def test_holds_of_a_closed_account_are_still_resolved(ledger: MemoryLedger) -> None:
    pending = a_hold(ledger)
    ledger.book.accounts[ANNA].closed = True
    assert codes(ledger, a_transfer(kind=Kind.POST, pending_id=pending)) == [Code.OK]


def test_a_reversal_takes_back_the_whole_once(ledger: MemoryLedger) -> None:
    first = a_transfer()
    back = a_transfer(reverses=first.id)
    assert codes(ledger, first, back) == [Code.OK, Code.OK]
    assert refused_unchanged(ledger, a_transfer(reverses=first.id)) is Code.ALREADY_REVERSED
    assert codes(ledger, back) == [Code.EXISTS]
    totals = ledger.totals()
    assert totals[ISSUER] == (100, 100, 0, 0)


def test_a_reversal_that_does_not_mirror_is_refused(ledger: MemoryLedger) -> None:
    first = a_transfer()
    codes(ledger, first)
    less = a_transfer(reverses=first.id, amount=50)
    assert refused_unchanged(ledger, less) is Code.REVERSAL_DIFFERS


def test_a_chain_is_undone_whole_and_names_its_culprit(ledger: MemoryLedger) -> None:
    pending = a_transfer(kind=Kind.PENDING, linked=True)
    chain = [
        a_transfer(linked=True),
        pending,
        a_transfer(kind=Kind.POST, pending_id=pending.id, linked=True),
        a_transfer(debit=BORIS, amount=1000, linked=True),
        a_transfer(),
    ]
    before = ledger.totals()
    failed = Code.LINKED_FAILED
    assert codes(ledger, *chain) == [failed, failed, failed, Code.DEBITS_EXCEED_CREDITS, failed]
    assert ledger.totals() == before
    assert ledger.book.known == {}
    assert ledger.book.holds == {}
    assert ledger.book.resolved == {}


def test_a_chain_left_open_is_not_tried(ledger: MemoryLedger) -> None:
    before = ledger.totals()
    open_chain = [a_transfer(linked=True), a_transfer(linked=True)]
    assert codes(ledger, a_transfer(amount=1), *open_chain) == [Code.OK, *[Code.CHAIN_OPEN] * 2]
    assert ledger.totals() != before
    assert len(ledger.book.known) == 1


def test_a_booked_chain_sent_again_exists_one_by_one(ledger: MemoryLedger) -> None:
    chain = [a_transfer(linked=True), a_transfer(linked=True), a_transfer()]
    assert codes(ledger, *chain) == [Code.OK] * 3
    before = ledger.totals()
    assert codes(ledger, *chain) == [Code.EXISTS] * 3
    assert ledger.totals() == before


def test_a_duplicate_inside_a_chain_breaks_it(ledger: MemoryLedger) -> None:
    one = a_transfer(linked=True)
    again = one._replace(linked=False)
    assert codes(ledger, one, again) == [Code.LINKED_FAILED, Code.EXISTS]
    assert ledger.book.known == {}
