"""The ticket office under a rush: orders on one quota, and a gate with eight scanners.

Anchors are the figures that were measured of pretix 2026.8.0 on two cores like these: orders
through its cart, order and payment functions with mail, and its check-in API. Ours go through the
same services that pages and API call: reserve, pay with the sandbox provider, a Decision, the
ledger, the ticket, the notice; nothing is stubbed. Eight buyers are eight processes, each order is
of a customer of its own and of one place, and each round sells a new performance out.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from uuid import UUID

DATABASE = "oferta_bench_tickets"
BUYERS = 8
PLACES = 500
#: Orders a second of pretix's service functions, 8 buyers on a quota of 500, the median of five.
PRETIX_ORDERS = 8.3
PROMISED_ORDERS = 80
TESTS = Path(__file__).resolve().parents[1]

_barrier: Barrier


def main(rounds: int = 5) -> list[dict[str, Any]]:
    """Return rows for orders a second and for what was sold beyond the places."""
    _prepare()
    shows = [_show() for _ in range(rounds + 1)]
    customers = _customers(PLACES + BUYERS)
    _hang_up()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(BUYERS)
    taken: list[float] = []
    beyond = 0
    with context.Pool(BUYERS, _begin, (barrier,)) as pool:
        for number, (show, category) in enumerate(shows):
            shares = [(show, category, customers[buyer::BUYERS]) for buyer in range(BUYERS)]
            spans = pool.map(_buy, shares, chunksize=1)
            sold = _sold(show)
            beyond += max(0, sold - PLACES)
            if number:  # the first round warms up
                started, ended = min(one[0] for one in spans), max(one[1] for one in spans)
                taken.append(sold / (ended - started))
    return [_orders(taken), _beyond(beyond, rounds + 1)]


def _orders(taken: Sequence[float]) -> dict[str, Any]:
    ours = statistics.median(taken)
    return {
        "name": f"orders, {BUYERS} buyers, one quota of {PLACES}",
        "ours": ours,
        "anchor": PRETIX_ORDERS,
        "unit": "orders/s",
        "ratio": ours / PRETIX_ORDERS,
        "target": PROMISED_ORDERS / PRETIX_ORDERS,
        "rounds": [round(one, 1) for one in taken],
    }


def _beyond(beyond: int, rounds: int) -> dict[str, Any]:
    return {
        "name": f"sold beyond the quota in {rounds} rounds",
        "ours": beyond,
        "unit": "places",
        "ratio": 0.0 if beyond else 1.0,
        "target": 1.0,
    }


def _begin(barrier: Barrier) -> None:
    global _barrier  # noqa: PLW0603 - how a pool's processes are given what they share
    _barrier = barrier


def _buy(share: tuple[UUID, int, list[UUID]]) -> tuple[float, float]:
    """Buy one place after another until there is none; return when it began and ended."""
    from oferta.kernel.ids import uuid7
    from oferta.services.tickets import paying, reserving
    from oferta.services.tickets.errors import SoldOut
    from oferta.services.tickets.types import Basket, Buyer, Pay, Wanted
    from ticket_world import NOW

    show, category, customers = share
    _barrier.wait()
    started = time.monotonic()
    for customer in customers * BUYERS:
        basket = Basket(
            id=uuid7(),
            performance_id=show,
            wanted=(Wanted(category_id=category),),
            buyer=Buyer(name="B. Buyer", party_id=customer),
        )
        try:
            order = reserving.reserve(basket, now=NOW)
        except SoldOut:
            break
        paying.pay(order.id, [Pay(means="card")], now=NOW)
    return started, time.monotonic()


def _sold(show: UUID) -> int:
    from oferta.services.tickets.models import Ticket

    sold = Ticket.objects.filter(performance_id=show).count()
    _hang_up()
    return sold


def _show() -> tuple[UUID, int]:
    from ticket_world import a_show

    made = a_show(general=PLACES)
    if made.general is None:
        message = "a show without places"
        raise RuntimeError(message)
    return made.id, made.general.id


def _customers(count: int) -> list[UUID]:
    from oferta.core.parties import actions as parties
    from oferta.core.parties.types import NewCustomer
    from ticket_world import NOW

    made = parties.register_customers(
        [
            NewCustomer(key=f"buyer-{number}", name="B. Buyer", language="ru", contacts={})
            for number in range(count)
        ],
        now=NOW - timedelta(days=1),
    )
    return list(made.values())


def _hang_up() -> None:
    from django.db import connections

    connections.close_all()


def _prepare() -> None:
    """Make a database of the bench's own on the server in use, with every table and no row."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oferta.project.settings")
    sys.path.insert(0, str(TESTS))
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    settings = connections.settings["default"]
    connections["default"].close()
    settings["NAME"] = "postgres"
    with connections["default"].cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{DATABASE}"')
    connections["default"].close()
    settings["NAME"] = DATABASE
    call_command("migrate", verbosity=0)
    from oferta.core.terms import shelf

    shelf.terms()  # read before the processes part
