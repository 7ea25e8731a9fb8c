"""SQL decides as generated Python does: status, mask, deciding clauses and outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from sql_held import Answer, by_python, by_sql, create, fit_for_databases

from oferta.core.terms.errors import TermsError
from oferta.core.terms.limits import limit_windows
from oferta.core.terms.loader import load_pack
from oferta.core.terms.program import Program, compile_program
from oferta.core.terms.sql import NotInSql, Uses, to_sql
from packs import Asked, asked


@pytest.fixture(scope="module", autouse=True)
def _fit() -> Iterator[None]:
    with fit_for_databases():
        yield


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as own:
        own.execute("SET threads = 1")
        yield own


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


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
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
