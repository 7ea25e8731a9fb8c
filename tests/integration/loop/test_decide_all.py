"""A feed of batches: the same rows as batch by batch, each batch whole or not at all."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from loop_builders import NOW, PACK, a_payment, a_purse, balance_of, counts
from test_concurrent_decisions import together

from oferta.core.decisions import actions, plans, preparing
from oferta.core.decisions.errors import BadEvent
from oferta.core.decisions.types import Answer, Event, Plan
from oferta.core.ledger import queries as ledger
from oferta.core.terms import shelf
from oferta.core.terms.engine import Terms
from oferta.core.terms.loader import load_pack
from oferta.core.terms.program import Program
from oferta.core.terms.types import Edition


def now() -> Any:
    return NOW


def fed(batches: list[list[Event]]) -> list[list[Answer]]:
    return list(actions.decide_all(batches, clock=now))


@pytest.mark.django_db
def test_a_batch_is_answered_before_the_one_after_next_is_asked_for() -> None:
    purse = a_purse()
    told: list[str] = []

    def source() -> Iterator[list[Event]]:
        for number in range(4):
            told.append(f"asked {number}")
            yield [a_payment(context=purse) for _ in range(3)]

    for number, answers in enumerate(actions.decide_all(source(), clock=now)):
        told.append(f"answered {number}")
        assert [one.status for one in answers] == ["decided"] * 3
    assert told == [
        *("asked 0", "asked 1", "answered 0", "asked 2", "answered 1", "asked 3"),
        *("answered 2", "answered 3"),
    ]
    assert fed([]) == []
    assert fed([[], []]) == [[], []]


@pytest.mark.django_db
def test_the_next_batch_is_prepared_while_the_database_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    purse = a_purse()
    ahead: list[int] = []
    finished = preparing.Prepared.finished

    def seen(batch: preparing.Prepared, known: Any) -> Any:
        ahead.append(sum(bool(draft.questions) for draft in batch._drafts))
        return finished(batch, known)

    monkeypatch.setattr(preparing.Prepared, "finished", seen)
    fed([[a_payment(context=purse) for _ in range(100)] for _ in range(12)])
    # A server that has the machine to itself may answer before there is a moment to use.
    assert max(ahead[1:]) > 50, "prepared before their turn came"


@pytest.mark.django_db
def test_an_event_told_again_in_a_later_batch_counts_once() -> None:
    purse = a_purse()
    event = a_payment(context=purse)
    other = a_payment(key=event.key, context=purse, money="7 KZT")
    first, again, wrong = fed([[event], [event], [other]])
    assert [first[0].replayed, again[0].replayed] == [False, True]
    assert first[0].decisions == again[0].decisions
    assert wrong[0].status == "rejected"
    assert balance_of(purse["member"]) == 1000


@pytest.mark.django_db
def test_limits_count_what_batches_before_have_used() -> None:
    """At most 50 KZT a customer and month, twenty at a time."""
    purse = a_purse()
    batches = [[a_payment(context=purse, channel="app", money="200 KZT")] for _ in range(4)]
    earned = [answers[0].decisions[0].outcome for answers in fed(batches)]
    assert earned == [{"amount": 2000}, {"amount": 2000}, {"amount": 1000}, {"amount": 0}]


@pytest.mark.django_db
@pytest.mark.parametrize("raised", [ZeroDivisionError, BadEvent])
def test_what_breaks_a_batch_is_raised_in_its_turn_and_leaves_the_ones_before(
    raised: type[Exception],
) -> None:
    def plan_breaking(_outcomes: object, context: Any) -> Plan:
        if raised is BadEvent:
            context["no such thing"]
        raise raised

    plans.register({"corner.breaking": plan_breaking})
    purse = a_purse()
    good = [a_payment(context=purse) for _ in range(5)]
    broken = [a_payment(context=purse), a_payment(context=purse, plan="corner.breaking")]
    feed = actions.decide_all([good, broken, good], clock=now)
    assert [one.status for one in next(feed)] == ["decided"] * 5
    before = counts()
    with pytest.raises(raised):
        next(feed)
    assert counts() == before
    assert balance_of(purse["member"]) == 5000
    assert "wait" not in vars(connection.connection)


@pytest.mark.django_db
def test_a_plan_that_breaks_is_no_matter_for_an_event_decided_before() -> None:
    purse = a_purse()
    event = a_payment(context=purse)
    fed([[event]])
    plan = plans.planner("corner.bonus")
    plans.register({"corner.bonus": lambda *_: 1 / 0})  # type: ignore[dict-item]
    try:
        _, (again,) = fed([[], [event]])
    finally:
        plans.register({"corner.bonus": plan})
    assert again.replayed


@pytest.mark.django_db
def test_terms_put_in_place_meanwhile_decide_the_batch_that_was_prepared_by_others() -> None:
    purse = a_purse()
    feed = actions.decide_all([[a_payment(context=purse)] for _ in range(2)], clock=now)
    (before,) = next(feed)
    again = Terms([load_pack(PACK)])
    asked: list[str] = []

    def program(pack: str, question: str, edition: Edition) -> Program:
        asked.append(question)
        return Terms.program(again, pack, question, edition)

    again.program = program  # type: ignore[method-assign]
    shelf.fill(lambda: again)
    (after,) = next(feed)
    assert set(asked) == {"bonus"}, "decided by what stands now"
    assert before.decisions[0].outcome == after.decisions[0].outcome


def test_two_feeds_of_the_same_events_decide_each_once(fresh_db: str) -> None:
    purse = a_purse()
    events = [a_payment(context=purse) for _ in range(120)]
    moneyless = [a_payment(plan="none") for _ in range(120)]
    gathered: list[Answer] = []

    def work() -> None:
        own = [*random.sample(events, 120), *random.sample(moneyless, 120)]
        batches = [own[start : start + 20] for start in range(0, 240, 20)]
        gathered.extend(one for answers in fed(batches) for one in answers)

    together([work] * 4)
    assert len(gathered) == 4 * 240
    assert sum(not one.replayed for one in gathered) == 240
    assert len({one.decisions[0].id for one in gathered}) == 240
    assert balance_of(purse["member"]) == 120 * 1000
    assert ledger.verify().ok


BATCHES, SIZE = 30, 40
_FEED = f"""
import sys
sys.path[:0] = {[str(Path(__file__).parent)]!r}
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
import test_decide_all as feed
feed.run(int(sys.argv[2]), int(sys.argv[3]))
"""


def run(shop: int, member: int) -> None:
    """Feed the same batches as whoever was killed before, telling each one that is committed."""
    from loop_builders import plan_bonus

    terms = Terms([load_pack(PACK)])
    shelf.fill(lambda: terms)
    plans.register({"corner.bonus": plan_bonus})
    batches = [
        [
            a_payment(key=f"fed/{batch}/{place}", context={"shop": shop, "member": member})
            for place in range(SIZE)
        ]
        for batch in range(BATCHES)
    ]
    for _ in actions.decide_all(batches, clock=now):
        sys.stdout.write("committed\n")
        sys.stdout.flush()


def test_a_feed_killed_at_any_moment_goes_on_where_it_stopped(fresh_db: str) -> None:
    purse = a_purse()
    drawn = random.Random(3)
    committed = 0
    for _ in range(6):
        with _feed(fresh_db, purse) as process:
            for _ in range(drawn.randrange(1, 5)):
                process.stdout.readline()  # type: ignore[union-attr]
            time.sleep(drawn.random() / 100)
            os.kill(process.pid, signal.SIGKILL)
        found = _decided_by_batch()
        assert set(found.values()) <= {SIZE}, "no batch is half there"
        assert len(found) >= committed
        assert balance_of(purse["member"]) == len(found) * SIZE * 1000
        committed = len(found)
    with _feed(fresh_db, purse) as process:
        told, _ = process.communicate(timeout=120)
    assert told.count("committed") == BATCHES
    assert _decided_by_batch() == {f"{batch}": SIZE for batch in range(BATCHES)}
    assert balance_of(purse["member"]) == BATCHES * SIZE * 1000
    assert ledger.verify().ok


def _feed(database: str, purse: dict[str, int]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _FEED, database, str(purse["shop"]), str(purse["member"])]
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "oferta.project.settings"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)


def _decided_by_batch() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(key, '/', 2), count(*) FROM decisions_decision"
            " WHERE key LIKE 'fed/%%' GROUP BY 1"
        )
        return dict(cursor.fetchall())
