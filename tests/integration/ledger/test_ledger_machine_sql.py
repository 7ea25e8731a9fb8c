"""The ledger's whole door on PostgreSQL, step by random step beside the oracle.

Both times are asked too: what had been booked or had happened by a moment is compared with what
was answered then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ledger_drawn import DAY, Drawer, new_accounts
from ledger_oracle import new_state, open_account, post
from oferta.core.ledger import reading
from oferta.core.ledger.accounts import open_accounts, set_closed
from oferta.core.ledger.posting import post_batch
from oferta.core.ledger.proving import verify
from oferta.core.ledger.sealing import seal
from oferta.core.ledger.sql import DUE_HOLDS
from oferta.core.ledger.types import Hold, Kind, Transfer
from oferta.kernel.ids import uuid7

RUNS, STEPS = 90, 40
BATCHES = 3
PLACES = st.integers(0, 6)
connections: list[psycopg.Connection[Any]] = []
counted = {"asked": 0, "expired": 0, "reversed": 0, "looked back": 0}


class OwnDrawer(Drawer):
    """Draws ids that no other run has: hypothesis likes to begin with the same seeds."""

    salt = 0

    def _id(self) -> UUID:
        return UUID(int=super()._id().int ^ self.salt)


class LedgerOnPostgres(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.connection = connections[0]
        self.now = DAY
        tag = uuid7().hex
        wanted = new_accounts(tag)
        found = open_accounts(self.connection, wanted)
        self.ids = [found[one.key].id for one in wanted]
        self.oracle = new_state()
        for id_, one in zip(self.ids, wanted, strict=True):
            open_account(self.oracle, id_, one.unit, one.limit, one.floor)
        self.drawer = OwnDrawer(0, self.ids)
        self.drawer.salt = uuid7().int & (2**60 - 1)
        #: Moments of the server's clock, and the posted totals that stood then.
        self.pictures: list[tuple[datetime, dict[int, tuple[int, int]]]] = []

    def _post(self, asked: list[Transfer]) -> list[str]:
        got = [one.code.name for one in post_batch(self.connection, asked, now=self.now)]
        assert got == post(self.oracle, asked, self.now)
        counted["asked"] += len(asked)
        return got

    @rule(seed=st.integers(0, 2**32 - 1))
    def ask(self, seed: int) -> None:
        self.drawer.random.seed(seed)
        for _ in range(BATCHES):
            self._post(self.drawer.batch())

    @rule(minutes=st.integers(1, 90))
    def expire(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        rows = self.connection.execute(DUE_HOLDS, (self.now, 10**6)).fetchall()
        due = [one for one in (Hold(*row) for row in rows) if one.debit in self.ids]
        holds = self.oracle["holds"]
        assert {one.id for one in due} == {
            id_ for id_, hold in holds.items() if hold[3] is not None and hold[3] <= self.now
        }
        voids = [
            Transfer(
                id=uuid7(),
                decision_id=one.decision_id,
                event_at=one.expires_at or self.now,
                kind=Kind.VOID,
                pending_id=one.id,
            )
            for one in due
        ]
        assert set(self._post(voids)) <= {"OK"}
        counted["expired"] += len(due)

    @rule(place=st.integers(0, 10**6))
    def reverse(self, place: int) -> None:
        booked = list(self.oracle["booked"])
        if not booked:
            return
        asked = Transfer(
            id=uuid7(),
            decision_id=uuid7(),
            event_at=self.now,
            reverses=booked[place % len(booked)],
        )
        counted["reversed"] += self._post([asked]) == ["OK"]

    @rule(place=PLACES, closed=st.booleans())
    def close_or_reopen(self, place: int, closed: bool) -> None:
        set_closed(self.connection, [self.ids[place]], closed=closed)
        self.oracle["accounts"][self.ids[place]]["closed"] = closed

    @rule()
    def take_a_picture(self) -> None:
        row = self.connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        totals = {id_: (one["dp"], one["cp"]) for id_, one in self.oracle["accounts"].items()}
        self.pictures = [*self.pictures, (row[0], totals)]

    @rule(place=PLACES, which=st.integers(0, 10**6))
    def look_back_by_booking(self, place: int, which: int) -> None:
        if self.pictures:
            at, totals = self.pictures[which % len(self.pictures)]
            found = reading.balance(self.connection, self.ids[place], booked_at=at)
            assert (found.debits, found.credits) == totals[self.ids[place]]
            counted["looked back"] += 1

    @rule(place=PLACES, hours=st.integers(-1, 60))
    def look_back_by_event(self, place: int, hours: int) -> None:
        at, id_ = DAY - timedelta(hours=hours), self.ids[place]
        debits = credits_ = 0
        for one in self.oracle["booked"].values():
            filled = one["filled"]
            if filled.kind in (Kind.SINGLE, Kind.POST) and filled.event_at <= at:
                debits += one["moved"] * (filled.debit == id_)
                credits_ += one["moved"] * (filled.credit == id_)
        found = reading.balance(self.connection, id_, event_at=at)
        assert (found.debits, found.credits) == (debits, credits_)
        counted["looked back"] += 1

    @rule()
    def seal(self) -> None:
        seal(self.connection)

    @invariant()
    def accounts_and_holds_are_those_of_the_oracle(self) -> None:
        stored = self.connection.execute(
            """SELECT id, closed, debits_posted, credits_posted, debits_pending, credits_pending
               FROM ledger_account WHERE id = ANY(%s)""",
            (self.ids,),
        ).fetchall()
        assert {row[0]: row[1:] for row in stored} == {
            id_: (one["closed"], one["dp"], one["cp"], one["dh"], one["ch"])
            for id_, one in self.oracle["accounts"].items()
        }
        holds = self.connection.execute(
            "SELECT id FROM ledger_hold WHERE debit = ANY(%s)", (self.ids,)
        ).fetchall()
        assert {row[0] for row in holds} == set(self.oracle["holds"])


def test_every_step_on_postgresql_is_the_oracles(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SET synchronous_commit = off")  # durability is the crash test's matter
    connections[:] = [connection]
    counted.update(dict.fromkeys(counted, 0))
    case = LedgerOnPostgres.TestCase
    case.settings = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    case("runTest").runTest()
    assert min(counted.values()) > 25, counted
    assert counted["asked"] > 10_000, counted
    assert verify(connection).ok
