"""Conditions as tests for one truth value, the cheapest parts first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from oferta.core.terms.sql.conditions import Column, written
from oferta.core.terms.sql.writing import both, compare, either, inside, is_null, literal, negated
from oferta.core.terms.types import (
    Always,
    And,
    Atom,
    Compare,
    Condition,
    FactRef,
    IsNull,
    Kind,
    Not,
    Or,
)
from oferta.core.terms.walk import facts_of_condition, operands

if TYPE_CHECKING:
    from oferta.core.terms.sql.codes import Codes

_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True)
class Tests:
    """Writes conditions to be tested for one truth value, the cheapest parts first.

    A test is TRUE when the condition is what is wanted, and otherwise FALSE or UNKNOWN, so it
    belongs into CASE and under AND and OR, but not under NOT. NOT goes down to the atoms instead:
    databases skip the rest of an AND or OR, not of `(…) IS NOT TRUE`.
    """

    column: Column
    nullable: Callable[[str], bool]
    codes: Codes | None = None

    def holds(self, item: Condition, *, wanted: bool = True) -> exp.Expr:
        """Return what is TRUE when the condition is `wanted`."""
        listed = self._listed(item, wanted=wanted)
        if listed is not None:
            return listed
        match item:
            case Always(value):
                return literal(value == wanted)
            case Not(inner):
                return self.holds(inner, wanted=not wanted)
            case And(items) | Or(items):
                parts = [self.holds(one, wanted=wanted) for one in self._parts(item, items)]
                return both(parts) if isinstance(item, And) == wanted else either(parts)
            case _:
                return self._atom(item, wanted=wanted)

    def lacks(self, item: Condition, *, wanted: bool = True) -> exp.Expr:
        """Return what is TRUE when the condition is not `wanted`: the opposite or UNKNOWN."""
        match item:
            case Always(value):
                return literal(value != wanted)
            case _ if self.codes and self.codes.bit(item):
                names = [name for name in facts_of_condition(item) if self.nullable(name)]
                nulls = [is_null(self.column(name)) for name in names[:1]]
                return either([*nulls, self.holds(item, wanted=not wanted)])
            case Not(inner):
                return self.lacks(inner, wanted=not wanted)
            case And(items) | Or(items):
                parts = [self.lacks(one, wanted=wanted) for one in self._parts(item, items)]
                return either(parts) if isinstance(item, And) == wanted else both(parts)
            case _ if self._known(item):
                return self._atom(item, wanted=not wanted)
            case _:
                told = exp.Is(this=inside(written(item, self.column)), expression=literal(wanted))
                return negated(told)

    def _known(self, atom: Atom) -> bool:
        """Tell whether an atom is never UNKNOWN."""
        named = [side.name for side in operands(atom) if isinstance(side, FactRef)]
        return isinstance(atom, IsNull) or not any(map(self.nullable, named))

    def _parts(self, item: Condition, items: Sequence[Condition]) -> list[Condition]:
        found = self.codes.grouped(item) if self.codes else []
        return sorted(found if len(found) > 1 else items, key=self._cost)

    def _cost(self, item: Condition) -> int:
        return 0 if self.codes and self.codes.bit(item) else _cost(item)

    def _listed(self, item: Condition, *, wanted: bool) -> exp.Expr | None:
        found = self.codes.bit(item) if self.codes else None
        if found is None:
            return None
        column, bit = found
        masked = exp.BitwiseAnd(this=self.column(column), expression=literal(bit))
        return compare("<>" if wanted else "=", masked, literal(0))

    def _atom(self, atom: Atom, *, wanted: bool) -> exp.Expr:
        if wanted:
            return written(atom, self.column)
        if isinstance(atom, Compare):
            atom = Compare(_OPPOSITE[atom.op], atom.left, atom.right)  # type: ignore[arg-type]  # an operator
            return written(atom, self.column)
        return negated(written(atom, self.column))


def _cost(item: Condition) -> int:
    """Return what a test costs beside others: words are dearer than numbers."""
    match item:
        case And(items) | Or(items):
            return 1 + sum(_cost(one) for one in items)
        case Not(inner):
            return _cost(inner)
        case Always():
            return 0
        case _:
            words = not isinstance(item, IsNull) and _words(item)
            return 4 if words else 1


def _words(atom: Atom) -> bool:
    return any(side.type.kind in (Kind.ENUM, Kind.TEXT) for side in operands(atom))
