"""The whole service under one command: it comes up, answers, and goes down whole."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from oferta.project.postgresql.base import DatabaseTooOld, DatabaseWrapper

OFERTA = [sys.executable, "-c", "from oferta.project.cli import main; raise SystemExit(main())"]
SECONDS_MAX = 120


@pytest.fixture
def new_url(url_of: Callable[[str], str]) -> Iterator[str]:
    """Address of a database that does not exist yet."""
    name = f"oferta_run_{uuid4().hex[:12]}"
    yield url_of(name)
    with psycopg.connect(url_of("postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def start(new_url: str) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts `oferta` on the new database; all are gone at the end."""
    started: list[subprocess.Popen[str]] = []

    def run(*args: str, **settings: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*OFERTA, *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"DATABASE_URL": new_url} | settings,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_migrate_makes_the_database_and_its_tables_once(
    start: Callable[..., subprocess.Popen[str]], new_url: str
) -> None:
    both = [start("migrate", "--json") for _ in range(2)]
    said = [json.loads(process.communicate(timeout=SECONDS_MAX)[0]) for process in both]
    assert {process.returncode for process in both} == {0}
    assert max(len(answer["applied"]) for answer in said) > 10
    again = start("migrate", "--json").communicate(timeout=SECONDS_MAX)[0]
    assert json.loads(again) == {"applied": []}
    with psycopg.connect(new_url) as database:
        found = database.execute("SELECT count(*) FROM django_migrations").fetchone()
    assert found is not None
    assert found[0] == max(len(answer["applied"]) for answer in said)


def test_run_answers_at_the_address_it_prints_and_stops_whole(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process, address = _run(start)
    assert httpx.get(address).status_code == 200
    assert httpx.get(f"{address}health").json() == {"ok": True}
    missing = httpx.get(f"{address}nowhere")
    assert missing.status_code == 404
    assert "Content-Security-Policy" in missing.headers
    children = _children(process.pid)
    assert len(children) == 2
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 0
    assert not _alive(children)


def test_run_stops_the_other_part_when_one_ends(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process, _ = _run(start)
    children = _children(process.pid)
    worker = next(pid for pid in children if _name(pid) == "oferta-worker")
    os.kill(worker, signal.SIGKILL)
    out, _ = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 3
    assert json.loads(out) | {"exit_code": 0} == {
        "error": "project.part_ended",
        "part": "worker",
        "exit_code": 0,
        "exit": 3,
    }
    assert not _alive(children)


def test_a_killed_supervisor_leaves_nobody_on_its_port(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process, _ = _run(start)
    children = _children(process.pid)
    process.kill()
    process.communicate()
    give_up = time.monotonic() + SECONDS_MAX
    while _alive(children) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not _alive(children)


def test_a_taken_port_is_said_before_anything_is_started(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = start("run", "--json", OFERTA_PORT=str(port))
        out, _ = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 3
    assert json.loads(out) == {"error": "project.port_taken", "port": port, "exit": 3}


def test_a_setting_of_the_wrong_type_is_wrong_use(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process = start("run", OFERTA_PORT="many")
    _, err = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 2
    assert "[project.bad_setting] (name: OFERTA_PORT; given: many; expected: a whole number)" in err


def test_outside_development_a_secret_must_be_set(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process = start("migrate", OFERTA_DEVELOPMENT="no")
    _, err = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 2
    assert "OFERTA_SECRET_KEY" in err


def test_a_database_out_of_reach_is_said_in_one_line(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process = start("migrate", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    _, err = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 5
    assert "[cli.database_unreachable]" in err
    assert len(err.splitlines()) == 1


def test_a_server_older_than_16_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DatabaseWrapper, "get_database_version", lambda _: (15, 7))
    with pytest.raises(DatabaseTooOld) as refusal:
        DatabaseWrapper({}).check_database_version_supported()
    assert refusal.value.as_json() == {
        "error": "project.database_too_old",
        "found": "15.7",
        "expected": "PostgreSQL 16 or later",
    }


def _run(start: Callable[..., subprocess.Popen[str]]) -> tuple[subprocess.Popen[str], str]:
    """Start the service on a free port; return it with the address it printed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = start("run", "--json", OFERTA_PORT=str(port), OFERTA_TERMS="terms")
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if line == "}\n":
            return process, str(json.loads("".join(lines))["address"])
    raise AssertionError(process.communicate()[1])


def _children(pid: int) -> list[int]:
    return [int(found) for found in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def _alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if b"oferta" in _command(pid)]
