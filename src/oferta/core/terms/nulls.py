"""Which nulls a condition lets through: exact over nullness, free over everything else.

Every way in which the nullable facts of a condition can be null is tried. An atom that reads a
null is unknown (`IS NULL` is not), any other atom may be true or false. What is left of a
condition is the set of truth values it can have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from oferta.core.terms.types import (
    Always,
    And,
    Condition,
    FactRef,
    IsNull,
    Not,
    Operand,
    Or,
)
from oferta.core.terms.walk import facts_of_condition, operands

TRUE, FALSE, UNKNOWN = "true", "false", "unknown"
Truths = frozenset[str]

_FREE: Truths = frozenset({TRUE, FALSE})
_TURNED = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN}

#: Two to this power of cases are tried; a condition on more nullable facts is split by its author.
NULLABLE_MAX = 12

#: Which raw nullable facts make a fact null: itself, or for a derived one what it reads.
Sources = Mapping[str, frozenset[str]]


def nullable_of(condition: Condition, sources: Sources) -> tuple[str, ...]:
    """Return the raw facts whose null the condition could meet, in the order met."""
    names: dict[str, None] = {}
    for fact in facts_of_condition(condition):
        names.update(dict.fromkeys(sorted(sources.get(fact, frozenset()))))
    return tuple(names)


def unknown_when(condition: Condition, sources: Sources) -> tuple[str, ...] | None:
    """Return the fewest facts whose being null can make the condition unknown; None: never."""
    worst: tuple[str, ...] | None = None
    for nulls in _cases(nullable_of(condition, sources)):
        if worst is not None and len(nulls) >= len(worst):
            continue
        if UNKNOWN in _truths(condition, frozenset(nulls), sources):
            worst = nulls
    return worst


def rules_out_null(condition: Condition, fact: str, sources: Sources) -> bool:
    """Tell whether the condition is never true while the raw fact `fact` is null."""
    names = nullable_of(condition, sources)
    if fact not in names:
        return TRUE not in _truths(condition, frozenset(), sources)
    return not any(
        TRUE in _truths(condition, frozenset(nulls), sources)
        for nulls in _cases(names)
        if fact in nulls
    )


def _cases(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for chosen in product((False, True), repeat=len(names)):
        yield tuple(name for name, is_null in zip(names, chosen, strict=True) if is_null)


def _truths(condition: Condition, nulls: frozenset[str], sources: Sources) -> Truths:
    match condition:
        case Always(value=value):
            return frozenset({TRUE if value else FALSE})
        case Not(item=item):
            return frozenset(_TURNED[truth] for truth in _truths(item, nulls, sources))
        case And(items=items):
            return _joined([_truths(item, nulls, sources) for item in items], FALSE, TRUE)
        case Or(items=items):
            return _joined([_truths(item, nulls, sources) for item in items], TRUE, FALSE)
        case IsNull(operand=operand):
            return frozenset({TRUE if _is_null(operand, nulls, sources) else FALSE})
        case _:
            return _atom_truths(operands(condition), nulls, sources)


def _atom_truths(operands: Iterable[Operand], nulls: frozenset[str], sources: Sources) -> Truths:
    facts = [part for part in operands if isinstance(part, FactRef)]
    if not any(_is_null(fact, nulls, sources) for fact in facts):
        return _FREE
    # `x BETWEEN low AND NULL` is false where x is below low, so it need not be unknown.
    return frozenset({UNKNOWN, FALSE}) if len(facts) > 1 else frozenset({UNKNOWN})


def _is_null(fact: FactRef, nulls: frozenset[str], sources: Sources) -> bool:
    return not nulls.isdisjoint(sources.get(fact.name, frozenset()))


def _joined(parts: list[Truths], ruling: str, other: str) -> Truths:
    """Join as AND does with ruling FALSE, as OR does with ruling TRUE."""
    found = frozenset({other})
    for part in parts:
        found = frozenset(_pair(left, right, ruling, other) for left in found for right in part)
    return found


def _pair(left: str, right: str, ruling: str, other: str) -> str:
    if ruling in (left, right):
        return ruling
    return other if left == right == other else UNKNOWN
