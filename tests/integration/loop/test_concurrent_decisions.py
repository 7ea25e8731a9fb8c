"""Sixteen writers at once: limits hold, a key is decided once, nobody waits in a circle."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence

from django.db import connection
from loop_builders import NOW, a_payment, a_purse, balance_of

from oferta.core.decisions import actions
from oferta.core.decisions.types import Answer, Event
from oferta.core.ledger import queries as ledger

WRITERS = 16


def together(works: Sequence[Callable[[], object]]) -> None:
    """Run all at once, each on a connection of its own; the first error is raised here."""
    errors: list[BaseException] = []
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait()
            work()
        except BaseException as error:  # noqa: BLE001 - reported below, in the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_a_limit_is_never_exceeded_by_sixteen_writers(fresh_db: str) -> None:
    """At most 50 KZT a customer and month, in batches that name the customers in any order."""
    purse = a_purse()
    answers: list[Answer] = []
    seeded = random.Random(5)

    def batches() -> list[list[Event]]:
        return [
            [
                a_payment(
                    context=purse, channel="app", money="70 KZT", customer=seeded.choice("abcd")
                )
                for _ in range(6)
            ]
            for _ in range(4)
        ]

    def writer(own: list[list[Event]]) -> Callable[[], None]:
        def work() -> None:
            for batch in own:
                answers.extend(actions.decide_many(batch, now=NOW))

        return work

    together([writer(batches()) for _ in range(WRITERS)])
    assert len(answers) == WRITERS * 24
    assert {answer.status for answer in answers} == {"decided"}
    earned: dict[str, int] = {}
    for answer in answers:
        (decision,) = answer.decisions
        customer = decision.facts["customer"]
        earned[customer] = earned.get(customer, 0) + decision.outcome["amount"]  # type: ignore[index, operator]
    assert earned == dict.fromkeys("abcd", 5000)
    assert balance_of(purse["member"]) == 4 * 5000
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT used FROM decisions_limit_use")
        assert cursor.fetchall() == [(5000,)]
    assert ledger.verify().ok


def test_the_same_events_from_sixteen_writers_are_decided_once(fresh_db: str) -> None:
    purse = a_purse()
    events = [a_payment(context=purse, channel="till") for _ in range(40)]
    gathered: list[list[Answer]] = []

    def work() -> None:
        own = random.sample(events, len(events))
        gathered.append(actions.decide_many(own, now=NOW))

    together([work] * WRITERS)
    ids = {answer.decisions[0].id for answers in gathered for answer in answers}
    assert len(ids) == 40
    fresh = [answer for answers in gathered for answer in answers if not answer.replayed]
    assert len(fresh) == 40
    assert balance_of(purse["member"]) == 40 * 1000


def test_the_same_moneyless_events_are_decided_once_too(fresh_db: str) -> None:
    """No account serialises these: the unique key alone does."""
    events = [a_payment(plan="none") for _ in range(60)]
    gathered: list[list[Answer]] = []

    def work() -> None:
        own = random.sample(events, len(events))
        gathered.append(actions.decide_many(own, now=NOW))

    together([work] * WRITERS)
    fresh = [answer for answers in gathered for answer in answers if not answer.replayed]
    assert len(fresh) == 60
    assert len({answer.decisions[0].id for answers in gathered for answer in answers}) == 60
