"""What can go wrong before a room is even asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class WrongUse(OfertaError):
    """The command was called in a way that it does not understand."""

    code: ClassVar[str] = "cli.wrong_use"
    message: str
    usage: str


@dataclass(eq=False, kw_only=True)
class Unreadable(OfertaError):
    """A file or folder named on the command line cannot be read."""

    code: ClassVar[str] = "cli.unreadable"
    path: str
    reason: str


@dataclass(eq=False, kw_only=True)
class DatabaseUnreachable(OfertaError):
    """The database does not answer, or refuses the way it was asked."""

    code: ClassVar[str] = "cli.database_unreachable"
    reason: str


@dataclass(eq=False, kw_only=True)
class TablesMissing(OfertaError):
    """The database has not the tables that this version needs; run `oferta migrate`."""

    code: ClassVar[str] = "cli.tables_missing"
    reason: str


@dataclass(eq=False, kw_only=True)
class Defect(OfertaError):
    """Something happened that nobody thought of; `oferta --trace` shows where."""

    code: ClassVar[str] = "cli.defect"
    kind: str
    message: str
