"""Python, DuckDB, PostgreSQL and the solver's model decide alike: outcome and mask, row by row."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from model_held import hold_model
from sql_held import Row, create, fit_for_databases, hold

from oferta.core.terms.program import compile_program
from oferta.project import embedded
from packs import Asked, assuming

#: Rows that the solver is asked about; it takes longer over each than the databases over all.
MODEL_ROWS = 2


@pytest.fixture(scope="module", autouse=True)
def _fit() -> Iterator[None]:
    with fit_for_databases():
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


@settings(
    max_examples=50, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(drawn=assuming(row_count=24))
def test_every_way_of_deciding_gives_the_same_outcome_and_the_same_mask(
    drawn: Asked, duck: duckdb.DuckDBPyConnection, postgres: psycopg.Cursor
) -> None:
    program = compile_program(drawn.pack, drawn.edition, drawn.question)
    columns, rows = create(drawn, program)
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

    hold(drawn, "duckdb", by_duckdb)
    hold(drawn, "postgres", by_postgresql)
    hold_model(drawn, MODEL_ROWS)
