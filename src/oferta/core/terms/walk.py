"""Which facts conditions and expressions read."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from oferta.core.terms.types import (
    AddDays,
    AddMonths,
    And,
    Between,
    Binary,
    Choose,
    Compare,
    DateOf,
    DaysBetween,
    Elapsed,
    FactRef,
    InList,
    IsNull,
    Negate,
    Not,
    Or,
    Pick,
    Rounded,
    Truth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from oferta.core.terms.types import Atom, Condition, Counting, Derived, Expression, Operand


def atoms(condition: Condition) -> Iterator[Atom]:
    """Yield the atoms of a condition from left to right."""
    match condition:
        case And(items) | Or(items):
            for item in items:
                yield from atoms(item)
        case Not(item):
            yield from atoms(item)
        case Compare() | InList() | Between() | IsNull() | Truth():
            yield condition
        case _:
            return


def operands(atom: Atom) -> tuple[Operand, ...]:
    """Return what an atom holds against each other."""
    match atom:
        case Compare(_, left, right):
            return left, right
        case Between(operand, low, high):
            return operand, low, high
        case InList(operand, _) | IsNull(operand) | Truth(operand):
            return (operand,)
        case _:
            assert_never(atom)


def facts_of_condition(condition: Condition) -> Iterator[str]:
    """Yield the facts, raw or derived, that a condition names."""
    for atom in atoms(condition):
        yield from (side.name for side in operands(atom) if isinstance(side, FactRef))


def parts(expression: Expression) -> tuple[Expression, ...]:  # noqa: PLR0911 - a case per node
    """Return the expressions directly inside an expression."""
    match expression:
        case Binary(_, left, right, _):
            return left, right
        case Negate(item, _) | Rounded(_, item, _, _):
            return (item,)
        case Pick(_, items, _):
            return items
        case DaysBetween(start, end, _, _) | Elapsed(start, end, _):
            return start, end
        case AddDays(start, number, _, _) | AddMonths(start, number, _):
            return start, number
        case DateOf(moment, _, _):
            return (moment,)
        case Choose(on, cases, _):
            return on, *(case for _, case in cases)
        case _:
            return ()


def inside(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and everything in it."""
    yield expression
    for part in parts(expression):
        yield from inside(part)


def facts_of(expression: Expression, countings: Mapping[str, Counting]) -> Iterator[str]:
    """Yield the facts that an expression names, the facts of time zones included."""
    if isinstance(expression, FactRef):
        yield expression.name
    if isinstance(expression, DaysBetween | AddDays | DateOf):
        counting = countings[expression.counting]
        if counting.time_zone_is_fact:
            yield counting.time_zone
    for part in parts(expression):
        yield from facts_of(part, countings)


def derived_in_order(
    wanted: Iterable[str], derived: Mapping[str, Derived], countings: Mapping[str, Counting]
) -> list[str]:
    """Return the derived facts among `wanted` and those they rest on, each after its own."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in derived and name not in order:
            for inner in facts_of(derived[name].expression, countings):
                visit(inner)
            order[name] = None

    needed = set(wanted)
    # By name: an edition lists its derived facts in no order that means anything.
    for name in sorted(needed):
        visit(name)
    return list(order)
