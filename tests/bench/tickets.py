"""The ticket office under a rush: orders on one quota, and a gate with eight scanners.

Anchors are the figures that were measured of pretix 2026.8.0 on two cores like these: orders
through its cart, order and payment functions with mail, and its check-in API. Ours go through the
same services that pages and API call: reserve, pay with the sandbox provider, a Decision, the
ledger, the ticket, the notice; nothing is stubbed. Eight buyers are eight processes, each order is
of a customer of its own and of one place, and each round sells a new performance out.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

DATABASE = "oferta_bench_tickets"
BUYERS = 8
PLACES = 500
#: Orders a second of pretix's service functions, 8 buyers on a quota of 500, the median of five.
PRETIX_ORDERS = 8.3
PROMISED_ORDERS = 80
#: Admissions a second by pretix's check-in API, 8 clients.
PRETIX_ADMISSIONS = 12.8
PROMISED_ADMISSIONS = 150
SCANNERS = 8
#: One ticket is shown so often, to twice as many scanners.
SHOWN = 32
START_SECONDS_MAX = 60
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
    return [_orders(taken), _beyond(beyond, rounds + 1), *_gate(rounds)]


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


def _gate(rounds: int) -> list[dict[str, Any]]:
    """Return rows for admissions by the API, as `oferta run` serves it."""
    tickets, token, gate = _evening(PLACES * (rounds + 1) + rounds)
    port = _free_port()
    server = _serve(port)
    try:
        _wait(port)
        spans = []
        for number in range(rounds + 1):
            codes = tickets[number * PLACES : (number + 1) * PLACES]
            spans.append(_scans(port, token, gate, codes, SCANNERS))
        shown = [
            _scans(port, token, gate, [code] * SHOWN, 2 * SCANNERS)[1] for code in tickets[-rounds:]
        ]
    finally:
        server.terminate()
        server.wait()
    ours = statistics.median(PLACES / seconds for seconds, _ in spans[1:])
    return [
        {
            "name": f"admissions over HTTP, {SCANNERS} clients",
            "ours": ours,
            "anchor": PRETIX_ADMISSIONS,
            "unit": "admissions/s",
            "ratio": ours / PRETIX_ADMISSIONS,
            "target": PROMISED_ADMISSIONS / PRETIX_ADMISSIONS,
            "rounds": [round(PLACES / seconds, 1) for seconds, _ in spans[1:]],
        },
        {
            "name": f"admitted with one ticket shown {SHOWN} times to {2 * SCANNERS} scanners",
            "ours": max(shown),
            "anchor": 1,
            "unit": "admissions",
            "ratio": 1.0 if set(shown) == {1} else 0.0,
            "target": 1.0,
        },
    ]


def _scans(
    port: int, token: str, gate: str, codes: Sequence[str], scanners: int
) -> tuple[float, int]:
    """Scan each code once by so many clients; return seconds and how many were admitted."""
    admitted: list[int] = []

    def scanner(own: Sequence[str]) -> None:
        asked = HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Host": "localhost",
        }
        for code in own:
            body = json.dumps({"gate_id": gate, "code": code, "key": uuid4().hex})
            asked.request("POST", "/api/v1/tickets/scans", body, headers)
            answer = asked.getresponse()
            told = json.loads(answer.read())
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(told)
            admitted.append(told["answer"] == "admitted")

    threads = [
        threading.Thread(target=scanner, args=(codes[start::scanners],))
        for start in range(scanners)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - began
    if len(admitted) != len(codes):
        message = "a scanner gave up"
        raise RuntimeError(message)
    return taken, sum(admitted)


def _evening(count: int) -> tuple[list[str], str, str]:
    """Sell a performance of tonight; return codes, a token for scanners, and a gate."""
    from oferta.kernel import clock
    from oferta.kernel.ids import uuid7
    from oferta.project.rest import actions
    from oferta.project.rest.types import NewToken, Scope
    from oferta.services.tickets import issuing, paying
    from oferta.services.tickets.models import Gate, Ticket
    from oferta.services.tickets.types import Pay, Wanted
    from ticket_world import a_show, a_stranger, reserved

    now = clock.now()
    show = a_show(general=count, per_order_max=count, starts_at=now + timedelta(hours=2))
    if show.general is None:
        message = "a show without places"
        raise RuntimeError(message)
    for start in range(0, count, PLACES):
        wanted = Wanted(category_id=show.general.id, count=min(PLACES, count - start))
        order = reserved(show, wanted, buyer=a_stranger(), now=now)
        paying.pay(order.id, [Pay(means="card")], now=now)
    gate = Gate.objects.create(id=uuid7(), performance_id=show.id, name="North")
    wanted_token = NewToken(
        name="gate", owner="house", scopes=frozenset({Scope.TICKETS_ADMIT}), per_minute=100_000
    )
    _, token = actions.create_token(wanted_token, created_by="bench", now=now)
    rows = Ticket.objects.filter(performance_id=show.id).select_related("performance")
    codes = [issuing.text_of(one) for one in rows.order_by("serial")]
    _hang_up()
    return codes, token, str(gate.id)


def _serve(port: int) -> subprocess.Popen[bytes]:
    given = {"DATABASE_URL": _address(), "OFERTA_PORT": str(port), "OFERTA_DEVELOPMENT": "yes"}
    command = [sys.executable, "-m", "oferta.project.running.web"]
    return subprocess.Popen(command, cwd=TESTS.parent, env=os.environ | given)


def _wait(port: int) -> None:
    give_up = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < give_up:
        with suppress(OSError, HTTPException):
            asked = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS_MAX)
            asked.request("GET", "/health")
            if asked.getresponse().status == HTTPStatus.OK:
                return
        time.sleep(0.1)
    message = "the web server does not answer"
    raise RuntimeError(message)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _address() -> str:
    from oferta.project import embedded

    return embedded.with_database(embedded.start_server(), DATABASE)


def _begin(barrier: Barrier) -> None:
    from oferta.project.postgresql.base import keep_plans

    global _barrier  # noqa: PLW0603 - how a pool's processes are given what they share
    _barrier = barrier
    keep_plans()  # as the web server's processes do


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
    call_command("createcachetable", verbosity=0)
    from oferta.core.terms import shelf

    shelf.terms()  # read before the processes part
