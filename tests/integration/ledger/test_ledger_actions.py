"""The ledger's doors on Django's connection: joined transactions, accounts, statements, time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from ledger_drawn import DAY, DECISIONS
from oferta.core.ledger import actions, queries
from oferta.core.ledger.errors import AccountDiffers, BadAccount, UnknownAccount
from oferta.core.ledger.types import Kind, Limit, NewAccount, ResultCode, Transfer
from oferta.kernel.ids import uuid7

pytestmark = pytest.mark.django_db

ISSUER = NewAccount(key="club/issuer/bonus", unit="BONUS")
MEMBER = NewAccount(key="club/member/anna/bonus", unit="BONUS", limit=Limit.DEBITS)


@pytest.fixture
def pair() -> tuple[int, int]:
    found = actions.open_accounts([ISSUER, MEMBER])
    return found[ISSUER.key].id, found[MEMBER.key].id


def an_accrual(pair: tuple[int, int], amount: int = 100, **fields: object) -> Transfer:
    base = {"id": uuid7(), "decision_id": DECISIONS[0], "event_at": DAY}
    base |= {"debit": pair[0], "credit": pair[1], "amount": amount}
    return Transfer(**(base | fields))  # type: ignore[arg-type]


def test_opening_again_finds_the_same_accounts(pair: tuple[int, int]) -> None:
    again = actions.open_accounts([MEMBER, ISSUER, MEMBER])
    assert (again[ISSUER.key].id, again[MEMBER.key].id) == pair
    assert queries.account(MEMBER.key) == queries.account(pair[1])
    assert [one.key for one in queries.accounts_by_prefix("club/member/")] == [MEMBER.key]


def test_a_key_keeps_its_unit_limit_and_floor(pair: tuple[int, int]) -> None:
    other = NewAccount(key=MEMBER.key, unit="BONUS")
    with pytest.raises(AccountDiffers):
        actions.open_accounts([other])
    with pytest.raises(AccountDiffers):
        actions.open_accounts(
            [NewAccount(key="new", unit="KZT"), NewAccount(key="new", unit="RUB")]
        )
    assert queries.accounts_by_key(["new"]) == {}


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        (NewAccount(key="", unit="KZT"), "key"),
        (NewAccount(key="a b", unit="KZT"), "key"),
        (NewAccount(key="a//b", unit="KZT"), "key"),
        (NewAccount(key="a" * 201, unit="KZT"), "key"),
        (NewAccount(key="a", unit="XYZ"), "unit"),
        (NewAccount(key="a", unit="KZT", floor=-1), "floor"),
        (NewAccount(key="a", unit="KZT", limit=Limit.DEBITS, floor=1), "floor"),
    ],
)
def test_an_impossible_account_is_refused(wanted: NewAccount, wrong: str) -> None:
    with pytest.raises(BadAccount) as refused:
        actions.open_accounts([wanted])
    assert refused.value.wrong == wrong


def test_unknown_accounts_are_named() -> None:
    for which in ("nobody", 2**80, -1):
        with pytest.raises(UnknownAccount):
            queries.account(which)
    with pytest.raises(UnknownAccount):
        actions.close_account(10**9)


def test_a_closed_account_refuses_until_it_is_opened_again(pair: tuple[int, int]) -> None:
    hold = an_accrual(pair, kind=Kind.PENDING)
    actions.post([hold], now=DAY)
    assert actions.close_account(pair[1]).closed
    refused = an_accrual(pair)
    post = an_accrual(pair, 40, kind=Kind.POST, pending_id=hold.id)
    codes = [one.code for one in actions.post([refused, post], now=DAY)]
    assert codes == [ResultCode.ACCOUNT_CLOSED, ResultCode.OK]
    assert not actions.reopen_account(pair[1]).closed
    again = [one.code for one in actions.post([an_accrual(pair), refused], now=DAY)]
    assert again == [ResultCode.OK, ResultCode.ACCOUNT_CLOSED]


def test_the_callers_rollback_takes_the_transfers_with_it(pair: tuple[int, int]) -> None:
    transfer = an_accrual(pair)
    with transaction.atomic():
        actions.post([transfer], now=DAY)
        transaction.set_rollback(True)
    assert queries.transfers([transfer.id]) == {}
    assert queries.balance(pair[1]).balance == 0
    assert actions.post([transfer], now=DAY)[0].code is ResultCode.OK


def test_a_reversal_brings_back_the_balance_and_is_made_once(pair: tuple[int, int]) -> None:
    transfer = an_accrual(pair)
    actions.post([transfer], now=DAY)

    def reversal() -> ResultCode:
        return actions.reverse(
            transfer.id, id=uuid7(), decision_id=DECISIONS[1], event_at=DAY, now=DAY
        ).code

    assert reversal() is ResultCode.OK
    assert reversal() is ResultCode.ALREADY_REVERSED
    assert queries.account(pair[1]).balance == 0
    assert [one.reverses for one in queries.transfers_of_decisions([DECISIONS[1]])] == [transfer.id]


def test_due_holds_are_voided_behind_their_own_decision(pair: tuple[int, int]) -> None:
    due = [an_accrual(pair, kind=Kind.PENDING, expires_at=DAY) for _ in range(3)]
    later = an_accrual(pair, kind=Kind.PENDING, expires_at=DAY + timedelta(seconds=1))
    actions.post([*due, later], now=DAY - timedelta(days=1))
    assert actions.expire_due(DAY) == 3
    assert actions.expire_due(DAY) == 0
    assert set(queries.open_holds([one.id for one in [*due, later]])) == {later.id}
    assert [one.id for one in queries.holds_of_account(pair[0])] == [later.id]
    voids = [one for one in queries.transfers_of_decisions([DECISIONS[0]]) if one.kind == Kind.VOID]
    assert {one.pending_id for one in voids} == {one.id for one in due}
    assert {one.event_at for one in voids} == {DAY}


def test_balances_are_known_as_of_what_happened_and_of_what_was_booked(
    pair: tuple[int, int],
) -> None:
    today = an_accrual(pair, 100)
    actions.post([today], now=DAY)
    between = queries.statement(pair[1])[-1].booked_at
    backdated = an_accrual(pair, 7, event_at=DAY - timedelta(days=30))
    actions.post([backdated], now=DAY)
    yesterday = DAY - timedelta(days=1)
    assert queries.balance(pair[1]).balance == 107
    assert queries.balance(pair[1], event_at=yesterday).balance == 7
    assert queries.balance(pair[1], event_at=DAY).balance == 107
    assert queries.balance(pair[1], booked_at=between).balance == 100
    assert queries.balance(pair[0], booked_at=between).balance == -100
    assert queries.balance(pair[1], booked_at=yesterday).balance == 0


def test_a_statement_pages_with_a_running_balance(pair: tuple[int, int]) -> None:
    actions.post([an_accrual(pair, n) for n in range(1, 8)], now=DAY)
    actions.post([an_accrual(pair, 5, kind=Kind.PENDING)], now=DAY)
    lines, after = [], 0
    while page := queries.statement(pair[1], after=after, limit=3):
        lines += page
        after = page[-1].seq
    assert [line.change for line in lines] == [1, 2, 3, 4, 5, 6, 7, 0]
    assert [line.balance for line in lines] == [1, 3, 6, 10, 15, 21, 28, 28]
    assert [line.held for line in lines] == [0] * 7 + [5]
    assert {line.counterparty for line in lines} == {pair[0]}
    assert lines[-1].as_json()["kind"] == "pending"


def test_huge_amounts_are_refused_and_leave_nothing_half_written(pair: tuple[int, int]) -> None:
    sizes = (2**62 - 1, 1, 2**62, 2**63, 2**200)
    codes = [one.code.name for one in actions.post([an_accrual(pair, n) for n in sizes], now=DAY)]
    assert codes == ["OK", "TOTAL_TOO_LARGE", *["AMOUNT_TOO_LARGE"] * 3]
    assert queries.account(pair[1]).balance == 2**62 - 1
    assert queries.verify().ok
    assert queries.verify().as_json()["ok"]
