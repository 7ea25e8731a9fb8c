"""Make, start and stop the embedded server. Any number of processes may ask at once."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from oferta.project.embedded import programs
from oferta.project.embedded.errors import EmbeddedFailed, WrongCluster
from oferta.project.embedded.programs import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Written to a new cluster. A journal that is lost with the power is no journal: fsync stays on.
SERVER_SETTINGS = """
# Oferta
max_connections = 200
shared_buffers = 256MB
random_page_cost = 1.1
max_wal_size = 2GB
jit = off
"""
MAJOR = "18"
PORT = 5432
#: Longest path of a socket that every system takes (Linux 107 bytes, macOS 103).
SOCKET_PATH_MAX = 103
#: How long one process waits for another that makes or recovers the same cluster.
WAIT_SECONDS_MAX = 900
#: Orphans of a killed server leave within moments; then their shared memory is free.
ORPHANS_SECONDS_MAX = 60
LEFT_BEHIND = ("shared memory block", "lock file")
SOCKETS_LINE = 4
STATUS_LINE = 7
#: The protocol's SSLRequest: the cheapest question that only a live server answers.
MAY_I_ENCRYPT = struct.pack("!ii", 8, 80877103)
ANSWER_SECONDS_MAX = 10
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Running:
    """What `postmaster.pid` says of a live server."""

    pid: int
    sockets: Path
    ready: bool

    def answers(self) -> bool:
        """Tell whether it says it is ready and really speaks: a dying one may only say so."""
        if not self.ready:
            return False
        try:
            with socket.socket(socket.AF_UNIX) as asked:
                asked.settimeout(ANSWER_SECONDS_MAX)
                asked.connect(str(self.sockets / f".s.PGSQL.{PORT}"))
                asked.sendall(MAY_I_ENCRYPT)
                return len(asked.recv(1)) == 1
        except OSError:
            return False


def data_path() -> Path:
    """Return the cluster's folder: `OFERTA_DATA` or `.data` under the working folder."""
    return Path(os.environ.get("OFERTA_DATA") or ".data").absolute() / "pg"


def start_server(path: Path | None = None) -> str:
    """Bring the embedded server up, making its cluster first if need be; leave it running.

    Args:
        path: the cluster's folder; `data_path()` by default.

    Returns:
        The URL of its `postgres` database.

    Raises:
        EmbeddedFailed: the server does not start; its last words are in `said`.
        WrongCluster: the folder holds another version's cluster, or no cluster at all.
    """
    asked = (path or data_path()).absolute()
    found = _running(asked.resolve())
    if found is None or not found.answers():
        asked.parent.mkdir(parents=True, exist_ok=True)
        with _alone(asked):
            found = _up(_placed(asked))
    return _url(found)


def stop_server(path: Path | None = None) -> None:
    """Stop the embedded server in an orderly way; nothing happens if it does not run."""
    where = (path or data_path()).resolve()
    if _running(where) is None:
        return
    runner = programs.runner_of(where)
    args = ("-D", str(where), "-w", "-t", "300", "-m", "fast", "stop")
    programs.run("pg_ctl", *args, runner=runner, doing="stop", folder=where)


def is_running(path: Path | None = None) -> bool:
    """Tell whether the embedded server of this folder is up."""
    return _running((path or data_path()).resolve()) is not None


def with_database(url: str, name: str) -> str:
    """Return `url` pointed at another database of the same server."""
    head, _, query = url.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{quote(name)}" + (f"?{query}" if query else "")


def _url(server: Running) -> str:
    return f"postgresql://postgres@/postgres?host={quote(str(server.sockets))}&port={PORT}"


@contextmanager
def _alone(where: Path) -> Iterator[None]:
    with where.with_name(f".{where.name}.lock").open("w") as lock:
        give_up = time.monotonic() + WAIT_SECONDS_MAX
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up:
                    said = "another process holds the start-up lock"
                    raise EmbeddedFailed(folder=str(where), doing="wait", said=said) from None
                time.sleep(PAUSE_SECONDS)
        yield


def _placed(where: Path) -> Path:
    """Return where the cluster really lies: `where`, or a place that its account can reach."""
    runner = programs.runner_of(where.resolve())
    if where.is_symlink() or where.exists() or programs.reaches(runner, where.parent):
        return where.resolve()
    name = hashlib.sha256(str(where).encode()).hexdigest()[:12]
    reachable = programs.shared() / f"data-{name}"
    reachable.mkdir(exist_ok=True)
    reachable.chmod(0o755)
    where.symlink_to(reachable / "pg")
    return where.resolve()


