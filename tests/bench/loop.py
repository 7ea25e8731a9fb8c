"""The whole loop beside the ledger alone: what do decision, explanation's facts and notice cost?

Batches of 1,000 payments of 5,000 customers under the real pack `bonus-club`, on one server and
one connection. Each round takes new batches through three ways: as a feed through the loop
(payment, decisions, limits, linked transfers, notice, outbox job, a commit for each batch), each
batch by itself through the loop, and as bare transfers through the ledger alone, made beforehand,
a commit for each batch too. The order of the ways changes from round to round; ratios are taken
within the round, and the median over all rounds is reported.
"""

from __future__ import annotations

import gc
import os
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

BATCH = 1_000
CUSTOMERS = 5_000
#: A feed prepares each batch but the first while the server works: of so many one weighs little.
BATCHES = 12
TURNS_PER_ROUND = 2
DATABASE = "oferta_bench_loop"
PACKS = Path(__file__).resolve().parents[2] / "terms"
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TARGET = 0.3

Accounts = dict[str, int]


def main(rounds: int = 5) -> list[dict[str, Any]]:
    """Return rows for payments with one bonus and for payments with two."""
    _prepare()
    customers, accounts = _population()
    return [
        row
        for name, questions in (
            ("one bonus a payment", ("bank_bonus",)),
            ("bank's and partner's bonus", ("bank_bonus", "partner_bonus")),
        )
        for row in _measure(name, questions, customers, accounts, rounds)
    ]


def plan(outcomes: Mapping[str, Mapping[str, Any]], context: Mapping[str, Any]) -> Any:
    """Pay each bonus from its funder to the member and tell the sum once."""
    from oferta.core.decisions.types import Movement, NoticeDraft, Plan

    movements, total = [], 0
    for name, outcome in outcomes.items():
        amount = outcome["amount"]
        if amount:
            movements.append(Movement(name, context[name], context["member"], amount, code=1))
            total += amount
    told = {"reason": {"minor": total, "unit": "KZT"}}
    return Plan(tuple(movements), NoticeDraft("case.rejected", told))


def _measure(
    name: str,
    questions: tuple[str, ...],
    customers: list[UUID],
    accounts: Accounts,
    rounds: int,
) -> list[dict[str, Any]]:
    seeded = random.Random(7)
    ways: list[Callable[[list[Any]], None]] = [_feed, _batches, _ledger]
    spent: list[list[_Spent]] = []
    for number in range(1 + rounds * TURNS_PER_ROUND):
        turn: dict[int, _Spent] = {}
        for way in (0, 1, 2) if number % 2 else (2, 1, 0):
            key = f"{name}/{number}/{way}"
            batches = [
                [
                    _payment(f"{key}/{batch}/{place}", questions, customers, accounts, seeded)
                    for place in range(BATCH)
                ]
                for batch in range(BATCHES)
            ]
            if ways[way] is _ledger:
                batches = [_transfers(events) for events in batches]
            turn[way] = _timed(partial(ways[way], batches))
        if number:  # the first turn warms caches and plans
            spent.append([turn[way] for way in range(3)])
    feed, alone = zip(*((turn[0], turn[2]) for turn in spent), strict=True)
    single = [turn[1] for turn in spent]
    return [
        _row(f"loop, a feed: {name}", feed, alone) | {"target": TARGET},
        _row(f"loop, a batch by itself: {name}", single, alone),
    ]


def _row(name: str, ours: Sequence[_Spent], anchor: Sequence[_Spent]) -> dict[str, Any]:
    count = BATCH * BATCHES
    return {
        "name": name,
        "ours": count / statistics.median(one.wall for one in ours),
        "anchor": count / statistics.median(one.wall for one in anchor),
        "unit": "payments/s",
        "ratio": statistics.median(
            other.wall / one.wall for one, other in zip(ours, anchor, strict=True)
        ),
        "client_microseconds_per_payment": statistics.median(one.cpu for one in ours) / count * 1e6,
    }


class _Spent(NamedTuple):
    """Seconds: of the clock, and of this process's CPU."""

    wall: float
    cpu: float


def _timed(work: Callable[[], None]) -> _Spent:
    gc.collect()  # what one way has left is not to be walked at another's cost
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return _Spent(time.perf_counter() - wall, time.process_time() - cpu)


def _feed(batches: list[Any]) -> None:
    from oferta.core.decisions import actions
    from oferta.core.decisions.types import Status

    for answers in actions.decide_all(batches, clock=lambda: NOW):
        assert [answer.status for answer in answers].count(Status.DECIDED) == BATCH


