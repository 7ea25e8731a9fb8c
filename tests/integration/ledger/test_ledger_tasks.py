"""The worker keeps the book by itself: expiry, seals, partitions."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicDeferrer

from ledger_drawn import DECISIONS
from oferta.core.ledger import actions, queries, tasks
from oferta.core.ledger.types import Kind, NewAccount, Transfer
from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.project.cli import main

AT = 0
Connect = Callable[[], psycopg.Connection[Any]]


def test_expired_holds_end_and_what_is_booked_is_sealed(
    fresh_db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = actions.open_accounts([NewAccount(key=key, unit="KZT") for key in ("from", "to")])
    now = clock.now()
    held = Transfer(
        id=uuid7(),
        decision_id=DECISIONS[0],
        event_at=now,
        debit=opened["from"].id,
        credit=opened["to"].id,
        amount=5,
        kind=Kind.PENDING,
        expires_at=now + timedelta(milliseconds=50),
    )
    [result] = actions.post([held], now=now)
    assert result.code.accepted
    time.sleep(0.06)
    tasks.expire(timestamp=AT)
    assert queries.open_holds([held.id]) == {}
    assert queries.verify().unsealed == 2
    tasks.seal(timestamp=AT)
    proof = queries.verify()
    assert (proof.ok, proof.unsealed, proof.seals) == (True, 0, 1)
    assert main(["ledger", "seal", "--json"]) == 0, "by hand there is nothing left to do"
    said = json.loads(capsys.readouterr().out)
    assert said == {"sealed": 0, "unsealed": 0, "head": proof.head}
    tasks.partitions(timestamp=AT)
    assert actions.make_partitions(now=clock.now()) == 0


def test_a_second_worker_leaves_the_task_to_the_first_and_a_dead_one_blocks_nobody(
    fresh_db: str, connect: Connect
) -> None:
    opened = actions.open_accounts([NewAccount(key=key, unit="KZT") for key in ("from", "to")])
    now = clock.now()
    actions.post(
        [
            Transfer(
                id=uuid7(),
                decision_id=DECISIONS[0],
                event_at=now,
                debit=opened["from"].id,
                credit=opened["to"].id,
                amount=5,
            )
        ],
        now=now,
    )
    other = connect()
    assert other.execute(tasks.LOCK, (tasks.SEAL,)).fetchone() == (True,)
    tasks.seal(timestamp=AT)
    assert queries.verify().unsealed == 1, "the other one is at it"
    other.close()
    give_up = time.monotonic() + 5
    while queries.verify().unsealed and time.monotonic() < give_up:
        tasks.seal(timestamp=AT)
    assert queries.verify().unsealed == 0


def test_two_workers_that_look_at_the_clock_leave_one_job(fresh_db: str) -> None:
    async def look(worker: App, at: int) -> None:
        due = [(one, at) for one in worker.periodic_registry.periodic_tasks.values()]
        async with worker.open_async():
            await PeriodicDeferrer(worker.periodic_registry).defer_jobs(due)

    for at in (60, 60, 120):  # the same minute twice, and the next before the first job has run
        with app.replace_connector(app.connector.get_worker_connector()) as worker:
            asyncio.run(look(worker, at))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, count(*) FROM procrastinate_jobs WHERE queue_name = %s"
            " GROUP BY task_name",
            [tasks.QUEUE],
        )
        assert dict(cursor.fetchall()) == {tasks.EXPIRE: 1, tasks.SEAL: 1, tasks.PARTITIONS: 1}


@pytest.mark.parametrize("name", ["ledger.expire", "ledger.seal", "ledger.partitions"])
def test_the_worker_knows_when_to_come_back(name: str) -> None:
    assert name in {one.task.name for one in app.periodic_registry.periodic_tasks.values()}
