"""Partial evaluation: one function per class of values of the most telling fact.

Terms list category codes at length: thirty clauses ask the same fact of a payment again and
again. All values that no clause can tell apart form a class; for each class the atoms on that
fact fold away, and one dictionary look-up chooses the function.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oferta.core.terms.codegen_conditions import Known
from oferta.core.terms.types import Between, Compare, Const, FactRef, InList, IsNull, Kind
from oferta.core.terms.walk import atoms, facts_of_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from oferta.core.terms.subject import Subject
    from oferta.core.terms.types import Atom, Coded, Condition

_KINDS = (Kind.ENUM, Kind.TEXT, Kind.INTEGER)
#: Fewer atoms than this do not pay for the look-up and the second call.
_ATOMS_MIN = 5
#: Each class costs about a millisecond to compile.
_CLASSES_MAX = 48
#: Bounds the table that a wide BETWEEN would fill.
_VALUES_MAX = 8192


@dataclass(frozen=True, slots=True)
class Split:
    """Values of one fact in classes that no clause tells apart; class 0 is every other value."""

    fact: str
    #: Class of each value that an atom names.
    class_of: dict[Coded, int]
    #: One value of each class.
    known: tuple[Known, ...]


def split(subject: Subject) -> Split | None:
    """Return how to specialise a question, or None where it would not pay."""
    found: Counter[str] = Counter()
    barred: set[str] = set()
    for clause in subject.clauses:
        for atom in atoms(clause.when):
            fact = _telling(atom)
            if fact is None:
                barred.update(facts_of_condition(atom))
            else:
                found[fact] += 1
    for fact, count in found.most_common():
        if count < _ATOMS_MIN:
            return None
        if fact not in barred and fact in subject.pack.facts and fact in subject.names.raw:
            made = _classes(subject, fact)
            if made is not None:
                return made
    return None


def _telling(atom: Atom) -> str | None:
    """Return the fact whose value alone decides the atom, if a table can hold it."""
    match atom:
        case Compare("=" | "<>", FactRef(name, kind), Const()) if kind.kind in _KINDS:
            return name
        case Compare("=" | "<>", Const(), FactRef(name, kind)) if kind.kind in _KINDS:
            return name
        case InList(FactRef(name, kind), _) if kind.kind in _KINDS:
            return name
        case Between(FactRef(name, kind), Const(), Const()) if kind.kind is Kind.INTEGER:
            return name
        case IsNull(FactRef(name, kind)) if kind.kind in _KINDS:
            return name
        case _:
            return None


def _classes(subject: Subject, fact: str) -> Split | None:
    vectors: dict[Coded, int] = {}
    conditions = [clause.when for clause in subject.clauses]
    for place, atom in enumerate(_atoms_on(fact, conditions)):
        for value in _values(atom):
            vectors[value] = vectors.get(value, 0) | 1 << place
        if len(vectors) > _VALUES_MAX:
            return None
    if subject.names.nullable(fact):
        vectors[None] = -1  # a class of its own
    else:
        vectors.pop(None, None)
    number = {vector: place for place, vector in enumerate(dict.fromkeys(vectors.values()), 1)}
    if len(number) >= _CLASSES_MAX:
        return None
    class_of = {value: number[vector] for value, vector in vectors.items()}
    one = {place: value for value, place in reversed(class_of.items())}
    other = _another(fact, vectors)
    known = [Known(fact, other), *(Known(fact, one[place]) for place in sorted(one))]
    return Split(fact, class_of, tuple(known))


def _atoms_on(fact: str, conditions: Iterable[Condition]) -> Iterator[Atom]:
    for condition in conditions:
        for atom in atoms(condition):
            if fact in facts_of_condition(atom):
                yield atom


def _values(atom: Atom) -> Iterable[Coded]:
    match atom:
        case Compare(_, Const(value), _) | Compare(_, _, Const(value)):
            return (value,)
        case InList(_, values):
            return values
        case Between(_, Const(low), Const(high)) if isinstance(low, int) and isinstance(high, int):
            return range(low, min(high, low + _VALUES_MAX) + 1)
        case _:
            return ()


def _another(fact: str, named: Iterable[Coded]) -> Coded:
    """Return a value that no atom names."""
    numbers = [value for value in named if type(value) is int]
    if numbers:
        return max(numbers) + 1
    return f"any other {fact}" + "".join(value for value in named if isinstance(value, str))
