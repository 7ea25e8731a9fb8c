"""Conditions: a closed subset of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from oferta.core.terms.types.values import Coded, Const, FactRef

Operand: TypeAlias = FactRef | Const


CompareOp: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`; UNKNOWN if either is null. The loader puts a fact on the left."""

    op: CompareOp
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class InList:
    """`operand IN (…)`; `lists` names the named lists that `values` came from."""

    operand: FactRef
    values: tuple[Coded, ...]
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """`operand BETWEEN low AND high`, both ends included."""

    operand: FactRef
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class IsNull:
    """`fact IS NULL`; never UNKNOWN."""

    operand: FactRef


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean fact standing alone as a condition."""

    operand: FactRef


@dataclass(frozen=True, slots=True)
class Always:
    """`TRUE` or `FALSE`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    """SQL negation: NOT UNKNOWN is UNKNOWN."""

    item: Condition


@dataclass(frozen=True, slots=True)
class And:
    """SQL conjunction of two or more conditions."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """SQL disjunction of two or more conditions."""

    items: tuple[Condition, ...]


Atom: TypeAlias = Compare | InList | Between | IsNull | Truth


Condition: TypeAlias = Atom | Always | Not | And | Or