def _up(where: Path) -> Running:
    runner = programs.runner_of(where)
    if not (where / "PG_VERSION").exists():
        _make(where, runner)
    made = (where / "PG_VERSION").read_text().strip()
    if made != MAJOR:
        raise WrongCluster(
            folder=str(where), found=f"PostgreSQL {made}", expected=f"PostgreSQL {MAJOR}"
        )
    if _running(where) is None:
        _start(where, runner)
    return _ready(where)


def _make(where: Path, runner: Runner | None) -> None:
    if where.exists() and any(where.iterdir()):
        raise WrongCluster(
            folder=str(where), found="files of something else", expected="an empty folder"
        )
    making = Path(tempfile.mkdtemp(prefix=f".{where.name}-", dir=where.parent))
    if runner:
        os.chown(making, runner.uid, runner.gid)
    args = ("--auth=trust", "--encoding=UTF8", "-U", "postgres", "--locale-provider=builtin")
    try:
        programs.run(
            "initdb",
            *("-D", str(making), "--builtin-locale=C.UTF-8", "--locale=C", *args),
            runner=runner,
            doing="initdb",
            folder=where,
        )
        with (making / "postgresql.conf").open("a") as settings:
            settings.write(SERVER_SETTINGS)
        making.rename(where)  # whole or not at all: a killed initdb leaves no half cluster
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def _start(where: Path, runner: Runner | None) -> None:
    sockets = _socket_folder(where, runner)
    listed = '"' + str(sockets).replace('"', '""') + '"'
    options = f"-p {PORT} -c listen_addresses='' -k {shlex.quote(listed)}"
    log = ("-l", str(where / "log"), "-o", options)
    args = ("-D", str(where), "-w", "-t", str(WAIT_SECONDS_MAX), *log, "start")
    give_up = time.monotonic() + ORPHANS_SECONDS_MAX
    while True:
        # Its number may by now be another program's, which would keep the server from starting.
        (where / "postmaster.pid").unlink(missing_ok=True)
        try:
            programs.run("pg_ctl", *args, runner=runner, doing="start", folder=where)
        except EmbeddedFailed:
            said = _last_words(where)
            left_behind = any(sign in said.rpartition("FATAL:")[2] for sign in LEFT_BEHIND)
            if not left_behind or time.monotonic() > give_up:
                raise EmbeddedFailed(folder=str(where), doing="start", said=said) from None
            time.sleep(PAUSE_SECONDS * 10)
        else:
            return


def _ready(where: Path) -> Running:
    give_up = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < give_up:
        found = _running(where)
        if found is None:
            break
        if found.answers():
            return found
        time.sleep(PAUSE_SECONDS)
    raise EmbeddedFailed(folder=str(where), doing="start", said=_last_words(where))


def _running(where: Path) -> Running | None:
    try:
        lines = (where / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not _is_server(int(lines[0]), where):
        return None
    lines += [""] * (STATUS_LINE + 1 - len(lines))  # it writes them as it comes up
    ready = lines[STATUS_LINE].strip() == "ready"
    return Running(pid=int(lines[0]), sockets=Path(lines[SOCKETS_LINE]), ready=ready)


def _is_server(pid: int, where: Path) -> bool:
    process = Path("/proc") / str(pid)
    if process.parent.joinpath("self").exists():
        try:
            command = process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            return False
    else:
        asked = ["/bin/ps", "-p", str(pid), "-o", "command="]
        command = subprocess.run(asked, check=False, capture_output=True, text=True).stdout
    return "postgres" in command and str(where) in command


def _socket_folder(where: Path, runner: Runner | None) -> Path:
    name = f".s.PGSQL.{PORT}"
    if len(os.fsencode(where / name)) <= SOCKET_PATH_MAX:
        return where
    folder = Path("/tmp") / f"oferta-{hashlib.sha256(os.fsencode(where)).hexdigest()[:16]}"  # noqa: S108 - sockets need a short path; the owner is checked
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = runner.uid if runner else os.geteuid()
    if folder.is_symlink() or folder.stat().st_uid not in {owner, os.geteuid()}:
        raise EmbeddedFailed(folder=str(where), doing="socket", said=f"{folder} is not ours")
    if runner:
        os.chown(folder, runner.uid, runner.gid)
    return folder


def _last_words(where: Path) -> str:
    try:
        return (where / "log").read_text(errors="replace").strip()[-2000:]
    except FileNotFoundError:
        return ""
