"""Sixteen writers on few accounts, races for one id or one hold, and the gatherer."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from ledger_drawn import DAY, DECISIONS
from oferta.core.ledger.accounts import open_accounts
from oferta.core.ledger.errors import GathererClosed, GathererFull
from oferta.core.ledger.gatherer import Gatherer
from oferta.core.ledger.posting import post_batch
from oferta.core.ledger.proving import verify
from oferta.core.ledger.rules import AccountState
from oferta.core.ledger.sealing import seal
from oferta.core.ledger.store import load
from oferta.core.ledger.types import Kind, NewAccount, ResultCode, Transfer
from oferta.kernel.ids import uuid7

WRITERS = 16
Connect = Callable[[], psycopg.Connection[Any]]


def a_transfer(debit: int, credit: int, **fields: object) -> Transfer:
    base = {"id": uuid7(), "decision_id": DECISIONS[0], "event_at": DAY}
    base |= {"debit": debit, "credit": credit, "amount": 5}
    return Transfer(**(base | fields))  # type: ignore[arg-type]


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    barrier = threading.Barrier(count)

    def one(place: int) -> Any:
        barrier.wait()
        return work(place)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_sixteen_writers_keep_the_book_and_never_deadlock(
    connection: psycopg.Connection[Any], connect: Connect, accounts: list[int]
) -> None:
    connections = [connect() for _ in range(WRITERS)]

    def write(place: int) -> Counter[ResultCode]:
        drawn = random.Random(place)
        pending: list[Any] = []
        tally: Counter[ResultCode] = Counter()
        for _ in range(40):
            batch = []
            for _ in range(drawn.choice((1, 5, 25))):
                debit, credit = drawn.sample(accounts[:4], 2)
                kind = drawn.choice((Kind.SINGLE, Kind.SINGLE, Kind.PENDING))
                batch.append(a_transfer(debit, credit, kind=kind))
            for id_ in pending[:2]:
                kind = drawn.choice((Kind.POST, Kind.VOID))
                batch.append(a_transfer(0, 0, kind=kind, amount=None, pending_id=id_))
            pending = [one.id for one in batch if one.kind is Kind.PENDING]
            results = post_batch(connections[place], batch, now=DAY)
            tally.update(result.code for result in results)
        return tally

    tally = sum(at_once(WRITERS, write), Counter())
    assert tally[ResultCode.OK] > 1000
    assert seal(connection) == verify(connection).transfers == tally[ResultCode.OK]
    assert verify(connection).findings == ()


def is_waiting(watcher: psycopg.Connection[Any], pid: int) -> bool:
    """Ask outside of any transaction: inside one the server keeps its first answer."""
    activity = "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s"
    return watcher.execute(activity, (pid,)).fetchone() == ("Lock",)


def test_who_waited_for_an_account_finds_it_where_it_has_moved_to(
    connection: psycopg.Connection[Any], connect: Connect, accounts: list[int]
) -> None:
    issuer, anna, *_ = accounts
    waiter, watcher = connect(), connect()
    asked = [a_transfer(issuer, anna)]

    def wait() -> tuple[AccountState, object]:
        with waiter.transaction():
            found = load(waiter, asked, DAY).accounts[anna]
            place = "SELECT ctid::text FROM ledger_account WHERE id = %s"
            return found, waiter.execute(place, (anna,)).fetchone()

    with ThreadPoolExecutor(1) as pool:
        with connection.transaction():
            before = load(connection, asked, DAY).accounts[anna].place
            post_batch(connection, [a_transfer(issuer, anna)], now=DAY)
            answer = pool.submit(wait)
            while not answer.done() and not is_waiting(watcher, waiter.info.backend_pid):
                time.sleep(0.005)
        found, place = answer.result()
    assert (found.place,) == place
    assert found.place != before
    assert found.credits_posted == 5


def test_one_id_sent_by_sixteen_at_once_is_booked_once(
    connection: psycopg.Connection[Any], connect: Connect, accounts: list[int]
) -> None:
    connections = [connect() for _ in range(WRITERS)]
    same = a_transfer(accounts[0], accounts[1])
    pairs = [(accounts[0], accounts[1]), (accounts[0], accounts[2]), (accounts[4], accounts[3])]

    def send(place: int) -> ResultCode:
        debit, credit = pairs[place % 3]
        asked = same._replace(debit=debit, credit=credit)
        return post_batch(connections[place], [asked], now=DAY)[0].code

    codes = Counter(at_once(WRITERS, send))
    assert codes[ResultCode.OK] == 1
    assert codes[ResultCode.EXISTS] + codes[ResultCode.DIFFERS] == WRITERS - 1
    assert verify(connection).transfers == 1


def test_a_hold_raced_for_by_posts_and_voids_is_resolved_once(
    connection: psycopg.Connection[Any], connect: Connect, accounts: list[int]
) -> None:
    connections = [connect() for _ in range(WRITERS)]
    hold = a_transfer(accounts[0], accounts[1], kind=Kind.PENDING)
    post_batch(connection, [hold], now=DAY)

    def resolve(place: int) -> ResultCode:
        kind = Kind.POST if place % 2 else Kind.VOID
        asked = a_transfer(0, 0, kind=kind, amount=None, pending_id=hold.id)
        return post_batch(connections[place], [asked], now=DAY)[0].code

    codes = Counter(at_once(WRITERS, resolve))
    assert codes[ResultCode.OK] == 1
    assert codes[ResultCode.HOLD_POSTED] + codes[ResultCode.HOLD_VOIDED] == WRITERS - 1
    assert verify(connection).ok


def test_a_transfer_raced_for_by_reversals_is_reversed_once(
    connection: psycopg.Connection[Any], connect: Connect, accounts: list[int]
) -> None:
    connections = [connect() for _ in range(WRITERS)]
    first = a_transfer(accounts[0], accounts[1])
    post_batch(connection, [first], now=DAY)

    def back(place: int) -> ResultCode:
        asked = a_transfer(0, 0, amount=None, reverses=first.id)
        return post_batch(connections[place], [asked], now=DAY)[0].code

    codes = Counter(at_once(WRITERS, back))
    assert codes == {ResultCode.OK: 1, ResultCode.ALREADY_REVERSED: WRITERS - 1}


def test_accounts_opened_by_sixteen_at_once_exist_once(connect: Connect) -> None:
    connections = [connect() for _ in range(WRITERS)]
    wanted = [NewAccount(key=f"race/{n}", unit="KZT") for n in range(50)]

    def open_(place: int) -> dict[str, int]:
        mixed = random.Random(place).sample(wanted, len(wanted))
        return {key: one.id for key, one in open_accounts(connections[place], mixed).items()}

    found = at_once(WRITERS, open_)
    assert all(one == found[0] for one in found)
    assert len(set(found[0].values())) == len(wanted)


def test_gathered_requests_are_answered_each_with_its_own(
    connection: psycopg.Connection[Any], connect: Connect, accounts: list[int]
) -> None:
    issuer, anna, boris, *_ = accounts
    with Gatherer(connect, now=lambda: DAY, direct_count_max=2) as gatherer:

        def call(place: int) -> bool:
            chain = [a_transfer(issuer, anna, linked=True), a_transfer(anna, boris, amount=10**9)]
            dangling = [a_transfer(issuer, anna, linked=True)]
            good = a_transfer(issuer, anna)
            for _ in range(5):
                codes = [one.code for one in gatherer.submit(chain)]
                assert codes == [ResultCode.LINKED_FAILED, ResultCode.DEBITS_EXCEED_CREDITS]
                assert gatherer.submit(dangling)[0].code is ResultCode.CHAIN_OPEN
                assert gatherer.submit([good])[0].id == good.id
            return gatherer.submit([good])[0].code is ResultCode.EXISTS

        assert all(at_once(WRITERS, call))
    with pytest.raises(GathererClosed):
        gatherer.submit([a_transfer(issuer, anna)])
    assert verify(connection).transfers == WRITERS


def test_a_poisoned_request_does_not_poison_its_neighbours(
    connect: Connect, accounts: list[int]
) -> None:
    issuer, anna, *_ = accounts
    poison = a_transfer(issuer, anna)._replace(debit="not an account")  # type: ignore[arg-type]
    with Gatherer(connect, now=lambda: DAY, direct_count_max=0) as gatherer:

        def call(place: int) -> object:
            try:
                asked = poison._replace(id=uuid7()) if place == 5 else a_transfer(issuer, anna)
                return gatherer.submit([asked])[0].code
            except TypeError as error:
                return error

        answers = at_once(WRITERS, call)
    assert isinstance(answers[5], TypeError)
    assert answers.count(ResultCode.OK) == WRITERS - 1


def test_coroutines_are_gathered_too(connect: Connect, accounts: list[int]) -> None:
    issuer, anna, *_ = accounts

    async def all_at_once(gatherer: Gatherer) -> list[Any]:
        calls = (gatherer.submit_async([a_transfer(issuer, anna)]) for _ in range(100))
        return await asyncio.gather(*calls)

    with Gatherer(connect, now=lambda: DAY) as gatherer:
        answers = asyncio.run(all_at_once(gatherer))
    assert {one.code for (one,) in answers} == {ResultCode.OK}


def test_a_full_gatherer_refuses_at_once(connect: Connect, accounts: list[int]) -> None:
    issuer, anna, *_ = accounts
    with (
        Gatherer(connect, direct_count_max=0, waiting_count_max=3) as gatherer,
        pytest.raises(GathererFull),
    ):
        gatherer.submit([a_transfer(issuer, anna)] * 4)


def test_the_gatherer_outlives_a_lost_connection(
    connection: psycopg.Connection[Any], connect: Connect, accounts: list[int]
) -> None:
    issuer, anna, *_ = accounts
    with Gatherer(connect, now=lambda: DAY) as gatherer:
        assert gatherer.submit([a_transfer(issuer, anna)])[0].code is ResultCode.OK
        connection.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        assert gatherer.submit([a_transfer(issuer, anna)])[0].code is ResultCode.OK
