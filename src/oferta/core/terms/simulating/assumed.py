"""What a pack assumes of its facts, held to every event of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from oferta.core.terms.simulating.errors import EventFactsDisagree
from oferta.core.terms.simulating.events import facts_sql
from oferta.core.terms.simulating.files import Events, run
from oferta.core.terms.sql.compiler import size_of
from oferta.core.terms.sql.relations import disagreeing
from oferta.core.terms.types import Coded, Kind, Relation, Type
from oferta.core.terms.values import write_value

if TYPE_CHECKING:
    import duckdb

_NO_NUMBERS = (Kind.BOOLEAN, Kind.ENUM, Kind.TEXT)


def check_assumed(
    connection: duckdb.DuckDBPyConnection,
    events: Events,
    facts: Mapping[str, Type],
    relations: tuple[Relation, ...],
) -> None:
    """Hold the events, whose values are of their types, to what is assumed of them.

    Raises:
        EventFactsDisagree: one breaks a relation, so that it would be refused by itself.
    """
    if not relations:
        return
    counts = ", ".join(f'count_if("{place}")' for place in range(len(relations)))
    sql = f"SELECT {counts} FROM ({_told(events, facts, relations)})"  # noqa: S608 - quoted names
    told = run(connection, events.path, sql)[0]
    for place, number in enumerate(told):
        if number:
            raise _first(connection, events, facts, relations[place], int(str(number)))


def _told(
    events: Events, facts: Mapping[str, Type], relations: tuple[Relation, ...], *keep: str
) -> str:
    made = facts_sql(events, facts, [], checked=True)
    coded = [f'{sql} AS "{name}"' for name, sql in made.items()]
    if keep:
        coded.append('row_number() OVER () AS "nth"')
    sizes = {name: None if of.kind in _NO_NUMBERS else size_of(of) for name, of in facts.items()}
    asked = disagreeing(relations, sizes, lambda name: facts[name].nullable, "_coded", keep)
    return f"WITH _coded AS (SELECT {', '.join(coded)} FROM {events.source}) {asked}"  # noqa: S608 - quoted names


def _first(
    connection: duckdb.DuckDBPyConnection,
    events: Events,
    facts: Mapping[str, Type],
    relation: Relation,
    number: int,
) -> EventFactsDisagree:
    """Find the first such row: with one thread rows are numbered as they stand in the file."""
    connection.execute("SET threads = 1")
    connection.execute("SET preserve_insertion_order = true")
    shown = ", ".join(["nth", *(f'"{name}"' for name in relation.reads)])
    told = _told(events, facts, (relation,), "nth", *relation.reads)
    sql = f'SELECT {shown} FROM ({told}) WHERE "0" ORDER BY nth LIMIT 1'  # noqa: S608 - quoted names
    nth, *given = run(connection, events.path, sql)[0]
    values = zip(relation.reads, cast("list[Coded]", given), strict=True)
    return EventFactsDisagree(
        file=str(events.path),
        row=int(str(nth)),
        assumption=relation.id,
        relation=relation.source,
        given=[f"{name} {write_value(value, facts[name])}" for name, value in values],
        rows=number,
    )
