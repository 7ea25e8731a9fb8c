"""A server of the bench's own, its anchors (pgbench) and its CPU time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from oferta.core.ledger.posting import configure
from oferta.project import embedded

MIGRATIONS = Path(__file__).resolve().parents[2] / "src/oferta/core/ledger/migrations"
ACCOUNTS = 100_000
ANCHOR_TABLES = """
CREATE TABLE acct (id int8 PRIMARY KEY, balance int8 NOT NULL CHECK (balance >= 0))
    WITH (fillfactor = 50);
CREATE TABLE xfer (id uuid PRIMARY KEY, dr int8 NOT NULL, cr int8 NOT NULL,
    amount int8 NOT NULL CHECK (amount > 0), at timestamptz NOT NULL DEFAULT now());
INSERT INTO acct SELECT g, 1000000000000 FROM generate_series(1, 100000) g;
VACUUM ANALYZE acct;"""
#: The hand-written transfer between any two accounts, rows locked in order.
BASE = r"""
\set a random(1,:n)
\set b 1 + (:a + random(0,:n - 2)) % :n
\set lo least(:a,:b)
\set hi greatest(:a,:b)
\set s case when :a < :b then -1 else 1 end
BEGIN;
INSERT INTO xfer(id,dr,cr,amount) VALUES (uuidv7(),:a,:b,100);
UPDATE acct SET balance = balance + :s*100 WHERE id=:lo;
UPDATE acct SET balance = balance - :s*100 WHERE id=:hi;
COMMIT;
"""
#: The same into one hot account.
HOT = r"""
\set a random(2,:n)
BEGIN;
INSERT INTO xfer(id,dr,cr,amount) VALUES (uuidv7(),:a,1,100);
UPDATE acct SET balance = balance - 100 WHERE id=:a;
UPDATE acct SET balance = balance + 100 WHERE id=1;
COMMIT;
"""
SETTLED_ACCOUNTS = f"""
INSERT INTO ledger_account (id, unit, balance_limit, credits_posted, debits_posted)
SELECT g, 'KZT', (g > 1)::int, CASE WHEN g > 1 THEN 1000000000 ELSE 0 END,
       CASE WHEN g > 1 THEN 0 ELSE 1000000000::int8 * {ACCOUNTS - 1} END
FROM generate_series(1, {ACCOUNTS}) AS g;
VACUUM ANALYZE ledger_account;"""  # noqa: S608 - a constant


@dataclass(frozen=True)
class Server:
    """A running cluster with the ledger and the anchor's tables."""

    folder: Path
    url: str

    def connect(self) -> psycopg.Connection[Any]:
        """Return a connection set up for the ledger."""
        connection = psycopg.connect(self.url, autocommit=True)
        configure(connection)
        return connection

    def anchor(self, script: str, seconds: float, clients: int = 16) -> float:
        """Return transfers per second of the hand-written script through pgbench."""
        path = self.folder / "anchor.pgbench"
        path.write_text(script)
        program = str(embedded.bin_path() / "pgbench")
        options = ["-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-D", f"n={ACCOUNTS}"]
        command = [program, *options, "-T", str(round(seconds)), "-f", str(path), self.url]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        if found is None:
            raise RuntimeError(done.stdout)
        return float(found[1])

    def cpu_seconds(self) -> float:
        """Return the CPU time of the server: its live processes and those it has buried."""
        postmaster = int((self.folder / "pg/postmaster.pid").read_text().split()[0])
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue  # it ended meanwhile
            own = int(path.parent.name) == postmaster
            if own or int(fields[1]) == postmaster:
                ticks += int(fields[11]) + int(fields[12])
            if own:
                ticks += int(fields[13]) + int(fields[14])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def a_server() -> Iterator[Server]:
    """Make a cluster in a temporary folder, fill it, and remove it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="oferta-bench-"))
    folder.chmod(0o755)  # the server's own account passes through it
    try:
        server = Server(folder, embedded.start_server(folder / "pg"))
        with psycopg.connect(server.url, autocommit=True) as connection:
            for statement in _ledger_tables():
                connection.execute(statement)
            for statement in (ANCHOR_TABLES + SETTLED_ACCOUNTS).split(";"):
                if statement.strip():
                    connection.execute(statement)
        yield server
    finally:
        embedded.stop_server(folder / "pg")
        shutil.rmtree(folder, ignore_errors=True)


def _ledger_tables() -> list[str]:
    found: dict[str, Any] = {}
    for name in ("0001_first_tables", "0002_cheaper_lines"):
        exec((MIGRATIONS / f"{name}.py").read_text(), found)  # noqa: S102 - our own file
    return [found[one] for one in ("TABLES", "GUARDS", "PARTITIONS", "NUMBERS", "INDEXES")]
