"""Small questions that pages ask again and again, in SQL of our own.

Building one with Django's models costs a page about ten times as much as asking it, and the
server as much again for planning it anew. Here the text stays the same and the values travel
beside it, so that a web server's connections keep the plan (`project/postgresql`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias, TypeVar

from django.db import connection
from django.db.models import Model

Values: TypeAlias = Sequence[Any] | Mapping[str, Any]
_M = TypeVar("_M", bound=Model)


def rows(sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """Return the rows of an SQL text of ours (never a caller's), the values beside it."""
    with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined] # our engine's own
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def found(table: type[_M], condition: str, values: Values) -> list[_M]:
    """Return the rows of a table that meet an SQL condition of ours, as its model.

    Args:
        table: the model.
        condition: what follows WHERE: condition, order, limit.
        values: those of its parameters.
    """
    head, names, readers = _selecting(table)
    answer = rows(head + condition, values)
    for place, reader in readers:
        answer = [(*row[:place], reader(row[place]), *row[place + 1 :]) for row in answer]
    return [table.from_db("default", names, row) for row in answer]


@cache
def _selecting(table: type[Model]) -> tuple[str, list[str], list[tuple[int, Any]]]:
    meta = table._meta  # noqa: SLF001 - Django's own door to a model's columns
    fields = meta.concrete_fields
    columns = ", ".join(f'"{meta.db_table}"."{field.column}"' for field in fields)
    readers = [
        (place, _reader(field))
        for place, field in enumerate(fields)
        if hasattr(field, "from_db_value")
    ]
    sql = f'SELECT {columns} FROM "{meta.db_table}" WHERE '  # noqa: S608 - names of our tables
    return sql, [field.attname for field in fields], readers


def _reader(field: Any) -> Any:
    return lambda value: field.from_db_value(value, None, connection)
