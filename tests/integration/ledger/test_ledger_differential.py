"""The ledger on PostgreSQL against an independent oracle: the same answers, the same balances."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import psycopg

from ledger_drawn import DAY, Drawer, new_accounts
from ledger_oracle import new_state, open_account, post
from oferta.core.ledger.accounts import open_accounts, set_closed
from oferta.core.ledger.posting import post_batch
from oferta.core.ledger.proving import verify
from oferta.core.ledger.sealing import seal
from oferta.core.ledger.types import Kind, ResultCode, Transfer
from oferta.kernel.ids import uuid7

EVENTS_MIN = 50_000
EPISODES = 16


def an_episode(
    connection: psycopg.Connection[Any], seed: int, tally: Counter[str]
) -> tuple[dict[int, tuple[int, ...]], list[Any]]:
    wanted = new_accounts(f"e{seed}")
    found = open_accounts(connection, wanted)
    set_closed(connection, [found[f"e{seed}/closed"].id], closed=True)
    ids = [found[one.key].id for one in wanted]
    state = new_state()
    for id_, one in zip(ids, wanted, strict=True):
        open_account(state, id_, one.unit, one.limit, one.floor)
        state["accounts"][id_]["closed"] = one.key.endswith("closed")
    drawer = Drawer(seed, ids)
    now = DAY - timedelta(minutes=5)
    asked = 0
    while asked < EVENTS_MIN // EPISODES + 1:
        batch = drawer.batch()
        if drawer.random.random() < 0.05:
            now += timedelta(minutes=10)
            batch = [*batch, *expiries(state, now)]
        want = post(state, batch, now)
        got = [result.code.name for result in post_batch(connection, batch, now=now)]
        assert got == want, [
            trio for trio in zip(batch, got, want, strict=True) if trio[1] != trio[2]
        ]
        asked += len(batch)
        tally.update(got)
    totals = {
        id_: (one["dp"], one["cp"], one["dh"], one["ch"]) for id_, one in state["accounts"].items()
    }
    return totals, list(state["holds"])


def expiries(state: dict[str, Any], now: Any) -> list[Transfer]:
    """Ask for the voids that the expiry of holds asks for; a chain left open before them ends."""
    due = [id_ for id_, hold in state["holds"].items() if hold[3] is not None and hold[3] <= now]
    return [
        Transfer(id=uuid7(), decision_id=uuid7(), event_at=now, kind=Kind.VOID, pending_id=id_)
        for id_ in due
    ]


def test_50_000_random_events_are_answered_as_by_the_oracle(
    connection: psycopg.Connection[Any],
) -> None:
    connection.execute("SET synchronous_commit = off")  # durability is the crash test's matter
    tally: Counter[str] = Counter()
    for seed in range(EPISODES):
        totals, holds = an_episode(connection, seed, tally)
        stored = connection.execute(
            """SELECT id, debits_posted, credits_posted, debits_pending, credits_pending
               FROM ledger_account WHERE id = ANY(%s)""",
            (list(totals),),
        ).fetchall()
        assert {row[0]: row[1:] for row in stored} == totals
        kept = connection.execute(
            "SELECT id FROM ledger_hold WHERE debit = ANY(%s)", (list(totals),)
        ).fetchall()
        assert {row[0] for row in kept} == set(holds)
        seal(connection)
    assert tally.total() >= EVENTS_MIN
    assert {code.name for code in ResultCode} - tally.keys() <= {"HOLD_DIFFERS", "TOTAL_TOO_LARGE"}
    proof = verify(connection)
    assert proof.findings == ()
    assert (proof.unsealed, proof.seals) == (0, EPISODES)
