"""SQL decides as generated Python does: status, mask, deciding clauses and outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import drawn
import duckdb
import psycopg
import pytest
import sqlglot
from hypothesis import HealthCheck, event, given, settings

from oferta.core.terms.errors import Stopped, TermsError
from oferta.core.terms.limits import limit_windows
from oferta.core.terms.loader import load_pack
from oferta.core.terms.program import Program, compile_program
from oferta.core.terms.sql import STATUSES, Codes, NotInSql, Query, Uses, codes, to_sql
from oferta.core.terms.types import Coded, Kind
from oferta.project import embedded
from packs import Asked, asked

Row = dict[str, Coded]
#: What of the outcome of one row is compared.
Answer = tuple[str, int, int, dict[str, Coded]]
_SQL = {Kind.BOOLEAN: "BOOLEAN", Kind.ENUM: "TEXT", Kind.TEXT: "TEXT"}


@pytest.fixture(scope="module", autouse=True)
def _words_that_databases_hold() -> Iterator[None]:
    """Half a surrogate is no text to a database, and no file can hold one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn, "WORDS", tuple(word for word in drawn.WORDS if word != "\ud800"))
        patch.setattr(codes, "CODES_MIN", 1)  # drawn lists are short
        yield


@pytest.fixture(scope="module")
def postgres() -> Iterator[psycopg.Cursor]:
    url = embedded.with_database(embedded.start_server(), "postgres")
    with psycopg.connect(url, autocommit=True) as own:
        own.execute("SET jit = off")  # compiling costs more than eight rows
        yield own.cursor()


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as own:
        own.execute("SET threads = 1")
        yield own


def by_python(program: Program, row: Row, on: int | None) -> Answer:
    bits = {name: program.bit(name) for name in program.clause_ids}
    try:
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
    mask = None if status == "wrong_fact" else found["mask"]
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
        if answers[key][0] == "too_large" and dialect == "duckdb":
            event("duckdb: more than 128 bits")
            continue
        assert answers[key] == wanted, f"{dialect}, row {key}: {query.sql}"
    if asked.pack.questions[asked.question].combine == "one":
        hold_short(asked, dialect, ask, program)


def hold_short(
    asked: Asked, dialect: str, ask: Callable[[str], list[Row]], program: Program
) -> None:
    """Hold what stops at the first clause that decides, its codes looked up, to the whole."""
    looked_up = Codes(asked.pack, [asked.edition], asked.question)
    query = to_sql(
        asked.pack,
        asked.edition,
        asked.question,
        dialect,
        source="listed",
        keep=["key"],
        day="on_day" if asked.on is not None else "",
        short=True,
        codes=looked_up,
    )
    event(f"{dialect}: {'codes' if looked_up.columns else 'no codes'}")
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


def one_after_another(asked: Asked, program: Program) -> dict[int, Answer]:
    """Decide rows in the order of their days and keys, summing what limits were used."""
    used: dict[tuple[object, ...], int] = {}
    limits = asked.edition.limits
    days: list[tuple[int, int]] = []
    found: dict[int, Answer] = {}
    for key, row in enumerate(asked.rows):
        try:
            days.append((program.day_of(row) if asked.on is None else asked.on, key))
        except TermsError:
            found[key] = by_python(program, row, asked.on)
    for day, key in sorted(days):
        row = dict(asked.rows[key]) | dict.fromkeys(program.limit_facts, 0)
        windows = limit_windows(asked.edition, asked.question, row, day)
        holders = {window.used: (window.limit, window.holder, window.start) for window in windows}
        row |= {name: used.get(holder, 0) for name, holder in holders.items()}
        found[key] = by_python(program, row, asked.on)
        if found[key][0] != "decided":
            continue
        for effect in program.decide(row, asked.on).limited:
            holder = holders[limits[effect.limit].used]
            granted = max(0, int(found[key][3][limits[effect.limit].field] or 0))
            share = granted if limits[effect.limit].kind == "amount" else int(granted > 0)
            used[holder] = used.get(holder, 0) + share
    return found


def _limited(drawn_: Asked) -> bool:
    fields = [limit.field for limit in drawn_.edition.limits.values()]
    return bool(fields) and len(set(fields)) == len(fields)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn_=asked(row_count=12).filter(_limited))
def test_limits_summed_over_the_rows_cut_as_decisions_one_after_another_do(
    drawn_: Asked, duck: duckdb.DuckDBPyConnection
) -> None:
    program = compile_program(drawn_.pack, drawn_.edition, drawn_.question)
    columns, rows = create(drawn_, program)
    duck.execute("DROP TABLE IF EXISTS drawn")
    duck.execute(f"CREATE TEMP TABLE drawn ({columns})")
    places = ", ".join(["(" + ", ".join(["?"] * len(rows[0])) + ")"] * len(rows))
    duck.execute(
        f"INSERT INTO drawn VALUES {places}",  # noqa: S608 - places only
        [value for row in rows for value in row],
    )
    query = to_sql(
        drawn_.pack,
        drawn_.edition,
        drawn_.question,
        source="drawn",
        keep=["key"],
        day="on_day" if drawn_.on is not None else "",
        uses=Uses(("key",)),
    )
    done = duck.execute(query.sql)
    names = [column[0] for column in done.description]
    answers = [dict(zip(names, row, strict=True)) for row in done.fetchall()]
    if any(row["status"] == "too_large" for row in answers):
        return
    wanted = one_after_another(drawn_, program)
    assert {row["key"]: by_sql(row, query, program) for row in answers} == wanted


def test_two_limits_on_one_field_are_not_summed_at_once() -> None:
    pack = load_pack(Path(__file__).parents[2] / "terms" / "bonus-club")
    edition = next(one for one in pack.editions if one.limits)
    limit = next(iter(edition.limits.values()))
    twice = replace(edition, limits={"one": limit, "two": replace(limit, id="two")})
    with pytest.raises(NotInSql, match="two limits on"):
        to_sql(pack, twice, limit.question, uses=Uses(("key",)))


def test_spark_sql_is_written_so_that_its_parser_reads_it() -> None:
    pack = load_pack(Path(__file__).parents[1] / "bench" / "policy")
    written = to_sql(pack, pack.editions[0], "accrual", "spark").sql
    assert sqlglot.parse_one(written, read="spark").sql("spark") == written


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn_=asked(row_count=8))
def test_databases_decide_as_python_does(
    drawn_: Asked, duck: duckdb.DuckDBPyConnection, postgres: psycopg.Cursor
) -> None:
    program = compile_program(drawn_.pack, drawn_.edition, drawn_.question)
    columns, rows = create(drawn_, program)
    for held, place in ((duck, "?"), (postgres, "%s")):
        held.execute("DROP TABLE IF EXISTS drawn")
        held.execute(f"CREATE TEMP TABLE drawn ({columns})")
        places = f"({', '.join([place] * len(rows[0]))})"
        held.execute(
            f"INSERT INTO drawn VALUES {', '.join([places] * len(rows))}",  # noqa: S608 - places
            [value for row in rows for value in row],
        )

    def by_duckdb(sql: str) -> list[Row]:
        done = duck.execute(sql)
        names = [column[0] for column in done.description]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def by_postgresql(sql: str) -> list[Row]:
        postgres.execute(sql)
        names = [column.name for column in postgres.description or ()]
        return [dict(zip(names, row, strict=True)) for row in postgres.fetchall()]

    hold(drawn_, "duckdb", by_duckdb)
    hold(drawn_, "postgres", by_postgresql)
