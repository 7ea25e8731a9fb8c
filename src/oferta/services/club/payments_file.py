"""Reads files of card payments: CSV, plain or gzipped, or Parquet; one payment a row.

Bad rows are reported with file and line, and the rest go on.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING

from oferta.services.club.errors import FileUnreadable
from oferta.services.club.rules import FIRST_DAY, LAST_DAY, unwritable
from oferta.services.club.types import BadRow, PaymentRow

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PARQUET = b"PAR1"
#: Rows of a Parquet file in memory at a time.
_ROWS = 4_096

COLUMNS = ("date", "amount", "original_currency", "merchant", "card", "category")

#: A field longer than any real one is a broken quote that swallowed its neighbours.
FIELD_CHARS_MAX = 500
_AMOUNT = re.compile(r"^(-?)(\d{1,12})\.(\d{2})$", re.ASCII)
_CURRENCY = re.compile(r"^([A-Z]{3})?$")
_CARD = re.compile(r"^\*\d{4}$", re.ASCII)
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$", re.ASCII)


def read_payments(path: Path) -> Iterator[PaymentRow | BadRow]:
    """Yield every row of the file in its order, good or bad.

    Raises:
        FileUnreadable: no such file, broken gzip, not UTF-8, other columns than `COLUMNS`, or
            amounts of a Parquet file that are floating point.
    """
    try:
        if _is_parquet(path):
            yield from _parquet_rows(path)
            return
        with _opened(path) as stream:
            yield from _rows(stream, path.name)
    except (*_BROKEN, _NotParquet) as problem:
        raise FileUnreadable(
            file=str(path),
            what=_said(problem),
            expected="a CSV file in UTF-8, gzipped or not, or a Parquet file",
        ) from problem


#: What reading raises of a file that is damaged or something else.
_BROKEN = (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error)


class _NotParquet(Exception):
    """What DuckDB says of a file that it cannot read."""


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as head:
        return head.read(len(_PARQUET)) == _PARQUET


def _parquet_rows(path: Path) -> Iterator[PaymentRow | BadRow]:
    """Read a few thousand rows at a time, however many there are; amounts are exact decimals."""
    import duckdb  # noqa: PLC0415 - large, and most files are CSV

    try:
        yield from _rows_of(duckdb.connect(), path)
    except duckdb.Error as problem:
        raise _NotParquet(str(problem)) from problem


def _rows_of(opened: DuckDBPyConnection, path: Path) -> Iterator[PaymentRow | BadRow]:
    with opened as database:
        source = database.from_parquet(str(path))
        types = dict(zip(source.columns, map(str, source.types), strict=True))
        if set(types) != set(COLUMNS):
            raise FileUnreadable(
                file=path.name,
                what=f"the columns are {', '.join(types)}",
                expected=", ".join(COLUMNS),
            )
        if not types["amount"].startswith(("DECIMAL", "VARCHAR")):
            raise FileUnreadable(
                file=path.name,
                what=f"amount is of type {types['amount']}",
                expected="decimals with two places, or texts: floating point is no money",
            )
        # An empty text and nothing are the same to a CSV file.
        cells = ", ".join(f"coalesce(CAST({name} AS VARCHAR), '')" for name in COLUMNS)
        rows = database.execute(f"SELECT {cells} FROM read_parquet(?)", [str(path)])  # noqa: S608
        line = 0
        while found := rows.fetchmany(_ROWS):
            for one in found:
                line += 1
                yield _row(path.name, line, list(one))


def _opened(path: Path) -> IO[str]:
    with path.open("rb") as head:
        zipped = head.read(2) == b"\x1f\x8b"
    if zipped:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open("rt", encoding="utf-8-sig", newline="")


def _rows(stream: IO[str], file: str) -> Iterator[PaymentRow | BadRow]:
    rows = csv.reader(stream, strict=True)
    header = tuple(next(rows, ()))
    if header != COLUMNS:
        raise FileUnreadable(
            file=file, what=f"the columns are {', '.join(header)}", expected=", ".join(COLUMNS)
        )
    for cells in rows:
        if cells:
            yield _row(file, rows.line_num, cells)


def _row(file: str, line: int, cells: list[str]) -> PaymentRow | BadRow:
    if len(cells) != len(COLUMNS):
        return BadRow(file, line, "row", f"{len(cells)} fields", f"{len(COLUMNS)} fields")
    for column, cell in zip(COLUMNS, cells, strict=True):
        if len(cell) > FIELD_CHARS_MAX or unwritable(cell):
            expected = f"one line of at most {FIELD_CHARS_MAX} characters, none of them a control"
            return BadRow(file, line, column, cell[:40] + "…", expected)
    day, amount, currency, merchant, card, category = (cell.strip() for cell in cells)
    wrong = _first_wrong(day, amount, currency, merchant, card)
    if wrong:
        return BadRow(file, line, *wrong)
    return PaymentRow(
        line, date.fromisoformat(day), _minor(amount), currency, merchant, card, category
    )


def _first_wrong(
    day: str, amount: str, currency: str, merchant: str, card: str
) -> tuple[str, str, str] | None:
    if not _is_day(day):
        return "date", day, f"a day as 2017-03-31, from {FIRST_DAY} to {LAST_DAY}"
    if not _AMOUNT.match(amount) or not _minor(amount):
        return "amount", amount, "an amount other than zero with two decimals, as -7.99"
    if not _CURRENCY.match(currency):
        return "original_currency", currency, "three capital letters, or nothing"
    if not merchant:
        return "merchant", merchant, "a merchant's name"
    if not _CARD.match(card):
        return "card", card, "a masked card as *1234"
    return None


def _is_day(text: str) -> bool:
    if not _DAY.match(text):
        return False
    try:
        return FIRST_DAY <= date.fromisoformat(text) <= LAST_DAY
    except ValueError:
        return False


def _minor(amount: str) -> int:
    return int(amount.replace(".", ""))


def _said(problem: BaseException) -> str:
    if isinstance(problem, FileNotFoundError):
        return "there is no such file"
    return str(problem)
