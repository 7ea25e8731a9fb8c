"""Runs a simulation on DuckDB, in bounded memory."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from oferta.core.terms.errors import UnknownEdition, UnknownFact, UnknownQuestion
from oferta.core.terms.simulating.events import (
    check_keys,
    check_values,
    facts_sql,
    open_events,
    run,
)
from oferta.core.terms.simulating.plan import write_plan
from oferta.core.terms.simulating.sums import Row, gathered
from oferta.core.terms.simulating.types import Asked, Simulation

if TYPE_CHECKING:
    import duckdb

    from oferta.core.terms.simulating.plan import Plan
    from oferta.core.terms.types import Type

#: Called with the hundredths that were done since the last call.
Progress = Callable[[int], None]
_POLL_SECONDS = 0.2
#: It puts an inner SELECT's values in place of their names wherever they are used; for thirty
#: clauses that defeat each other this does not end.
_HARMFUL = "partial_aggregate_pushdown"


def simulate(asked: Asked, progress: Progress = lambda done: None) -> Simulation:  # noqa: ARG005 - nobody looks
    """Return what a question comes to over a file of events.

    The whole file is checked first: nothing is simulated on a file with a wrong value. `progress`
    is told of hundredths.

    Raises:
        EventsRefused: its subclasses say what is wrong with the file, by row and value.
        NotInSql: the terms cannot be written in SQL exactly.
        UnknownQuestion, UnknownEdition, UnknownFact: a name is not known.
        OSError: the file cannot be read.
    """
    import duckdb  # noqa: PLC0415 - loaded only to simulate

    _check_names(asked)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="oferta-simulate-") as folder, duckdb.connect() as own:
        _settle(own, asked, folder)
        plan, total = _prepared(own, asked)
        own.execute("RESET threads")
        rows = _watched(own, plan, asked, progress)
    question = asked.pack.questions[asked.question]
    return gathered(
        asked,
        question,
        plan,
        [Row.of(row, plan, asked) for row in rows],
        total,
        time.monotonic() - began,
    )


def settings(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what keeps DuckDB from taking the layers of generated SQL apart."""
    known = connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()
    return [f"SET disabled_optimizers = '{_HARMFUL}'"] if (_HARMFUL,) in known else []


def _settle(connection: duckdb.DuckDBPyConnection, asked: Asked, folder: str) -> None:
    connection.execute("SET memory_limit = ?", [asked.memory])
    connection.execute("SET temp_directory = ?", [folder])
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    for setting in settings(connection):
        connection.execute(setting)
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")


def _prepared(connection: duckdb.DuckDBPyConnection, asked: Asked) -> tuple[Plan, int]:
    events = open_events(connection, asked.events)
    facts = _facts(asked)
    others = [name for name in (asked.group, asked.key) if name and name not in facts]
    made = facts_sql(events, facts, others, checked=True)
    plan = write_plan(asked, made, events.source)
    total = check_values(connection, events, facts)
    if asked.key:
        check_keys(connection, events, asked.key)
    return plan, total


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


def _watched(
    connection: duckdb.DuckDBPyConnection, plan: Plan, asked: Asked, progress: Progress
) -> list[tuple[object, ...]]:
    """Run the statement, telling how far it is from a second thread."""
    done = threading.Event()

    def watch() -> None:
        told = 0
        while not done.wait(_POLL_SECONDS):
            now = max(told, min(99, int(connection.query_progress())))
            progress(now - told)
            told = now
        progress(100 - told)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return run(connection, asked.events, plan.sql)
    finally:
        done.set()
        watcher.join()
