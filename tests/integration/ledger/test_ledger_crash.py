"""kill -9 of the whole server, of one backend and of clients in the middle of their batches.

Clients write every answer to a file of their own, the witness outside the database. After each
tenth kill the book is proved: I1 to I9 by `verify`; every acknowledged OK exists, nothing refused
does, and asking again gives the same answer.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ledger_drawn import DAY, DECISIONS, new_accounts
from oferta.core.ledger.accounts import open_accounts, set_closed
from oferta.core.ledger.posting import post_batch
from oferta.core.ledger.proving import verify
from oferta.core.ledger.sealing import seal
from oferta.core.ledger.types import Kind, Result, ResultCode, Transfer
from oferta.kernel.ids import uuid7
from oferta.project import embedded

pytestmark = pytest.mark.crash

KILLS = 51
CLIENTS = 4
ACCEPTED = {"OK", "EXISTS"}
#: Answers that may be given to a request whatever became of it before.
SAME = {"OK": ACCEPTED, "EXISTS": ACCEPTED}


@pytest.fixture
def cluster() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="oferta-crash-"))
    folder.chmod(0o755)  # the server's own account passes through it
    yield folder / "pg"
    embedded.stop_server(folder / "pg")
    shutil.rmtree(folder, ignore_errors=True)


def migration() -> list[str]:
    from importlib import import_module

    first = import_module("oferta.core.ledger.migrations.0001_first_tables")
    then = import_module("oferta.core.ledger.migrations.0002_cheaper_lines")
    return [first.TABLES, first.GUARDS, first.PARTITIONS, then.NUMBERS, then.INDEXES]


def as_json(transfer: Transfer) -> list[Any]:
    pending = str(transfer.pending_id) if transfer.pending_id else None
    fields = (transfer.debit, transfer.credit, transfer.amount, int(transfer.kind))
    return [str(transfer.id), *fields, pending, transfer.linked]


def from_json(said: list[Any]) -> Transfer:
    id_, debit, credit, amount, kind, pending, linked = said
    return Transfer(
        id=UUID(id_),
        decision_id=DECISIONS[0],
        event_at=DAY,
        debit=debit,
        credit=credit,
        amount=amount,
        kind=Kind(kind),
        pending_id=UUID(pending) if pending else None,
        linked=linked,
    )


def a_batch(drawn: random.Random, ids: list[int], pending: list[UUID]) -> list[Transfer]:
    asked = []
    for _ in range(drawn.choice((1, 7, 60, 300))):
        debit, credit = drawn.sample(ids[:5], 2)
        kind = Kind.PENDING if drawn.random() < 0.2 else Kind.SINGLE
        fields: dict[str, Any] = {
            "debit": debit,
            "credit": credit,
            "amount": drawn.randrange(1, 90),
        }
        if pending and drawn.random() < 0.1:
            kind = drawn.choice((Kind.POST, Kind.VOID))
            fields = {"pending_id": pending.pop(drawn.randrange(len(pending)))}
        linked = drawn.random() < 0.15
        asked.append(Transfer(uuid7(), DECISIONS[0], DAY, kind=kind, linked=linked, **fields))
    return asked


_connections: dict[str, psycopg.Connection[Any]] = {}


def until_answered(url: str, asked: list[Transfer]) -> list[Result]:
    """Post on this process's connection; a lost one is replaced and the same batch sent again."""
    while True:
        try:
            if url not in _connections:
                _connections[url] = psycopg.connect(url, autocommit=True, connect_timeout=2)
            return post_batch(_connections[url], asked, now=DAY)
        except psycopg.Error:
            if url in _connections:
                _connections.pop(url).close()
            time.sleep(0.05)


def client(url: str, seed: int, witness: str, ids: list[int]) -> None:
    """Post for ever; the same batch again until it is answered, old batches now and then."""
    drawn = random.Random(seed)
    pending: list[UUID] = []
    past: list[list[Transfer]] = []
    with Path(witness).open("a") as told:
        while True:
            asked = a_batch(drawn, ids, pending)
            if past and drawn.random() < 0.1:
                asked = drawn.choice(past)
            results = until_answered(url, asked)
            for one, result in zip(asked, results, strict=True):
                if result.code is ResultCode.OK and one.kind is Kind.PENDING:
                    pending.append(one.id)
            names = [result.code.name for result in results]
            told.write(json.dumps([[as_json(one) for one in asked], names]) + "\n")
            told.flush()
            past = [*past[-20:], asked]


