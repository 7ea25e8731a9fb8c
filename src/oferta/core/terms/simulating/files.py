"""What a file of events is, how DuckDB reads it, and in plain words why it cannot.

Nothing is guessed from a sample: the first bytes tell what a file is, and the header tells what
stands between its columns. So a row that does not fit is an error, by its line, and never a sign
of some other kind of CSV.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from oferta.core.terms.problems import printable
from oferta.core.terms.simulating.errors import EngineFailed, EventsUnreadable

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

_PARQUET = b"PAR1"
_PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_OTHERS = {
    b"PK\x03\x04": "it is a ZIP archive, perhaps a spreadsheet: save it as CSV",
    b"BZh": "it is packed by bzip2: unpack it, or pack it by gzip",
    b"\xfd7zXZ": "it is packed by xz: unpack it, or pack it by gzip",
    b"\xff\xfe": "its text is UTF-16: save it as UTF-8",
    b"\xfe\xff": "its text is UTF-16: save it as UTF-8",
    b"%PDF": "it is a PDF",
    b"{": "it is JSON, not CSV",
    b"[": "it is JSON, not CSV",
}
#: What may stand between columns; what the header has most of does.
_BETWEEN = ",;\t|"
_LOOKED_AT = 4096
_CHUNK = 1 << 20
#: No CSV has it: a line read with it between columns is one column.
_NOWHERE = "\x1f"


@dataclass(frozen=True, slots=True)
class Events:
    """A readable file, its columns found."""

    path: Path
    #: SQL that reads it.
    source: str
    #: Column name to DuckDB's type.
    columns: dict[str, str]
    #: It is a CSV, in which all is text, and `null` is null.
    written: bool


def open_events(connection: duckdb.DuckDBPyConnection, path: Path) -> Events:
    """Return a file of events, its header read.

    Raises:
        OSError: there is no such file, or it may not be read.
        EventsUnreadable: it is neither CSV nor Parquet.
    """
    with path.open("rb") as stream:
        begins = stream.read(_LOOKED_AT)
    # The name is a pattern to DuckDB.
    name = literal(re.sub(r"[*?\[]", r"[\g<0>]", str(path.resolve())))
    if begins.startswith(_PARQUET):
        source = f"read_parquet({name})"
        rows = run(connection, path, f"DESCRIBE SELECT * FROM {source}")  # noqa: S608 - a quoted name
        columns = {str(row[0]): str(row[1]) for row in rows}
        _refuse_twice(path, list(columns))
        return Events(path, source, columns, written=False)
    packing = _packing(path, begins)
    if packing == "gzip":
        _check_packing(path)
    names, between = _header(connection, path, f"{name}, compression = '{packing}'")
    told = ", ".join(f"{literal(one)}: 'VARCHAR'" for one in names)
    source = (
        f"read_csv({name}, auto_detect = false, header = true, strict_mode = true,"
        f" delim = {literal(between)}, quote = '\"', escape = '\"',"
        f" compression = '{packing}', columns = {{{told}}})"
    )
    return Events(path, source, dict.fromkeys(names, "VARCHAR"), written=True)


def literal(text: str) -> str:
    """Return a text as DuckDB's SQL writes it."""
    return exp.Literal.string(text).sql("duckdb")


def _packing(path: Path, begins: bytes) -> str:
    """Return how a CSV is packed.

    Raises:
        EventsUnreadable: it is something else.
    """
    for sign, packing in _PACKED.items():
        if begins.startswith(sign):
            return packing
    if not begins.strip():
        raise EventsUnreadable(file=str(path), reason="it is empty")
    for sign, reason in _OTHERS.items():
        if begins.startswith(sign):
            raise EventsUnreadable(file=str(path), reason=reason)
    if b"\0" in begins:
        raise EventsUnreadable(file=str(path), reason="it holds bytes that are no text")
    return "none"


