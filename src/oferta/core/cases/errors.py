"""What cases refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class UnknownCase(OfertaError):
    """There is no such case."""

    code: ClassVar[str] = "cases.unknown_case"
    case_id: str


@dataclass(eq=False, kw_only=True)
class AlreadyOpen(OfertaError):
    """The decision is disputed already; add to the case that is open."""

    code: ClassVar[str] = "cases.already_open"
    decision_id: str
    case_id: str


@dataclass(eq=False, kw_only=True)
class NotYours(OfertaError):
    """The decision is about another customer."""

    code: ClassVar[str] = "cases.not_yours"
    decision_id: str


@dataclass(eq=False, kw_only=True)
class Replaced(OfertaError):
    """Another decision stands in the place of this one; dispute that one."""

    code: ClassVar[str] = "cases.replaced"
    decision_id: str
    by: str


@dataclass(eq=False, kw_only=True)
class CaseClosed(OfertaError):
    """The case is answered; nothing can be added to it or changed."""

    code: ClassVar[str] = "cases.closed"
    case_id: str
    status: str


@dataclass(eq=False, kw_only=True)
class BadResolution(OfertaError):
    """A case cannot be answered like this."""

    code: ClassVar[str] = "cases.bad_resolution"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class NothingProposed(OfertaError):
    """No resolution of this case waits for a second person."""

    code: ClassVar[str] = "cases.nothing_proposed"
    case_id: str


@dataclass(eq=False, kw_only=True)
class BadWords(OfertaError):
    """A dispute or a piece of evidence needs words, and not a whole book."""

    code: ClassVar[str] = "cases.bad_words"
    field: str
    length: int
    length_max: int