def witnessed(files: list[str]) -> list[tuple[list[Transfer], list[str]]]:
    found = []
    for name in files:
        for line in Path(name).read_text().splitlines():
            try:
                asked, codes = json.loads(line)
            except ValueError:
                continue  # its writer was killed in the middle of the line
            found.append(([from_json(one) for one in asked], codes))
    return found


def prove(connection: psycopg.Connection[Any], files: list[str]) -> int:
    assert verify(connection).findings == ()
    told = witnessed(files)
    rows = connection.execute("SELECT id FROM ledger_transfer").fetchall()
    booked = {row[0] for row in rows}
    accepted: set[UUID] = set()
    refused: set[UUID] = set()
    for asked, codes in told:
        for one, code in zip(asked, codes, strict=True):
            (accepted if code in ACCEPTED else refused).add(one.id)
    assert accepted <= booked
    assert not (refused - accepted) & booked
    for asked, codes in random.Random(1).sample(told, min(20, len(told))):
        again = [result.code.name for result in post_batch(connection, asked, now=DAY)]
        assert all(new in SAME.get(old, {old}) for old, new in zip(codes, again, strict=True))
    return len(told)


def children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.append(int(path.parent.name))
    return found


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def kill_server(cluster: Path, _: random.Random) -> None:
    postmaster = int((cluster / "postmaster.pid").read_text().split()[0])
    for pid in (postmaster, *children(postmaster)):
        kill(pid)
    while Path(f"/proc/{postmaster}").exists():
        time.sleep(0.01)


def kill_backend(cluster: Path, drawn: random.Random) -> None:
    postmaster = int((cluster / "postmaster.pid").read_text().split()[0])
    backends = []
    for pid in children(postmaster):
        try:
            if b"[local]" in Path(f"/proc/{pid}/cmdline").read_bytes():
                backends.append(pid)
        except OSError:
            continue
    if backends:
        kill(drawn.choice(backends))


class Clients:
    """Client processes, each with a witness file of its own."""

    def __init__(self, url: str, folder: Path, ids: list[int]) -> None:
        self.url, self.folder, self.ids = url, folder, ids
        self.files: list[str] = []
        self.running = [self._start() for _ in range(CLIENTS)]

    def _start(self) -> Any:
        name = str(self.folder / f"witness-{len(self.files)}")
        Path(name).touch()
        self.files.append(name)
        context = multiprocessing.get_context("fork")
        one = context.Process(target=client, args=(self.url, len(self.files), name, self.ids))
        one.daemon = True
        one.start()
        return one

    def kill_one(self, drawn: random.Random) -> None:
        place = drawn.randrange(CLIENTS)
        self.running[place].kill()
        self.running[place].join()
        self.running[place] = self._start()

    def stop(self) -> None:
        for one in self.running:
            one.kill()
            one.join()

    def resume(self) -> None:
        self.running = [self._start() for _ in range(CLIENTS)]


def connected(cluster: Path) -> psycopg.Connection[Any]:
    for _ in range(200):
        try:
            connection = psycopg.connect(embedded.start_server(cluster), autocommit=True)
            seal(connection)
        except psycopg.Error:
            time.sleep(0.1)
        else:
            return connection
    raise AssertionError("the server does not come back")


def test_no_kill_breaks_the_book_or_changes_an_answer(cluster: Path, tmp_path: Path) -> None:
    url = embedded.start_server(cluster)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in migration():
            connection.execute(statement)
        wanted = new_accounts("crash")
        found = open_accounts(connection, wanted)
        set_closed(connection, [found["crash/closed"].id], closed=True)
    clients = Clients(url, tmp_path, [found[one.key].id for one in wanted])
    drawn = random.Random(11)
    answered = 0
    try:
        for place in range(1, KILLS + 1):
            time.sleep(drawn.uniform(0.2, 0.8))
            match place % 3:
                case 0:
                    kill_server(cluster, drawn)
                case 1:
                    kill_backend(cluster, drawn)
                case _:
                    clients.kill_one(drawn)
            with connected(cluster) as connection:
                if place % 10 == 0 or place == KILLS:
                    clients.stop()
                    time.sleep(0.3)
                    answered = prove(connection, clients.files)
                    clients.resume()
    finally:
        clients.stop()
    assert answered > KILLS
