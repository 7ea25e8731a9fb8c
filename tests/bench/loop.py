"""The whole loop beside the ledger alone: what do decision, explanation's facts and notice cost?

Batches of 1,000 payments of 5,000 customers under the real pack `bonus-club`, on one server and
one connection. Each pair runs the same batch twice: once through the loop (payment, decisions,
limits, linked transfers, notice, outbox job, commit), once as its bare transfers through the
ledger alone, made beforehand. The order within the pair changes from pair to pair; the ratio is
taken within the pair, and the median over all pairs is reported.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

BATCH = 1_000
CUSTOMERS = 5_000
PAIRS_PER_ROUND = 4
DATABASE = "oferta_bench_loop"
PACKS = Path(__file__).resolve().parents[2] / "terms"
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TARGET = 0.3

Accounts = dict[str, int]


def main(rounds: int = 5) -> list[dict[str, Any]]:
    """Return a row for payments with one bonus and one for payments with two."""
    _prepare()
    customers, accounts = _population()
    return [
        _measure("loop: one bonus a payment", ("bank_bonus",), customers, accounts, rounds),
        _measure(
            "loop: bank's and partner's bonus",
            ("bank_bonus", "partner_bonus"),
            customers,
            accounts,
            rounds,
        ),
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
) -> dict[str, Any]:
    seeded = random.Random(7)
    loops, alone, ratios, cpu = [], [], [], []
    for number in range(1 + rounds * PAIRS_PER_ROUND):
        events = [
            _payment(f"{name}/{number}/{place}", questions, customers, accounts, seeded)
            for place in range(BATCH)
        ]
        transfers = _transfers(events)
        ways: list[Callable[[], None]] = [
            lambda events=events: _loop(events),
            lambda transfers=transfers: _ledger(transfers),
        ]
        order = (0, 1) if number % 2 else (1, 0)
        seconds = [0.0, 0.0]
        for way in order:
            used = time.process_time()
            start = time.perf_counter()
            ways[way]()
            seconds[way] = time.perf_counter() - start
            if way == 0:
                cpu.append((time.process_time() - used) / BATCH * 1e6)
        if number:  # the first pair warms caches and plans
            loops.append(BATCH / seconds[0])
            alone.append(BATCH / seconds[1])
            ratios.append(seconds[1] / seconds[0])
    return {
        "name": name,
        "ours": statistics.median(loops),
        "anchor": statistics.median(alone),
        "unit": "payments/s",
        "ratio": statistics.median(ratios),
        "target": TARGET,
        "client_microseconds_per_payment": statistics.median(cpu),
    }


def _loop(events: list[Any]) -> None:
    from oferta.core.decisions import actions

    answers = actions.decide_many(events, now=NOW)
    assert all(answer.status == "decided" for answer in answers)


def _ledger(transfers: list[Any]) -> None:
    from django.db import transaction

    from oferta.core.ledger import actions as ledger

    with transaction.atomic():
        results = ledger.post(transfers, now=NOW)
    assert all(result.code.accepted for result in results)


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
