"""What the database refuses even to those who bypass the rules, and what `verify` finds."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from ledger_drawn import DAY, DECISIONS
from oferta.core.ledger.errors import ClockOfSealsBroken
from oferta.core.ledger.partitions import make_partitions, summarise
from oferta.core.ledger.posting import post_batch
from oferta.core.ledger.proving import verify
from oferta.core.ledger.sealing import seal
from oferta.core.ledger.sql import BLOCK
from oferta.core.ledger.types import Kind, ResultCode, Transfer
from oferta.kernel.clock import now
from oferta.kernel.ids import derived_id, uuid7

Connection = psycopg.Connection[Any]


def a_transfer(accounts: list[int], **fields: object) -> Transfer:
    base = {"id": uuid7(), "decision_id": DECISIONS[0], "event_at": DAY}
    if not {"pending_id", "reverses"} & fields.keys():
        base |= {"debit": accounts[0], "credit": accounts[1], "amount": 100}
    return Transfer(**(base | fields))  # type: ignore[arg-type]


@pytest.fixture
def booked(connection: Connection, accounts: list[int]) -> list[Transfer]:
    """A single, a reversal of it, a posted and an open pending, a refusal, sealed."""
    first = a_transfer(accounts)
    pending = a_transfer(accounts, kind=Kind.PENDING)
    asked = [
        first,
        a_transfer(accounts, reverses=first.id),
        pending,
        a_transfer(accounts, kind=Kind.POST, pending_id=pending.id, amount=30),
        a_transfer(accounts, kind=Kind.PENDING, expires_at=DAY),
        a_transfer(accounts, debit=accounts[2], credit=accounts[1]),
    ]
    codes = [result.code for result in post_batch(connection, asked, now=DAY)]
    assert codes == [*[ResultCode.OK] * 5, ResultCode.DEBITS_EXCEED_CREDITS]
    assert seal(connection) == 5
    assert verify(connection).ok
    return asked


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount = 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer",
        "TRUNCATE ledger_transfer_default",
        "UPDATE ledger_seal SET transfers = 9",
        "DELETE FROM ledger_seal",
        "TRUNCATE ledger_seal",
        "DELETE FROM ledger_resolution",
        "UPDATE ledger_reversal SET reversed_by = reversed_id",
        "DELETE FROM ledger_refusal",
        "UPDATE ledger_account_key SET key = key || 'x'",
        "DELETE FROM ledger_account",
        "TRUNCATE ledger_account CASCADE",
        "UPDATE ledger_account SET unit = 'RUB'",
        "UPDATE ledger_account SET balance_limit = 0",
        "UPDATE ledger_account SET floor = floor - 1",
        "TRUNCATE ledger_hold",
    ],
)
def test_what_is_written_cannot_be_rewritten(
    connection: Connection, booked: list[Transfer], statement: str
) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_account SET debits_posted = credits_posted + 1 WHERE balance_limit = 1",
        "UPDATE ledger_account SET credits_posted = debits_posted + 21 WHERE balance_limit = 2",
        "UPDATE ledger_account SET debits_pending = -1",
        "UPDATE ledger_account SET credits_posted = 4611686018427387904 WHERE balance_limit = 0",
        "INSERT INTO ledger_account (unit, balance_limit, floor) VALUES ('KZT', 1, 5)",
        "INSERT INTO ledger_account (unit, balance_limit, floor) VALUES ('KZT', 0, -5)",
        "INSERT INTO ledger_account (unit) VALUES ('tenge')",
        "INSERT INTO ledger_account (unit, balance_limit) VALUES ('KZT', 3)",
        "INSERT INTO ledger_account (unit, balance_limit, floor) VALUES ('KZT', 1, -(2^62)::int8)",
        "INSERT INTO ledger_account (id, unit) VALUES (0, 'KZT')",
        "UPDATE ledger_account SET debits_posted = -debits_posted - 1, credits_posted = -1",
    ],
)
def test_totals_beyond_their_bounds_are_refused(
    connection: Connection, booked: list[Transfer], statement: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(statement)


def test_a_key_without_an_account_is_refused(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("INSERT INTO ledger_account_key (key, account_id) VALUES ('a', 99999)")


def test_booking_rewrites_accounts_in_place(connection: Connection, accounts: list[int]) -> None:
    """Every update is heap-only: no index entry, no vacuum needed to stay small."""
    for _ in range(300):
        post_batch(connection, [a_transfer(accounts)], now=DAY)
    connection.execute("SELECT pg_stat_force_next_flush()")
    row = connection.execute(
        """SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables
           WHERE relname = 'ledger_account'"""
    ).fetchone()
    assert row is not None
    assert row[0] >= 600
    assert row[1] >= row[0] * 0.99


@pytest.mark.parametrize("table", ["ledger_resolution", "ledger_reversal"])
def test_a_second_resolution_or_reversal_is_refused(
    connection: Connection, booked: list[Transfer], table: str
) -> None:
    kind = ", 2" if table == "ledger_resolution" else ""
    key = "pending_id" if kind else "reversed_id"
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(
            f"INSERT INTO {table} SELECT {key}, gen_random_uuid(){kind} FROM {table}"  # noqa: S608
        )


@pytest.mark.parametrize(
    ("tampering", "invariants"),
    [
        ("UPDATE ledger_transfer SET amount = amount + 1 WHERE kind = 0", {"I2", "I5", "I8"}),
        ("UPDATE ledger_transfer SET event_at = event_at - interval '1 day'", {"I8"}),
        ("DELETE FROM ledger_transfer WHERE kind = 2", {"I2", "I3", "I8"}),
        ("UPDATE ledger_account SET credits_posted = 900 WHERE balance_limit = 1", {"I1", "I2"}),
        ("DELETE FROM ledger_hold", {"I3"}),
        ("DELETE FROM ledger_reversal", {"I9"}),
        ("UPDATE ledger_seal SET digest = 'x'", {"I8"}),
        ("INSERT INTO ledger_refusal SELECT id, 20, 'x' FROM ledger_transfer LIMIT 1", {"I7"}),
    ],
)  # fmt: skip
def test_tampering_by_the_owner_is_found(
    connection: Connection, booked: list[Transfer], tampering: str, invariants: set[str]
) -> None:
    connection.execute("SET session_replication_role = replica")  # triggers off
    connection.execute(tampering)
    assert invariants <= {one.invariant for one in verify(connection).findings}


def test_a_rewritten_seal_breaks_the_chain_behind_it(
    connection: Connection, accounts: list[int], booked: list[Transfer]
) -> None:
    head = verify(connection).head
    post_batch(connection, [a_transfer(accounts)], now=DAY)
    seal(connection)
    connection.execute("SET session_replication_role = replica")
    connection.execute("UPDATE ledger_seal SET hash = 'forged' WHERE no = 1")
    proof = verify(connection)
    assert {one.subject for one in proof.findings} == {"seal 1", "seal 2"}
    assert proof.head != head


def test_sealing_waits_for_open_transactions_and_then_takes_all(
    connection: Connection, connect: Any, accounts: list[int]
) -> None:
    other = connect()
    with other.transaction():
        post_batch(other, [a_transfer(accounts)], now=DAY)
        connection.execute("SELECT pg_current_xact_id()")
        assert seal(connection) == 0
        assert verify(connection).ok
    assert seal(connection) == 1
    assert seal(connection) == 0
    assert verify(connection).unsealed == 0


def test_a_month_gets_its_partition_even_if_rows_wait_in_the_default_one(
    connection: Connection, accounts: list[int]
) -> None:
    later = now().replace(year=now().year + 3)
    far = int(later.timestamp() * 1000) << 80
    stray = a_transfer(accounts, id=type(uuid7())(int=far | 7 << 76 | 2 << 62))
    old = a_transfer(accounts, id=derived_id("old"))
    post_batch(connection, [stray, old], now=DAY)
    seal(connection)
    assert make_partitions(connection, now=later, months=0) == 1
    assert make_partitions(connection, now=later, months=0) == 0
    place = "SELECT tableoid::regclass::text FROM ledger_transfer WHERE id = %s"
    assert connection.execute(place, (stray.id,)).fetchone() == (f"ledger_transfer_{later:%Y%m}",)
    assert connection.execute(place, (old.id,)).fetchone() == ("ledger_transfer_default",)
    assert verify(connection).ok
    again = post_batch(connection, [stray, old], now=DAY)
    assert {result.code for result in again} == {ResultCode.EXISTS}
    for table in ("ledger_transfer_default", f"ledger_transfer_{later:%Y%m}"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this test
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute(f"TRUNCATE {table}")


def test_numbers_follow_the_order_of_booking_beyond_a_block_of_them(
    connection: Connection, accounts: list[int]
) -> None:
    asked = [a_transfer(accounts) for _ in range(BLOCK + 2)]
    post_batch(connection, asked, now=DAY)
    post_batch(connection, [last := a_transfer(accounts)], now=DAY)
    kept = connection.execute("SELECT id, seq FROM ledger_transfer ORDER BY seq").fetchall()
    assert [id_ for id_, _ in kept] == [one.id for one in [*asked, last]]
    assert len({seq for _, seq in kept}) == len(kept)


def test_the_server_is_never_asked_to_sum_up_block_ranges_by_itself(
    connection: Connection, accounts: list[int]
) -> None:
    """Its queue of requests is short, and each one too many is a line of its log."""
    make_partitions(connection, now=now().replace(year=now().year + 2), months=0)
    asking = """SELECT count(*) FROM pg_inherits JOIN pg_index ON indrelid = inhrelid
        JOIN pg_class AS index ON index.oid = indexrelid
        WHERE inhparent = 'ledger_transfer'::regclass AND 'autosummarize=on' = ANY(reloptions)"""
    assert connection.execute(asking).fetchone() == (0,)
    post_batch(connection, [a_transfer(accounts) for _ in range(1500)], now=DAY)
    assert summarise(connection) > 0
    assert summarise(connection) == 0


def test_an_empty_request_has_an_empty_answer(connection: Connection, accounts: list[int]) -> None:
    assert post_batch(connection, [], now=DAY) == []


def test_sealing_refuses_when_transaction_numbers_start_anew(
    connection: Connection, booked: list[Transfer]
) -> None:
    """As after dump and restore: new rows would fall into ranges that are sealed."""
    connection.execute("SET session_replication_role = replica")
    connection.execute("UPDATE ledger_seal SET to_xid = 4611686018427387904")
    with pytest.raises(ClockOfSealsBroken):
        seal(connection)