def _check_packing(path: Path) -> None:
    """Hold a gzip to its checksum, which DuckDB does not look at.

    Raises:
        EventsUnreadable: it breaks off or was damaged.
    """
    try:
        with gzip.open(path) as stream:
            while stream.read(_CHUNK):
                pass
    except EOFError as error:
        raise EventsUnreadable(file=str(path), reason="the gzip breaks off") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise EventsUnreadable(file=str(path), reason="the gzip is damaged") from error


def _header(connection: duckdb.DuckDBPyConnection, path: Path, named: str) -> tuple[list[str], str]:
    """Return the names of the columns and what stands between them.

    Raises:
        EventsUnreadable: a name is missing or there twice, or there is no event below.
    """
    sql = (
        f"SELECT line FROM read_csv({named}, auto_detect = false, header = false,"  # noqa: S608 - a quoted name
        f" columns = {{'line': 'VARCHAR'}}, delim = '{_NOWHERE}', quote = '', escape = '') LIMIT 2"
    )
    rows = run(connection, path, sql)
    if len(rows) < 2:  # noqa: PLR2004 - a header and an event
        raise EventsUnreadable(file=str(path), reason="there is no event below its header")
    line = str(rows[0][0] or "").removeprefix("\ufeff")
    between = max(_BETWEEN, key=line.count)
    names = next(csv.reader([line], delimiter=between), [])
    if "" in names:
        reason = f"column {names.index('') + 1} of its header has no name"
        raise EventsUnreadable(file=str(path), reason=reason)
    _refuse_twice(path, names)
    return names, between


def _refuse_twice(path: Path, names: list[str]) -> None:
    met: set[str] = set()
    for name in names:
        if name.casefold() in met:
            reason = f"two columns are called {printable(name)}"
            raise EventsUnreadable(file=str(path), reason=reason)
        met.add(name.casefold())


def run(connection: duckdb.DuckDBPyConnection, path: Path, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a query over a file.

    Raises:
        EventsUnreadable: the file cannot be read to its end.
        EngineFailed: it takes more memory than is allowed.
    """
    import duckdb  # noqa: PLC0415 - loaded only to simulate

    try:
        return connection.execute(sql).fetchall()
    except duckdb.OutOfMemoryException as error:
        raise EngineFailed(engine="duckdb", reason="it needs more memory than allowed") from error
    except duckdb.Error as error:
        ours = (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException)
        # Damaged Parquet is told by the bare class; the others would be mistakes of the SQL.
        if type(error) is not duckdb.Error and not isinstance(error, ours):
            raise
        reason = _reason(str(error), parquet="read_parquet(" in sql)
        raise EventsUnreadable(file=str(path), reason=reason) from error


#: What DuckDB says of a line, and how it is told.
_SAID = (
    (r"Expected Number of Columns: (\d+) Found: (\d+)", "it has {1} columns, the header {0}"),
    (r"(?i)unicode|utf-?8", "it is not UTF-8"),
    (r"(?i)quote", "a quotation mark is opened and not closed, or stands in the middle"),
    (r"(?i)maximum line size", "it is too long"),
)
#: What stands on a line of a CSV, which may say anything.
_QUOTED = re.compile(r"(?s)Original Line:.*?(?=\n(Expected|Value|Possible|Invalid|Maximum)|$)")


def _reason(said: str, *, parquet: bool) -> str:
    """Return in a few words what DuckDB says of a file."""
    line = re.search(r"CSV Error on Line: (\d+)", said)
    if line:
        about = _QUOTED.sub("", said)
        for sign, told in _SAID:
            found = re.search(sign, about)
            if found:
                return f"line {line[1]}: {told.format(*found.groups())}"
        return f"line {line[1]} is no CSV"
    first = said.strip().splitlines()[0].split("Error: ", 1)[-1]
    broken = "the Parquet file breaks off or was damaged: " if parquet else ""
    return broken + printable(first)[:300]