def _batches(batches: list[Any]) -> None:
    from oferta.core.decisions import actions
    from oferta.core.decisions.types import Status

    for events in batches:
        answers = actions.decide_many(events, now=NOW)
        assert [answer.status for answer in answers].count(Status.DECIDED) == BATCH


def _ledger(batches: list[Any]) -> None:
    from django.db import transaction

    from oferta.core.ledger import actions as ledger
    from oferta.core.ledger.types import ResultCode

    for transfers in batches:
        with transaction.atomic():
            results = ledger.post(transfers, now=NOW)
        assert [result.code for result in results].count(ResultCode.OK) == len(transfers)


def _payment(
    key: str,
    questions: tuple[str, ...],
    customers: list[UUID],
    accounts: Accounts,
    seeded: random.Random,
) -> Any:
    from oferta.core.decisions.types import Event

    place = seeded.randrange(len(customers))
    day = datetime(2018, 1, 1, 12, 0, tzinfo=UTC) + timedelta(days=seeded.randrange(300))
    facts: dict[str, object] = {
        "paid_on": day.date(),
        "terminal_owner": "bank",
        "method": seeded.choice(("halyk_qr", "samsung_pay", "apple_pay")),
        "channel": "pos",
        "merchant": f"shop {seeded.randrange(400)}",
        "abroad": False,
        "mcc": None,
        "category": "purchase",
        "card_kind": "debit",
        "special_account": "none",
        "instalment": False,
        "money_paid": f"{seeded.randrange(500, 50_000)} KZT",
        "bonuses_paid": "0 KZT",
        "halyk_plus_rate": "0%",
        "oked_listed": False,
        "repeat_no": 0,
        "customer": f"member-{place}",
    }
    if "partner_bonus" in questions:
        facts["partner_rate"] = seeded.choice(("5%", "10%"))
    return Event(
        key=key,
        pack="bonus-club",
        questions=questions,
        facts=facts,
        event_at=day,
        plan="bench.loop",
        context={
            "member": accounts[f"bench/member/{place}"],
            "bank_bonus": accounts["bench/bank"],
            "partner_bonus": accounts[f"bench/partner/{place % 50}"],
        },
        party_id=customers[place],
    )


def _transfers(events: list[Any]) -> list[Any]:
    """Return what the loop would post for these payments."""
    from oferta.core.decisions import asking, moving
    from oferta.kernel.ids import uuid7

    made = []
    for event in events:
        questions = asking.read(event)
        for item in questions:
            asking.answer(item, {holder: 0 for _, holder in item.holders})
        outcomes = {item.name: item.outcome for item in questions if item.outcome is not None}
        planned = plan(outcomes, event.context)
        ids = {name: uuid7() for name in outcomes}
        made += moving.group(planned.movements, ids, event.event_at).transfers
    return made


def _population() -> tuple[list[UUID], Accounts]:
    from oferta.core.decisions import actions
    from oferta.core.ledger.types import Limit, NewAccount
    from oferta.core.parties import actions as parties
    from oferta.core.parties.types import NewCustomer

    customers = [NewCustomer(key=f"bench-{n}", language="kk") for n in range(CUSTOMERS)]
    ids = parties.register_customers(customers, now=NOW)
    wanted = [NewAccount(key="bench/bank", unit="BONUS")]
    wanted += [NewAccount(key=f"bench/partner/{n}", unit="BONUS") for n in range(50)]
    wanted += [
        NewAccount(key=f"bench/member/{n}", unit="BONUS", limit=Limit.DEBITS)
        for n in range(CUSTOMERS)
    ]
    return list(ids.values()), actions.open_accounts(wanted)


def _prepare() -> None:
    """Make a database of the bench's own on the server in use, with every table and no row."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oferta.project.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from oferta.core.decisions import plans
    from oferta.core.terms import shelf
    from oferta.core.terms.engine import Terms
    from oferta.core.terms.loader import load_pack

    settings = connections.settings["default"]
    connections["default"].close()
    settings["NAME"] = "postgres"
    with connections["default"].cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{DATABASE}"')
    connections["default"].close()
    settings["NAME"] = DATABASE
    call_command("migrate", verbosity=0)
    terms = Terms([load_pack(PACKS / "bonus-club")])
    shelf.fill(lambda: terms)
    plans.register({"bench.loop": plan})
