"""Runs a simulation in bounded memory: a file is checked by DuckDB and decided by any engine."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from oferta.core.terms.errors import UnknownEdition, UnknownFact, UnknownQuestion
from oferta.core.terms.simulating.assumed import check_assumed
from oferta.core.terms.simulating.events import check_keys, check_values, facts_sql
from oferta.core.terms.simulating.files import open_events, run
from oferta.core.terms.simulating.plan import write_plan
from oferta.core.terms.simulating.staging import Staged, by_postgres, by_spark
from oferta.core.terms.simulating.sums import Row, gathered
from oferta.core.terms.simulating.types import Asked, Simulation

if TYPE_CHECKING:
    import duckdb

    from oferta.core.terms.simulating.plan import Plan
    from oferta.core.terms.types import Type

#: Called with the hundredths that were done since the last call.
Progress = Callable[[int], None]
Rows = list[tuple[object, ...]]
Found = TypeVar("Found")
_POLL_SECONDS = 0.2
#: Hundredths at which the file is checked, and at which another engine has it.
_CHECKED, _STAGED = 40, 60
#: It puts an inner SELECT's values in place of their names wherever they are used; for thirty
#: clauses that defeat each other this does not end.
_HARMFUL = "partial_aggregate_pushdown"


def simulate(
    asked: Asked,
    progress: Progress = lambda done: None,  # noqa: ARG005 - nobody looks
    postgres: Any = None,
) -> Simulation:
    """Return what a question comes to over a file of events.

    The whole file is checked first: nothing is simulated on a file with a wrong value.

    Args:
        asked: what is simulated, and by which engine.
        progress: is told of hundredths.
        postgres: an open connection of psycopg, if that is the engine; it is left as it was.

    Raises:
        EventsRefused: its subclasses say what is wrong with the file, by row and value.
        EngineMissing, EngineFailed: the engine asked for is not there, or breaks off.
        NotInSql: the terms cannot be written in SQL exactly.
        UnknownQuestion, UnknownEdition, UnknownFact: a name is not known.
        OSError: the file cannot be read.
    """
    import duckdb  # noqa: PLC0415 - loaded only to simulate

    _check_names(asked)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="oferta-simulate-") as folder, duckdb.connect() as own:
        _settle(own, asked, folder)
        told = _Told(own, progress)
        events, facts = open_events(own, asked.events), _facts(asked)
        others = [name for name in (asked.group, asked.key) if name and name not in facts]
        made = facts_sql(events, facts, others, checked=True)
        # What cannot be written is refused before anything is read.
        plan = write_plan(
            asked,
            *_source(asked, made, events.source),
            dialect=asked.engine,
            packed=not events.written,
        )
        total = told.through(_CHECKED, lambda: check_values(own, events, facts))
        check_assumed(own, events, facts, asked.pack.assumed(asked.pack.questions[asked.question]))
        if asked.key:
            check_keys(own, events, asked.key)
        own.execute("RESET threads")
        if asked.engine == "duckdb":
            rows = told.through(100, lambda: run(own, asked.events, plan.sql))
        else:
            staged = Staged(own, events, made, facts, Path(folder))
            rows = _elsewhere(asked, staged, plan, told, postgres)
        told.up_to(100)
    question = asked.pack.questions[asked.question]
    read = [Row.of(row, plan, asked) for row in rows]
    return gathered(asked, question, plan, read, total, time.monotonic() - began)


def settings(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what keeps DuckDB from taking the layers of generated SQL apart."""
    known = connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()
    return [f"SET disabled_optimizers = '{_HARMFUL}'"] if (_HARMFUL,) in known else []


def _source(asked: Asked, made: dict[str, str], source: str) -> tuple[dict[str, str], str]:
    """Return what the statement reads: the file, or for other engines the coded facts of it."""
    if asked.engine == "duckdb":
        return made, source
    return {name: f'"{name}"' for name in made}, "events"


def _elsewhere(asked: Asked, staged: Staged, plan: Plan, told: _Told, postgres: Any) -> Rows:
    if asked.engine == "spark":
        path = told.through(_STAGED, staged.as_parquet)
        return by_spark(asked.master, path, plan.sql)
    path = told.through(_STAGED, staged.as_csv)
    return by_postgres(postgres, staged, path, plan.sql)


def _settle(connection: duckdb.DuckDBPyConnection, asked: Asked, folder: str) -> None:
    connection.execute("SET memory_limit = ?", [asked.memory])
    connection.execute("SET temp_directory = ?", [folder])
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    for setting in settings(connection):
        connection.execute(setting)
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")


def _facts(asked: Asked) -> dict[str, Type]:
    """Return the facts that the editions ask for; what limits used is summed, not asked."""
    question = asked.pack.questions[asked.question]
    known = asked.pack.facts
    found = {name: known[name].type for name in question.facts}
    if asked.group in known:
        found.setdefault(asked.group, known[asked.group].type)
    return found


def _check_names(asked: Asked) -> None:
    pack = asked.pack
    if asked.question not in pack.questions:
        raise UnknownQuestion(pack=pack.name, question=asked.question, known=sorted(pack.questions))
    editions = [one.id for one in pack.editions]
    for name in (asked.edition, asked.against):
        if name and name not in editions:
            raise UnknownEdition(pack=pack.name, edition=name, known=editions)
    facts = pack.questions[asked.question].facts
    if asked.group and asked.group not in facts:
        raise UnknownFact(pack=pack.name, fact=asked.group, known=sorted(facts))


class _Told:
    """Tells how far a simulation is, from a second thread while DuckDB works."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, progress: Progress) -> None:
        self._connection, self._progress = connection, progress
        self._done = 0

    def up_to(self, hundredth: int) -> None:
        """Say that so much is done."""
        if hundredth > self._done:
            self._progress(hundredth - self._done)
            self._done = hundredth

    def through(self, end: int, work: Callable[[], Found]) -> Found:
        """Do a work of DuckDB that ends at a hundredth, and return what comes of it."""
        begun, done = self._done, threading.Event()

        def watch() -> None:
            while not done.wait(_POLL_SECONDS):
                share = min(99.0, max(0.0, self._connection.query_progress())) / 100
                self.up_to(begun + int(share * (end - begun)))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            return work()
        finally:
            done.set()
            watcher.join()
            self.up_to(end)
