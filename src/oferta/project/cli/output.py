"""Everything that commands print: one JSON object, or text for people; progress goes to stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_NUMBER = re.compile(r"^[-+]?[\d ,.]*%?$")


@dataclass
class Output:
    """Where a command's answer goes. Commands get it as their first argument."""

    #: Print one JSON object instead of text.
    json: bool = False

    def emit(self, data: dict[str, Any], text: str) -> None:
        """Print the answer, once per command.

        Args:
            data: for scripts; dataclasses, dates, ids and money in it are made printable.
            text: the same for people.
        """
        click.echo(as_json(data) if self.json else text.rstrip("\n"))

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Show a bar on a terminal; yield the function to call with each count of things done."""
        if self.json or not sys.stderr.isatty():
            yield lambda done: None  # noqa: ARG005 - nobody looks
            return
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        with Progress(
            *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
        ) as bar:
            task = bar.add_task(label, total=total)
            yield lambda done: bar.advance(task, done)


def as_json(data: object) -> str:
    """Return `data` as readable JSON."""
    return json.dumps(data, default=_plain, ensure_ascii=False, indent=2)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return aligned columns; numbers stand to the right, wide characters count as two."""
    written = [[str(cell) for cell in row] for row in rows]
    lines = [list(heads), *written]
    columns = range(len(heads))
    widths = [max(cell_len(line[at]) for line in lines) for at in columns]
    right = [bool(rows) and all(_NUMBER.match(row[at]) for row in written) for at in columns]
    return "\n".join(_line(line, widths, right) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, to_right in zip(cells, widths, right, strict=True):
        space = " " * (width - cell_len(cell))
        padded.append(space + cell if to_right else cell + space)
    return "  ".join(padded).rstrip()


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)
