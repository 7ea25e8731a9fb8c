"""A file of events as a relation of coded facts.

A column of text holds values as packs write them ("1000 KZT", "1%", "2024-04-16"); a column of
numbers, truths, dates or moments is taken as it is, numbers being coded (minor units, millionths,
microseconds). In a CSV every column is text; `<fact>:coded` in its header says that the column
holds coded numbers.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from oferta.core.terms.problems import printable
from oferta.core.terms.simulating.errors import (
    EventColumnsMissing,
    EventColumnUnknown,
    EventKeyTwice,
    EventValueWrong,
)
from oferta.core.terms.simulating.files import Events, run
from oferta.core.terms.simulating.written import coded_column
from oferta.core.terms.types import Type
from oferta.core.terms.values import expected_of

if TYPE_CHECKING:
    import duckdb

_CODED = ":coded"
_NEAR = 0.8


def facts_sql(
    events: Events, facts: Mapping[str, Type], others: list[str], *, checked: bool = False
) -> dict[str, str]:
    """Return SQL of each coded fact and of other columns, by the name it gets.

    Once values are `checked`, words are taken as they stand.

    Raises:
        EventColumnsMissing: a fact or a column is not in the file.
        EventColumnUnknown: a column looks like a misspelt fact.
    """
    written = {column.removesuffix(_CODED): column for column in events.columns}
    # A nullable fact may be left out: it is null.
    needed = [name for name, type_ in facts.items() if not type_.nullable]
    missing = [name for name in (*needed, *others) if name not in written]
    _refuse_misspelt(events, facts, written, others)
    if missing:
        found = [printable(name) for name in events.columns]
        raise EventColumnsMissing(file=str(events.path), missing=missing, found=found)
    made: dict[str, str] = {}
    for name, type_ in facts.items():
        column = written.get(name, "")
        sql_type = "BIGINT" if column.endswith(_CODED) else events.columns.get(column, "")
        made[name] = coded_column(column, sql_type, type_, checked=checked, written=events.written)
    for name in others:
        made.setdefault(name, exp.column(written[name], quoted=True).sql("duckdb"))
    return made


def _refuse_misspelt(
    events: Events, facts: Mapping[str, Type], written: Mapping[str, str], others: list[str]
) -> None:
    absent = {name.casefold(): name for name in (*facts, *others) if name not in written}
    for column in written:
        if column in facts or column in others:
            continue
        near = difflib.get_close_matches(column.strip().casefold(), absent, n=1, cutoff=_NEAR)
        if near:
            raise EventColumnUnknown(
                file=str(events.path), column=printable(column), did_you_mean=absent[near[0]]
            )


def check_values(
    connection: duckdb.DuckDBPyConnection, events: Events, facts: Mapping[str, Type]
) -> int:
    """Return how many events there are, each value of its type.

    Raises:
        EventValueWrong: one is not.
    """
    coded = facts_sql(events, facts, [])
    raw = {name: _raw(events, name) for name in facts}
    tests = {name: _wrong(events, coded[name], raw[name], facts[name]) for name in facts}
    counts = ", ".join(["count(*)", *(f"count_if({test})" for test in tests.values())])
    row = run(connection, events.path, f"SELECT {counts} FROM {events.source}")[0]  # noqa: S608 - quoted names
    total, *wrong = (int(str(number)) for number in row)
    for (name, test), number in zip(tests.items(), wrong, strict=True):
        if number:
            raise _value_wrong(connection, events, (name, raw[name], test), facts[name], number)
    return total


def _value_wrong(
    connection: duckdb.DuckDBPyConnection,
    events: Events,
    column: tuple[str, str, str],
    type_: Type,
    number: int,
) -> EventValueWrong:
    """Find the first such row: with one thread rows are numbered as they stand in the file."""
    name, raw, test = column
    connection.execute("SET threads = 1")
    connection.execute("SET preserve_insertion_order = true")
    sql = (
        f"SELECT nth, given FROM (SELECT row_number() OVER () AS nth, CAST({raw} AS VARCHAR)"  # noqa: S608 - quoted names
        f" AS given, {test} AS wrong FROM {events.source}) WHERE wrong ORDER BY nth LIMIT 1"
    )
    nth, given = run(connection, events.path, sql)[0]
    return EventValueWrong(
        file=str(events.path),
        row=int(str(nth)),
        fact=name,
        given=_given(events, given),
        expected=expected_of(type_),
        rows=number,
    )


def _given(events: Events, value: object) -> str:
    """Return a wrong value as the message shows it."""
    if value is None:
        return "null"
    text = printable(str(value))[:200]
    return "the text 'null'" if text == "null" and not events.written else text


def check_keys(connection: duckdb.DuckDBPyConnection, events: Events, key: str) -> None:
    """Hold the key to be there and different in every event.

    Raises:
        EventColumnsMissing: there is no such column.
        EventKeyTwice: two events share a key, or one has none.
    """
    if key not in events.columns:
        raise EventColumnsMissing(file=str(events.path), missing=[key], found=list(events.columns))
    column = exp.column(key, quoted=True).sql("duckdb")
    sql = (
        f"SELECT CAST({column} AS VARCHAR), count(*) AS n FROM {events.source}"  # noqa: S608 - a quoted name
        f" GROUP BY {column} HAVING n > 1 OR {column} IS NULL ORDER BY n DESC, 1 LIMIT 1"
    )
    for found, number in run(connection, events.path, sql):
        shown = "null" if found is None else printable(str(found))[:200]
        raise EventKeyTwice(file=str(events.path), column=key, key=shown, rows=int(str(number)))


def _raw(events: Events, name: str) -> str:
    for column in (name, name + _CODED):
        if column in events.columns:
            return exp.column(column, quoted=True).sql("duckdb")
    return "NULL"


def _wrong(events: Events, coded: str, raw: str, type_: Type) -> str:
    given = f" AND CAST({raw} AS VARCHAR) <> 'null'" if events.written else ""
    tests = [f"({coded}) IS NULL AND {raw} IS NOT NULL{given}"]
    if not type_.nullable:
        tests = [f"({coded}) IS NULL"]
    if type_.minimum is not None:
        tests.append(f"({coded}) < {type_.minimum}")
    if type_.maximum is not None:
        tests.append(f"({coded}) > {type_.maximum}")
    return "coalesce(" + " OR ".join(f"({test})" for test in tests) + ", false)"
