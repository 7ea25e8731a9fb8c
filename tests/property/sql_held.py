"""What SQL answers, row by row, held to what generated Python decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import drawn
import pytest
from hypothesis import event

from oferta.core.terms.errors import Stopped, TermsError
from oferta.core.terms.program import Program, compile_program
from oferta.core.terms.relations import check_assumed
from oferta.core.terms.sql import STATUSES, Codes, Query, codes, lookups, masks, to_sql
from oferta.core.terms.types import Coded, Edition, Kind
from packs import Asked

Row = dict[str, Coded]
#: What of the outcome of one row is compared.
Answer = tuple[str, int, int, dict[str, Coded]]
_SQL = {Kind.BOOLEAN: "BOOLEAN", Kind.ENUM: "TEXT", Kind.TEXT: "TEXT"}


@contextmanager
def fit_for_databases() -> Iterator[None]:
    """Draw no half surrogates, which are no text to a database, and look short lists up too.

    Look-ups of few boxes go over several words, and joins begin at few pieces.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn, "WORDS", tuple(word for word in drawn.WORDS if word != "\ud800"))
        patch.setattr(codes, "CODES_MIN", 1)
        patch.setattr(masks, "STEPS_MAX", 3)
        patch.setattr(lookups, "WORD", 5)
        yield


def by_python(program: Program, row: Row, on: int | None) -> Answer:
    bits = {name: program.bit(name) for name in program.clause_ids}
    try:
        check_assumed(program.asked.pack, program.asked.question, row)
        made = program.decide(row, on)
    except TermsError as error:
        mask = error.mask if isinstance(error, Stopped) else None
        return error.code.removeprefix("terms."), mask, 0, {}
    return "decided", made.mask, sum(bits[name] for name in made.decided_by), made.outcome


def by_sql(found: dict[str, Any], query: Query, program: Program) -> Answer:
    outcome = {name: found[column] for name, column in query.fields.items()}
    status = found["status"]
    if status != "decided":
        assert set(outcome.values()) == {None}
        outcome = {}
    mask = None if status in ("wrong_fact", "facts_disagree") else found["mask"]
    return status, mask, found["deciding"], outcome


def create(asked: Asked, program: Program) -> tuple[str, list[list[Any]]]:
    columns = ['"key" BIGINT']
    for name in program.names:
        fact = asked.pack.facts.get(name)
        columns.append(f'"{name}" {_SQL.get(fact.type.kind, "BIGINT") if fact else "BIGINT"}')
    rows = [[key, *(row[name] for name in program.names)] for key, row in enumerate(asked.rows)]
    columns.append('"on_day" BIGINT')
    return ", ".join(columns), [[*row, asked.on] for row in rows]


def hold(asked: Asked, dialect: str, ask: Callable[[str], list[Row]]) -> None:
    """Hold what a database answers to what generated Python does."""
    program = compile_program(asked.pack, asked.edition, asked.question)
    day = "on_day" if asked.on is not None else ""
    query = to_sql(
        asked.pack, asked.edition, asked.question, dialect, source="drawn", keep=["key"], day=day
    )
    answers = {row["key"]: by_sql(row, query, program) for row in ask(query.sql)}
    for key, row in enumerate(asked.rows):
        wanted = by_python(program, row, asked.on)
        event(f"{dialect}: {wanted[0]}")
        if answers[key][0] == "too_large" and dialect != "postgres":
            event(f"{dialect}: more digits than it has")
            continue
        assert answers[key] == wanted, f"{dialect}, row {key}: {query.sql}"
    if asked.pack.questions[asked.question].combine == "one":
        hold_short(asked, dialect, ask, program)


def without_its_first_clause(edition: Edition) -> Edition:
    """Return an edition to be compared with: it is looked up beside the other."""
    first, *others = edition.clauses.values()
    clauses = {
        one.id: replace(one, defeats=tuple(name for name in one.defeats if name != first.id))
        for one in others
    }
    return replace(edition, id="2023-01-01", clauses=clauses)


def hold_short(
    asked: Asked, dialect: str, ask: Callable[[str], list[Row]], program: Program
) -> None:
    """Hold what stops at the first clause that decides, its codes looked up, to the whole."""
    for packed in (False, True) if dialect == "duckdb" else (False,):
        _hold_short(asked, dialect, ask, program, packed=packed)


def _hold_short(
    asked: Asked, dialect: str, ask: Callable[[str], list[Row]], program: Program, *, packed: bool
) -> None:
    day = "on_day" if asked.on is not None else ""
    editions = [without_its_first_clause(asked.edition), asked.edition]
    looked_up = Codes(asked.pack, editions, asked.question, dialect, day, packed=packed)
    query = to_sql(
        asked.pack,
        asked.edition,
        asked.question,
        dialect,
        source="listed",
        keep=["key"],
        day=day,
        short=True,
        codes=looked_up,
    )
    placed = looked_up.lookups and looked_up.lookups.knows(asked.edition)
    event(f"{dialect}: {'placed' if placed else 'codes' if looked_up.columns else 'no codes'}")
    found = ask(f"WITH listed AS ({looked_up.joined('drawn')}) {query.sql}")
    for row in found:
        wanted, _, deciding, outcome = by_python(program, asked.rows[row["key"]], asked.on)
        told = int(row["told"])
        if told == -STATUSES.index("too_large") and dialect != "postgres":
            continue
        if told < 0:
            assert STATUSES[-told] == wanted, f"{dialect}, row {row['key']}: {query.sql}"
            continue
        assert wanted == "decided", f"{dialect}, row {row['key']}: {query.sql}"
        assert deciding >> told & 1
        fields = {name: row[column] for name, column in query.fields.items()}
        assert fields | query.constants.get(told, {}) == outcome
