"""The ledger with full semantics beside the hand-written transfer, on one server in one run.

Anchor and ledger take turns within each round and the ratio is taken there, so that other work on
the machine weighs on both. Figures are medians of the rounds, for few callers of all
turns.
"""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

from ledger_server import ACCOUNTS, BASE, HOT, Server, a_server

from oferta.core.ledger.gatherer import Gatherer
from oferta.core.ledger.posting import post_batch
from oferta.core.ledger.types import Result, ResultCode, Transfer
from oferta.kernel.clock import now
from oferta.kernel.ids import uuid7

SECONDS = 3.0
#: A tenth of a second where single calls are compared, so that what else the machine does weighs
#: on both; half a second for callers so many that they first have to gather.
TURNS, TURNS_OF_MANY = 30, 6
MANY = 64
CALLERS = (1, 4, 8, MANY)
WARM_SECONDS = 0.3
BATCH = 1000
Row = dict[str, Any]
Post = Callable[[list[Transfer]], list[Result]]


def main(rounds: int = 5) -> list[Row]:
    """Measure and return one row per bar."""
    with a_server() as server:
        batches(server, 0.5, hot=False)  # once unmeasured: caches, plans
        rows = [*batch_rows(server, rounds)]
        rows += [caller_row(server, callers, rounds) for callers in CALLERS]
    return rows


def batch_rows(server: Server, rounds: int) -> list[Row]:
    """Compare batches with pgbench, spread and on a hot account; measure the server's CPU."""
    spread, hot, cpu = [], [], []
    for _ in range(rounds):
        rate, micros = batches(server, SECONDS, hot=False)
        spread.append((rate, server.anchor(BASE, SECONDS)))
        cpu.append(micros)
        hot.append((batches(server, SECONDS, hot=True)[0], server.anchor(HOT, SECONDS)))
    micros = statistics.median(cpu)
    return [
        _row(f"batches of {BATCH} / pgbench, 16 clients", spread, 3),
        _row(f"batches of {BATCH}, one hot account / pgbench hot", hot, 10),
        {
            "name": f"server CPU per transfer, batches of {BATCH} (limit 30)",
            "ours": micros,
            "anchor": 30.0,
            "unit": "µs",
            "ratio": 30.0 / micros,
            "target": 1.0,
        },
    ]


def caller_row(server: Server, callers: int, rounds: int) -> Row:
    """Compare gathered single requests with one call per request on connections of their own."""
    pairs: list[tuple[float, float]] = []
    for _ in range(rounds):
        connections = [server.connect() for _ in range(callers)]
        posts: list[Post] = [
            lambda asked, own=own: post_batch(own, asked, now=now()) for own in connections
        ]
        with Gatherer(server.connect) as gatherer:
            pairs += taking_turns([gatherer.submit] * callers, posts)
        for connection in connections:
            connection.close()
    target = 2.0 if callers >= MANY else 0.95
    return _row(f"gathered / one call per request, {callers} callers", pairs, target)


def taking_turns(ours: list[Post], theirs: list[Post]) -> list[tuple[float, float]]:
    """Let both post in short turns, each first as often as the other; return the rates of each.

    A commit that waits long for the disk spoils one turn's ratio, and the median leaves that out.
    """
    singles(theirs, WARM_SECONDS)
    singles(ours, WARM_SECONDS)
    rates: tuple[list[float], list[float]] = ([], [])
    turns = TURNS_OF_MANY if len(ours) >= MANY else TURNS
    for turn in range(turns):
        for side in (0, 1) if turn % 2 else (1, 0):
            rates[side].append(singles((ours, theirs)[side], SECONDS / turns))
    if len(ours) >= MANY:  # a turn holds few batches: together they say what gathering gives
        return [(statistics.mean(rates[0]), statistics.mean(rates[1]))]
    return list(zip(*rates, strict=True))


def batches(server: Server, seconds: float, *, hot: bool) -> tuple[float, float]:
    """Post batches from one writer; return transfers per second and server CPU µs of each."""
    drawn = random.Random(1)
    count, cpu, begun = 0, server.cpu_seconds(), time.perf_counter()
    with server.connect() as connection:
        while time.perf_counter() - begun < seconds:
            asked = [a_transfer(drawn, hot=hot) for _ in range(BATCH)]
            results = post_batch(connection, asked, now=now())
            if any(result.code is not ResultCode.OK for result in results):
                raise RuntimeError(results)
            count += BATCH
        took = time.perf_counter() - begun
    return count / took, (server.cpu_seconds() - cpu) / count * 1e6


def singles(posts: list[Post], seconds: float) -> float:
    """Let each caller post one transfer after another; return transfers per second."""
    counts = [0] * len(posts)
    end = time.perf_counter() + seconds

    def call(place: int) -> None:
        drawn = random.Random()
        while not counts[place] or time.perf_counter() < end:
            (result,) = posts[place]([a_transfer(drawn)])
            if result.code is not ResultCode.OK:
                raise RuntimeError(result)
            counts[place] += 1

    threads = [threading.Thread(target=call, args=(place,)) for place in range(len(posts))]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begun)


def a_transfer(drawn: random.Random, *, hot: bool = False) -> Transfer:
    """Return a transfer between two drawn accounts, or into the first."""
    debit = drawn.randrange(2, ACCOUNTS + 1)
    credit = 1 if hot else debit % ACCOUNTS + 1
    at = now()
    return Transfer(
        id=uuid7(), decision_id=uuid7(), event_at=at, debit=debit, credit=credit, amount=1, code=1
    )


def _row(name: str, pairs: list[tuple[float, float]], target: float) -> Row:
    return {
        "name": name,
        "ours": statistics.median(ours for ours, _ in pairs),
        "anchor": statistics.median(anchor for _, anchor in pairs),
        "unit": "transfers/s",
        "ratio": statistics.median(ours / anchor for ours, anchor in pairs),
        "target": target,
    }
