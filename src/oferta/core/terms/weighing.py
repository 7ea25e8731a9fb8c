"""Weighing a condition atom by atom: what held, what failed, and how near it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

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
    from collections.abc import Mapping

    from oferta.core.terms.types import Atom, Coded, CompareOp, Condition, Operand

    Facts = Mapping[str, Coded]


def truth(condition: Condition, facts: Facts) -> bool | None:
    """Return what SQL makes of the condition on these facts (raw and derived); None is UNKNOWN."""
    match condition:
        case Always(value):
            return value
        case Not(item):
            held = truth(item, facts)
            return None if held is None else not held
        case And(items):
            found = [truth(item, facts) for item in items]
            return False if False in found else None if None in found else True
        case Or(items):
            found = [truth(item, facts) for item in items]
            return True if True in found else None if None in found else False
        case _:
            return _atom(condition, facts)


def _atom(atom: Atom, facts: Facts) -> bool | None:
    match atom:
        case IsNull(operand):
            return facts[operand.name] is None
        case Truth(operand):
            return _boolean(facts[operand.name])
        case Compare(op, left, right):
            return _compare(op, _value(left, facts), _value(right, facts))
        case InList(operand, values):
            value = facts[operand.name]
            return None if value is None else value in values
        case Between(operand, low, high):
            above = _compare(">=", facts[operand.name], _value(low, facts))
            below = _compare("<=", facts[operand.name], _value(high, facts))
            return False if False in (above, below) else None if None in (above, below) else True
        case _:
            assert_never(atom)


def _value(operand: Operand, facts: Facts) -> Coded:
    return operand.value if isinstance(operand, Const) else facts[operand.name]


def _boolean(value: Coded) -> bool | None:
    return None if value is None else bool(value)


def _compare(op: CompareOp, left: Coded, right: Coded) -> bool | None:
    if left is None or right is None:
        return None
    if op in ("=", "<>"):
        return (left == right) is (op == "=")
    first, second = int(left), int(right)
    match op:
        case "<":
            return first < second
        case "<=":
            return first <= second
        case ">":
            return first > second
        case _:
            return first >= second


def failures(condition: Condition, facts: Facts) -> tuple[Condition, ...]:
    """Return the parts that kept the condition from being true, each as it would have to read.

    A conjunction fails on its parts; a disjunction fails whole, because any part would have done.
    """
    if truth(condition, facts) is True:
        return ()
    match condition:
        case And(items):
            return tuple(part for item in items for part in failures(item, facts))
        case Not(Not(item)):
            return failures(item, facts)
        case Not(Or(items)):
            return tuple(part for item in items for part in failures(Not(item), facts))
        case _:
            return (condition,)


def reasons(condition: Condition, facts: Facts) -> tuple[Condition, ...]:
    """Return the parts that made the condition true; of a disjunction only what held of it."""
    match condition:
        case And(items):
            return tuple(part for item in items for part in reasons(item, facts))
        case Or(items):
            held = next((item for item in items if truth(item, facts) is True), condition)
            return (condition,) if held is condition else reasons(held, facts)
        case _:
            return (condition,)


def distance(condition: Condition, facts: Facts, *, wanted: bool = True) -> int:
    """Return the least number of atoms that would have to turn out otherwise."""
    match condition:
        case Not(item):
            return distance(item, facts, wanted=not wanted)
        case And(items) | Or(items):
            each = [distance(item, facts, wanted=wanted) for item in items]
            return sum(each) if isinstance(condition, And) is wanted else min(each)
        case Always(value):
            return 0 if value is wanted else _NEVER
        case _:
            return 0 if truth(condition, facts) is wanted else 1


#: Further than any condition can be: a constant cannot turn out otherwise.
_NEVER = 1_000_000


def without_guards(items: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Leave out "x is known" beside what says more of x: authors write it for the machine."""
    said = {fact for item in items for fact in _facts_that_must_be_known(item)}
    return tuple(
        item
        for item in items
        if not (isinstance(item, Not) and isinstance(item.item, IsNull))
        or item.item.operand.name not in said
    )


def _facts_that_must_be_known(item: Condition) -> tuple[str, ...]:
    match item:
        case Compare(op, left, right) if op != "<>":
            return tuple(side.name for side in (left, right) if isinstance(side, FactRef))
        case InList(operand) | Between(operand) | Truth(operand):
            return (operand.name,)
        case _:
            return ()
