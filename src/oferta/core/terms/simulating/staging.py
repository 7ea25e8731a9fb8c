"""Checked, coded facts handed to another engine, and the statement run there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from oferta.core.terms.simulating.errors import EngineMissing
from oferta.core.terms.simulating.files import Events, run
from oferta.core.terms.types import Kind, Type

if TYPE_CHECKING:
    import duckdb

_CHUNK = 1 << 20
_WORDS = (Kind.ENUM, Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Staged:
    """The events as a table of coded facts, written to a temporary file."""

    connection: duckdb.DuckDBPyConnection
    events: Events
    #: SQL of each column, by name.
    made: Mapping[str, str]
    facts: Mapping[str, Type]
    folder: Path

    def columns(self) -> dict[str, str]:
        """Return the type of each column."""
        return {name: self._type(name) for name in self.made}

    def as_parquet(self) -> Path:
        """Write them as Parquet."""
        return self._written("parquet", "FORMAT parquet")

    def as_csv(self) -> Path:
        r"""Write them as CSV, words quoted, so that a null (`\N`) is told from any of them."""
        words = [_quoted(name) for name, of in self.columns().items() if of == "TEXT"]
        forced = f", FORCE_QUOTE ({', '.join(words)})" if words else ""
        return self._written("csv", rf"FORMAT csv, HEADER false, NULLSTR '\N'{forced}")

    def _written(self, ending: str, how: str) -> Path:
        path = self.folder / f"events.{ending}"
        told = ", ".join(
            f"CAST({sql} AS {self._type(name)}) AS {_quoted(name)}"
            for name, sql in self.made.items()
        )
        name = exp.Literal.string(str(path)).sql("duckdb")
        sql = f"COPY (SELECT {told} FROM {self.events.source}) TO {name} ({how})"  # noqa: S608 - quoted names
        run(self.connection, self.events.path, sql)
        return path

    def _type(self, name: str) -> str:
        fact = self.facts.get(name)
        if fact is None:  # a key or group: numbers are ordered as numbers
            return "BIGINT" if "INT" in self.events.columns.get(name, "") else "TEXT"
        if fact.kind is Kind.BOOLEAN:
            return "BOOLEAN"
        return "TEXT" if fact.kind in _WORDS else "BIGINT"


def by_postgres(connection: Any, staged: Staged, path: Path, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a statement over a temporary table `events`.

    Raises:
        EngineMissing: no connection is given.
    """
    if connection is None:
        raise EngineMissing(engine="postgres", needs="an open connection to PostgreSQL")
    # Words are ordered by their bytes, as by every other engine.
    types = {"TEXT": 'TEXT COLLATE "C"'}
    columns = ", ".join(
        f"{_quoted(name)} {types.get(of, of)}" for name, of in staged.columns().items()
    )
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(f"CREATE TEMPORARY TABLE events ({columns}) ON COMMIT DROP")
        copying = r"COPY pg_temp.events FROM STDIN (FORMAT csv, NULL '\N')"
        with path.open("rb") as stream, cursor.copy(copying) as copy:
            while chunk := stream.read(_CHUNK):
                copy.write(chunk)
        path.unlink()
        cursor.execute("ANALYZE pg_temp.events")
        rows: list[tuple[object, ...]] = cursor.execute(sql).fetchall()
        return rows


def by_spark(master: str, path: Path, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a statement over the table `events` in Spark."""
    from oferta.core.terms.simulating.spark import decided  # noqa: PLC0415 - an extra

    return decided(master, path, sql)


def _quoted(name: str) -> str:
    return exp.column(name, quoted=True).sql("duckdb")
