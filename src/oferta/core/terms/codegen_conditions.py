"""Conditions as two-valued Python source with SQL's three-valued meaning.

There is no third value at run time. A condition is asked twice, "is it true?" and "is it
false?", and the two questions are pushed down to the atoms, where a null answers no to both:
`true(NOT c)` is `false(c)`, `true(a < b)` is `a is not None and b is not None and a < b`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from oferta.core.terms.codegen_names import literal
from oferta.core.terms.types import (
    Always,
    And,
    Between,
    Compare,
    Const,
    FactRef,
    InList,
    IsNull,
    Not,
    Or,
    Truth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oferta.core.terms.codegen_names import Names
    from oferta.core.terms.types import Atom, Coded, CompareOp, Condition, Operand

TRUE, FALSE = "True", "False"
_PYTHON: dict[CompareOp, str] = {
    "=": "==",
    "<>": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_OPPOSITE: dict[CompareOp, CompareOp] = {
    "=": "<>",
    "<>": "=",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
}
#: Up to this many values a tuple is looked through faster than a set is hashed into.
_TUPLE_MAX = 2


@dataclass(frozen=True, slots=True)
class Known:
    """A fact whose value is known while source is generated, so that its atoms fold away."""

    fact: str
    value: Coded


class Joined(str):
    """Source of a conjunction or disjunction that still knows its parts, for folding."""

    __slots__ = ("parts", "word")
    word: str
    parts: tuple[str, ...]

    @classmethod
    def of(cls, word: str, parts: tuple[str, ...]) -> Joined:
        """Return the parts joined by `and` or `or`, in brackets."""
        made = cls(f"({f' {word} '.join(parts)})")
        made.word, made.parts = word, parts
        return made


def both(items: Iterable[str]) -> str:
    """Return source of a conjunction, folded."""
    return _joined(items, "and", nothing=TRUE, all_of_it=FALSE)


def either(items: Iterable[str]) -> str:
    """Return source of a disjunction, folded."""
    return _joined(items, "or", nothing=FALSE, all_of_it=TRUE)


def negated(item: str) -> str:
    """Return source of the opposite of a two-valued source."""
    if item in (TRUE, FALSE):
        return FALSE if item == TRUE else TRUE
    return f"(not {item})"


def conjuncts(item: str) -> tuple[str, ...]:
    """Return the parts of a conjunction, or the source itself."""
    return item.parts if isinstance(item, Joined) and item.word == "and" else (item,)


def _joined(items: Iterable[str], word: str, *, nothing: str, all_of_it: str) -> str:
    kept: dict[str, None] = {}
    for item in items:
        same = isinstance(item, Joined) and item.word == word
        for part in item.parts if same else (item,):  # type: ignore[attr-defined]  # a Joined
            kept[part] = None
    kept.pop(nothing, None)
    if all_of_it in kept:
        return all_of_it
    if not kept:
        return nothing
    return next(iter(kept)) if len(kept) == 1 else Joined.of(word, tuple(kept))


class ConditionWriter:
    """Writes conditions over named facts, one of which may be known."""

    def __init__(self, names: Names, known: Known | None = None) -> None:
        self._names = names
        self._known = known

    def true(self, condition: Condition) -> str:
        """Return source that is true exactly when the condition is TRUE."""
        return self._write(condition, wanted=True)

    def _write(self, condition: Condition, *, wanted: bool) -> str:
        match condition:
            case Always(value):
                return TRUE if value == wanted else FALSE
            case Not(item):
                return self._write(item, wanted=not wanted)
            case And(items) | Or(items):
                parts = (self._write(item, wanted=wanted) for item in items)
                return both(parts) if isinstance(condition, And) == wanted else either(parts)
            case _:
                return self._atom(condition, wanted=wanted)

    def _atom(self, atom: Atom, *, wanted: bool) -> str:
        match atom:
            case Compare(op, left, right):
                return self._compare(op if wanted else _OPPOSITE[op], left, right)
            case InList(operand, values):
                return self._in(operand, values, wanted=wanted)
            case Between(operand, low, high):
                return self._between(operand, low, high, wanted=wanted)
            case IsNull(operand):
                return self._null(operand, wanted=wanted)
            case Truth(operand):
                return self._truth(operand, wanted=wanted)
            case _:
                assert_never(atom)

    def _compare(self, op: CompareOp, left: Operand, right: Operand) -> str:
        if self._is_null(left) or self._is_null(right):
            return FALSE
        if isinstance(left, Const) and isinstance(right, FactRef):
            return self._compare(_turned(op), right, left)
        known = self._value(left)
        if known is not None and isinstance(right, Const) and op in ("=", "<>"):
            return TRUE if (known == right.value) == (op == "=") else FALSE
        # None equals no value, so an equality with a literal needs no guard.
        needs_guard = op != "=" or isinstance(right, FactRef)
        guards = [*self._guards(left, right)] if needs_guard else []
        return both([*guards, f"{self._of(left)} {_PYTHON[op]} {self._of(right)}"])

    def _in(self, operand: FactRef, values: tuple[Coded, ...], *, wanted: bool) -> str:
        if self._is_null(operand):
            return FALSE
        present = [value for value in dict.fromkeys(values) if value is not None]
        if not wanted and len(present) < len(set(values)):
            return FALSE  # NOT IN (…, NULL) is never true
        if not present:
            return FALSE if wanted else both(self._guards(operand))
        known = self._value(operand)
        if known is not None:
            return TRUE if (known in present) == wanted else FALSE
        if len(present) == 1:
            test = f"{self._of(operand)} {'==' if wanted else '!='} {literal(present[0])}"
        else:
            word = "in" if wanted else "not in"
            test = f"{self._of(operand)} {word} {_collection(present)}"
        return test if wanted else both([*self._guards(operand), test])

    def _between(self, operand: FactRef, low: Operand, high: Operand, *, wanted: bool) -> str:
        known = self._value(operand)
        if isinstance(low, Const) and isinstance(high, Const):
            bounds = low.value, high.value
            if isinstance(known, int) and all(isinstance(bound, int) for bound in bounds):
                inside = bounds[0] <= known <= bounds[1]  # type: ignore[operator]  # ints, above
                return TRUE if inside == wanted else FALSE
        if wanted and not any(self._is_null(bound) for bound in (operand, low, high)):
            span = f"{self._of(low)} <= {self._of(operand)} <= {self._of(high)}"
            return both([*self._guards(operand, low, high), span])
        ends = Compare(">=", operand, low), Compare("<=", operand, high)
        return self._write(And(ends), wanted=wanted)

    def _null(self, operand: FactRef, *, wanted: bool) -> str:
        if not self._names.nullable(operand.name):
            return negated(TRUE) if wanted else TRUE
        if self._known and self._known.fact == operand.name:
            return TRUE if (self._known.value is None) == wanted else FALSE
        return f"{self._of(operand)} {'is' if wanted else 'is not'} None"

    def _truth(self, operand: FactRef, *, wanted: bool) -> str:
        name = self._of(operand)
        if wanted:
            return name
        return f"{name} is False" if self._names.nullable(operand.name) else f"not {name}"

    def _guards(self, *operands: Operand) -> list[str]:
        facts = [operand for operand in operands if isinstance(operand, FactRef)]
        return [self._null(fact, wanted=False) for fact in facts]

    def _is_null(self, operand: Operand) -> bool:
        if isinstance(operand, Const):
            return operand.value is None
        return bool(self._known and self._known.fact == operand.name and self._known.value is None)

    def _value(self, operand: Operand) -> Coded:
        known = self._known
        if known and isinstance(operand, FactRef) and operand.name == known.fact:
            return known.value
        return None

    def _of(self, operand: Operand) -> str:
        if isinstance(operand, FactRef):
            return self._names.of(operand.name)
        return literal(operand.value)


def _turned(op: CompareOp) -> CompareOp:
    turned: dict[CompareOp, CompareOp] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    return turned.get(op, op)


def _collection(values: Sequence[Coded]) -> str:
    inside = ", ".join(literal(value) for value in values)
    return f"({inside})" if len(values) <= _TUPLE_MAX else f"{{{inside}}}"
