"""The worker keeps the book by itself: expiry, seals, partitions."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from procrastinate.contrib.django import app

from ledger_drawn import DECISIONS
from oferta.core.ledger import actions, queries, tasks
from oferta.core.ledger.types import Kind, NewAccount, Transfer
from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.project.cli import main

AT = 0


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


@pytest.mark.parametrize("name", ["ledger.expire", "ledger.seal", "ledger.partitions"])
def test_the_worker_knows_when_to_come_back(name: str) -> None:
    assert name in {one.task.name for one in app.periodic_registry.periodic_tasks.values()}
