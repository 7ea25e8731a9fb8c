"""What the names in a condition or an outcome can mean, and how a refusal points at its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from oferta.core.terms.problems import Code
from oferta.core.terms.types import Coded, Const, Counting, Kind, Type
from oferta.kernel.errors import OfertaError


@dataclass(frozen=True, slots=True)
class NamedList:
    """Values under one name, of the type of one fact."""

    name: str
    type: Type
    values: tuple[Coded, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Names in reach of one clause."""

    #: Raw and derived facts.
    facts: Mapping[str, Type] = field(default_factory=dict)
    values: Mapping[str, Const] = field(default_factory=dict)
    lists: Mapping[str, NamedList] = field(default_factory=dict)
    countings: Mapping[str, Counting] = field(default_factory=dict)
    #: Fields of the same outcome that are computed earlier.
    fields: Mapping[str, Type] = field(default_factory=dict)
    #: Fields of the same outcome that are not.
    later_fields: frozenset[str] = frozenset()
    #: Facts of the pack out of reach, with the reason.
    out_of_reach: Mapping[str, str] = field(default_factory=dict)
    #: Names whose own declaration has a problem: nothing more is said about them.
    broken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a source text. An empty `what`: its cause is reported elsewhere."""

    code: Code
    what: str
    expected: str = ""
    #: Of the character in the source where it stands.
    offset: int = 0


@dataclass(eq=False, kw_only=True)
class BadSource(OfertaError):
    """A condition or an expression is refused."""

    code: ClassVar[str] = "terms.bad_source"
    faults: list[Fault]

    def __str__(self) -> str:
        return "; ".join(f"{fault.what}. Expected {fault.expected}" for fault in self.faults)


def refuse(code: Code, what: str, expected: str = "", offset: int = 0) -> BadSource:
    """Return the refusal of a source text for one reason."""
    return BadSource(faults=[Fault(code, what, expected, offset)])


def kind_words(type_: Type) -> str:
    """Return in words what a type is: "money in KZT", "a date"."""
    if type_.kind is Kind.MONEY:
        return f"money in {type_.unit}" if type_.unit else "money"
    if type_.kind is Kind.TEXT:
        return "text"
    if type_.kind is Kind.ENUM:
        return "a declared value"
    return f"{'an' if type_.kind is Kind.INTEGER else 'a'} {type_.kind}"


def comparable(left: Type, right: Type) -> bool:
    """Tell whether values of the two types can be equal."""
    if left.kind is not right.kind or left.unit != right.unit:
        return False
    if left.kind is Kind.ENUM and right.values:
        return not set(left.values).isdisjoint(right.values)
    return True
