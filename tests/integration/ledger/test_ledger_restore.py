"""A dump restored into another server, by the steps of docs/howto/back-up-and-restore.md."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger_drawn import DAY, Drawer, new_accounts
from oferta.core.ledger.accounts import open_accounts
from oferta.core.ledger.errors import ClockOfSealsBroken
from oferta.core.ledger.posting import post_batch
from oferta.core.ledger.proving import verify
from oferta.core.ledger.sealing import seal
from oferta.core.ledger.types import ResultCode
from oferta.project import embedded

HOWTO = Path(__file__).resolve().parents[3] / "docs/howto/back-up-and-restore.md"
#: The old server has counted further than a new one does while it restores.
AHEAD = 5_000


@pytest.fixture
def new_server() -> Iterator[str]:
    """Another server, which numbers its transactions anew; the URL of an empty database there."""
    folder = Path(tempfile.mkdtemp(prefix="oferta-restore-"))
    folder.chmod(0o755)  # the server's own account passes through it
    url = embedded.start_server(folder / "pg")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("CREATE DATABASE restored")
    yield embedded.with_database(url, "restored")
    embedded.stop_server(folder / "pg")
    shutil.rmtree(folder, ignore_errors=True)


def documented_remedy() -> str:
    (found,) = re.findall(r"^ *DO \$\$.*?END \$\$;", HOWTO.read_text(), re.DOTALL | re.MULTILINE)
    return str(found)


def program(name: str, *arguments: str) -> None:
    subprocess.run([str(embedded.bin_path() / name), *arguments], check=True, capture_output=True)


def test_a_restored_book_is_whole_and_goes_on_once_the_counter_is_raised(
    fresh_db: str,
    url_of: Callable[[str], str],
    connection: psycopg.Connection[Any],
    new_server: str,
    tmp_path: Path,
) -> None:
    for _ in range(AHEAD):
        connection.execute("SELECT pg_current_xact_id()")
    found = open_accounts(connection, new_accounts("t"))
    ids = [found[one.key].id for one in new_accounts("t")]
    drawer = Drawer(5, ids)
    asked = [drawer.batch() for _ in range(60)]
    before = [post_batch(connection, one, now=DAY) for one in asked]
    assert seal(connection) > 50
    head = verify(connection).head

    dump = str(tmp_path / "oferta.dump")
    program("pg_dump", "--format=custom", f"--file={dump}", url_of(fresh_db))
    program("pg_restore", "--exit-on-error", f"--dbname={new_server}", dump)
    with psycopg.connect(new_server, autocommit=True) as restored:
        with pytest.raises(ClockOfSealsBroken):
            seal(restored)
        (wrong,) = verify(restored).findings
        assert (wrong.invariant, wrong.subject) == ("I8", "server")
        assert "back-up-and-restore" in wrong.detail

        restored.execute(documented_remedy())

        assert verify(restored).ok
        for part, answers in zip(asked, before, strict=True):
            again = post_batch(restored, part, now=DAY)
            for first, second in zip(answers, again, strict=True):
                assert second.code is ResultCode.EXISTS or not first.code.accepted
        post_batch(restored, drawer.batch(), now=DAY)
        assert seal(restored) > 0
        proof = verify(restored)
        assert proof.findings == ()
        assert (proof.seals, proof.unsealed) == (2, 0)
        first_seal = restored.execute("SELECT hash FROM ledger_seal WHERE no = 1").fetchone()
        assert first_seal == (bytes.fromhex(head),)
