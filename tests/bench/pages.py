"""How long a page takes: the site as `oferta run` serves it, asked by eight clients at once.

The first thousand sample payments, the sample's members of the five languages, and a desk. Eight
threads ask for one page after another, each without a pause, for as many pages as a round has;
the first look at a page is measured too, for that is the one that a person waits for. No anchor:
the promise is an absolute one, so the ratio is that of the promise to what was measured.
"""

from __future__ import annotations

import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

DATABASE = "oferta_bench_pages"
CLIENTS = 8
PAGES_PER_ROUND = 400
#: No page may take longer, 95 times of 100.
PROMISE_MILLISECONDS = 150.0
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 60


def main(rounds: int = 5) -> list[dict[str, Any]]:
    """Return the 95th percentile of every kind of page, and of all together."""
    walks = _prepare()
    port = _free_port()
    server = _serve(port)
    try:
        _wait(port)
        taken = [_round(port, walks, seed) for seed in range(rounds)]
    finally:
        server.terminate()
        server.wait()
    names = sorted({name for one in taken for name in one})
    rows = [_row(name, [one[name] for one in taken if name in one]) for name in names]
    whole = [[ms for times in one.values() for ms in times] for one in taken]
    return [*rows, _row("all pages", whole)]


def _row(name: str, rounds: list[list[float]]) -> dict[str, Any]:
    found = statistics.median(_p95(times) for times in rounds)
    return {
        "name": f"{name}, p95",
        "ours": round(found, 1),
        "unit": "ms",
        "ratio": PROMISE_MILLISECONDS / found,
        "target": 1.0,
        "median": round(statistics.median(ms for times in rounds for ms in times), 1),
        "pages": sum(map(len, rounds)),
    }


def _p95(times: list[float]) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def _round(port: int, walks: list[tuple[str, str, str]], seed: int) -> dict[str, list[float]]:
    """Let every client ask for its share of the pages; return milliseconds by kind of page."""
    drawn = random.Random(seed)
    todo = [drawn.choice(walks) for _ in range(PAGES_PER_ROUND)]
    times: dict[str, list[float]] = defaultdict(list)
    shares = [todo[start::CLIENTS] for start in range(CLIENTS)]
    threads = [threading.Thread(target=_client, args=(port, share, times)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if sum(map(len, times.values())) != PAGES_PER_ROUND:
        message = "a client gave up"
        raise RuntimeError(message)
    return dict(times)


def _client(port: int, share: list[tuple[str, str, str]], times: dict[str, list[float]]) -> None:
    asked = HTTPConnection("127.0.0.1", port, timeout=30)
    for name, path, cookie in share:
        start = time.perf_counter()
        asked.request("GET", path, headers={"Cookie": cookie, "Host": "localhost"})
        answer = asked.getresponse()
        answer.read()
        if answer.status != 200:
            message = f"{path}: {answer.status}"
            raise RuntimeError(message)
        times[name].append((time.perf_counter() - start) * 1000)


def _serve(port: int) -> subprocess.Popen[bytes]:
    given = {"DATABASE_URL": _address(), "OFERTA_PORT": str(port), "OFERTA_DEVELOPMENT": "yes"}
    return subprocess.Popen(
        [sys.executable, "-m", "oferta.project.running.web"], cwd=ROOT, env=os.environ | given
    )


def _wait(port: int) -> None:
    give_up = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < give_up:
        with suppress(OSError, HTTPException):
            asked = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS_MAX)
            asked.request("GET", "/health")
            if asked.getresponse().status == 200:
                return
        time.sleep(0.1)
    message = "the web server gives no page"
    raise RuntimeError(message)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _address() -> str:
    from oferta.project import embedded

    return embedded.with_database(embedded.start_server(), DATABASE)


def _prepare() -> list[tuple[str, str, str]]:
    """Make a database with the samples; return kind, path and cookie of every page to ask for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oferta.project.settings")
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
    from oferta.project import samples

    samples.load()
    walks = [
        ("terms", "/terms/bonus-club/", ""),
        ("first page", "/", ""),
        ("sign in", "/sign-in/", ""),
    ]
    for one in samples.members():
        walks += _walk(one.card)
    connections["default"].close()
    return walks


def _walk(card: str) -> list[tuple[str, str, str]]:
    from django.conf import settings
    from django.test import Client

    from oferta.core.decisions import queries as decisions
    from oferta.core.notices import queries as notices
    from oferta.core.parties import models
    from oferta.services.club.models import Card

    party = Card.objects.get(number=card).member_id
    client = Client()
    login = models.Customer.objects.get(id=party).login
    if login is None:
        message = "the sample's members have logins"
        raise RuntimeError(message)
    client.force_login(login)
    name = settings.SESSION_COOKIE_NAME
    cookie = f"{name}={client.cookies[name].value}"
    pages = [("home", "/my/"), ("statement", "/my/statement/"), ("notices", "/my/notices/")]
    pages += [("cases", "/my/cases/"), ("profile", "/my/profile/")]
    decided = decisions.decisions_of_party(party, limit=10)
    pages += [("decision", f"/my/decisions/{one.id}/") for one in decided]
    pages += [("notice", f"/my/notices/{one.id}/") for one in notices.inbox(party, limit=5)]
    return [(kind, path, cookie) for kind, path in pages]
