"""The embedded PostgreSQL comes up whatever was left behind, and says clearly when it cannot."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from oferta.project import embedded
from oferta.project.embedded import EmbeddedFailed, WrongCluster, programs, server

START = "import sys; from pathlib import Path; from oferta.project import embedded; "
START += "print(embedded.start_server(Path(sys.argv[1])))"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One cluster for this file; each test leaves it in order."""
    folder = tmp_path_factory.mktemp("cluster")
    for parent in (folder, *folder.parents):  # pytest closes them; the server's login passes
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    yield folder / "pg"
    embedded.stop_server(folder / "pg")


def test_two_processes_that_start_it_at_once_get_the_same_server(cluster: Path) -> None:
    command = [sys.executable, "-c", START, str(cluster)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    urls = [process.communicate(timeout=120)[0] for process in both]
    assert urls[0] == urls[1]
    assert _answers(urls[0].strip())


def test_starting_a_running_server_changes_nothing(cluster: Path) -> None:
    url = embedded.start_server(cluster)
    before = _pid(cluster)
    assert embedded.start_server(cluster) == url
    assert _pid(cluster) == before


def test_a_killed_server_comes_up_again_with_what_was_committed(cluster: Path) -> None:
    with psycopg.connect(embedded.start_server(cluster), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (at int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    os.kill(_pid(cluster), signal.SIGKILL)
    with psycopg.connect(embedded.start_server(cluster)) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    assert row[0] >= 1


def test_a_number_that_now_belongs_to_another_program_does_not_keep_it_down(cluster: Path) -> None:
    embedded.start_server(cluster)
    lines = (cluster / "postmaster.pid").read_text().splitlines()
    embedded.stop_server(cluster)
    other = str(os.getpid())
    (cluster / "postmaster.pid").write_text("\n".join([other, *lines[1:]]) + "\n")
    assert not embedded.is_running(cluster)
    assert _answers(embedded.start_server(cluster))


def test_stopping_what_does_not_run_is_no_error(cluster: Path) -> None:
    embedded.start_server(cluster)
    embedded.stop_server(cluster)
    embedded.stop_server(cluster)
    assert not embedded.is_running(cluster)


def test_a_path_too_long_for_a_socket_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30) / "with 'quotes', spaces" / "pg"
    for parent in reversed(folder.parents):
        if parent.is_relative_to(tmp_path.parents[1]):
            parent.mkdir(exist_ok=True)
            parent.chmod(0o711)
    url = embedded.start_server(folder)
    try:
        assert quote(str(folder)) not in url
        assert _answers(url)
    finally:
        embedded.stop_server(folder)


def test_a_closed_folder_above_keeps_neither_the_server_down_nor_is_it_opened(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    folder = closed / "data" / "pg"
    url = embedded.start_server(folder)
    try:
        assert _answers(url)
        assert closed.stat().st_mode & 0o777 == 0o700
        assert embedded.start_server(folder) == url
    finally:
        embedded.stop_server(folder)
        shutil.rmtree(folder.resolve())


def test_a_cluster_of_another_major_version_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pg"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("15\n")
    with pytest.raises(WrongCluster) as refusal:
        embedded.start_server(folder)
    assert refusal.value.found == "PostgreSQL 15"
    assert refusal.value.expected == "PostgreSQL 18"


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "pg"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    with pytest.raises(WrongCluster):
        embedded.start_server(folder)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_a_server_that_cannot_start_shows_its_last_words(cluster: Path) -> None:
    embedded.start_server(cluster)
    embedded.stop_server(cluster)
    settings = cluster / "postgresql.conf"
    before = settings.read_text()
    settings.write_text(before + "\nshared_buffers = a lot\n")
    try:
        with pytest.raises(EmbeddedFailed, match=r"shared_buffers|syntax error"):
            embedded.start_server(cluster)
    finally:
        settings.write_text(before)
    assert _answers(embedded.start_server(cluster))


def test_the_settings_of_another_server_in_the_environment_do_not_matter(
    cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.stop_server(cluster)
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGHOST", "nowhere.invalid")
    assert _answers(embedded.start_server(cluster))


def test_no_home_folder_is_needed(cluster: Path) -> None:
    embedded.stop_server(cluster)
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", START, str(cluster)],
        check=True,
        capture_output=True,
        text=True,
        env=environment | {"HOME": "/nonexistent"},
    )
    assert done.stderr == ""
    assert _answers(done.stdout.strip())


def test_the_name_of_a_database_is_put_into_an_address() -> None:
    url = "postgresql://postgres@/postgres?host=%2Ftmp&port=5432"
    assert (
        embedded.with_database(url, "a b") == "postgresql://postgres@/a%20b?host=%2Ftmp&port=5432"
    )
    assert embedded.with_database("postgresql://db/x", "y") == "postgresql://db/y"


def test_the_servers_programs_are_there() -> None:
    assert {"postgres", "pg_ctl", "initdb", "psql", "pgbench"} <= {
        path.name for path in programs.bin_path().iterdir()
    }
    assert server.MAJOR == "18"


def _pid(cluster: Path) -> int:
    return int((cluster / "postmaster.pid").read_text().splitlines()[0])


def _answers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)
