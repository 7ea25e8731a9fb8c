"""Conditions as SQL, whose three-valued logic they were written in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

from sqlglot import exp

from oferta.core.terms.sql.writing import both, compare, either, is_null, literal, negated
from oferta.core.terms.types import (
    Always,
    And,
    Atom,
    Between,
    Compare,
    Condition,
    FactRef,
    InList,
    IsNull,
    Not,
    Operand,
    Or,
    Truth,
)

if TYPE_CHECKING:
    pass

#: Returns the column of a fact.
Column = Callable[[str], exp.Expr]


def condition(item: Condition, column: Column) -> exp.Expr:
    """Return a condition; it may be UNKNOWN (NULL)."""
    match item:
        case Always(value):
            return literal(value)
        case Not(inner):
            return negated(condition(inner, column))
        case And(items):
            return both(condition(one, column) for one in items)
        case Or(items):
            return either(condition(one, column) for one in items)
        case _:
            return written(item, column)


def written(atom: Atom, column: Column) -> exp.Expr:
    """Return an atom; it may be UNKNOWN (NULL)."""
    match atom:
        case Compare(op, left, right):
            return compare(op, _operand(left, column), _operand(right, column))
        case InList(operand, values):
            return _among(column(operand.name), values)
        case Between(operand, low, high):
            middle, ends = column(operand.name), (_operand(low, column), _operand(high, column))
            return exp.Between(this=middle, low=ends[0], high=ends[1])
        case IsNull(operand):
            return is_null(column(operand.name))
        case Truth(operand):
            return column(operand.name)
        case _:
            assert_never(atom)


def _among(asked: exp.Expr, values: tuple[object, ...]) -> exp.Expr:
    if not values:  # no such SQL: false, and UNKNOWN of a null
        return compare("<>", asked, asked.copy())
    return exp.In(this=asked, expressions=[literal(value) for value in values])  # type: ignore[arg-type]  # coded


def _operand(operand: Operand, column: Column) -> exp.Expr:
    return column(operand.name) if isinstance(operand, FactRef) else literal(operand.value)
