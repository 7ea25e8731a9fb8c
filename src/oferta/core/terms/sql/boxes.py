"""Clauses as boxes: for which values of each fact a clause is the first one that decides.

What conditions ask of one fact cuts its values into pieces, within which no condition changes its
mind. A box says for some facts which pieces will do, whatever the others are; a clause that
decides is a few of them, its exceptions taken out. A row is then placed by one look at each fact
instead of one test after another: see `lookups`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from oferta.core.terms.types import (
    Always,
    And,
    Atom,
    Between,
    Coded,
    Compare,
    Condition,
    Const,
    FactRef,
    InList,
    Kind,
    Not,
    Or,
    Type,
)
from oferta.core.terms.walk import atoms, operands
from oferta.core.terms.weighing import truth

#: A fact, or an atom that reads several of them and is looked at as a whole.
Key: TypeAlias = str | Atom
#: Pieces that will do, as bits, by what is looked at; what is not named may be anything.
Box: TypeAlias = dict[Key, int]

#: More ways than this through one clause are not worth telling apart.
WAYS_MAX = 200
#: Words of an enum that are looked up one by one, also those that no condition names.
FEW = 12
#: Stands for every word that no condition names.
OTHER = "\x00 any other word"
_WORDS = (Kind.ENUM, Kind.TEXT)


class TooManyWays(Exception):
    """A clause falls apart into more boxes than are worth looking up."""


@dataclass(slots=True)
class Domain:
    """The values of one fact, cut into pieces; each is told by one of its values."""

    kind: Kind
    #: Of numbers: the least value of every piece but the first, ascending.
    cuts: tuple[int, ...] = ()
    #: A value of each piece, null last.
    values: tuple[Coded, ...] = (True, False, None)
    #: Of words: there are no others.
    closed: bool = False

    @classmethod
    def of(cls, type_: Type, asking: Iterable[Atom]) -> Domain:
        """Return a fact's pieces as the atoms that ask for it cut them."""
        kind = type_.kind
        if kind is Kind.BOOLEAN:
            return cls(kind)
        named = dict.fromkeys(value for atom in asking for value in _named(atom))
        if kind in _WORDS:
            few = type_.values if len(type_.values) <= FEW else ()
            values = (*dict.fromkeys([*named, *few]), OTHER, None)
            return cls(kind, values=values, closed=bool(few))
        cuts = sorted(
            {cut for value in named if isinstance(value, int) for cut in (value, value + 1)}
        )
        first = cuts[0] - 1 if cuts else 0
        return cls(kind, tuple(cuts), (first, *cuts, None))


def _named(atom: Atom) -> Sequence[Coded]:
    match atom:
        case Compare(_, left, right):
            return [side.value for side in (left, right) if isinstance(side, Const)]
        case InList(_, values):
            return [value for value in values if value is not None]
        case Between(_, low, high):
            return [side.value for side in (low, high) if isinstance(side, Const)]
    return ()


@dataclass(slots=True)
class Space:
    """All that the conditions of one question look at."""

    domains: dict[Key, Domain] = field(default_factory=dict)
    _bits: dict[tuple[Atom, bool], int] = field(default_factory=dict)

    @classmethod
    def of(cls, conditions: Iterable[Condition]) -> Space:
        """Return the space that the conditions cut."""
        asking: dict[Key, dict[Atom, Type]] = {}
        for condition in conditions:
            for atom in atoms(condition):
                type_ = next(one.type for one in operands(atom) if isinstance(one, FactRef))
                asking.setdefault(key_of(atom), {})[atom] = type_
        domains: dict[Key, Domain] = {}
        for key, found in asking.items():
            if isinstance(key, str):
                domains[key] = Domain.of(next(iter(found.values())), found)
            else:
                domains[key] = Domain(Kind.BOOLEAN)
        return cls(domains)

    def ways(self, item: Condition, *, wanted: bool = True, lacks: bool = False) -> list[Box]:
        """Return the boxes in which a condition is `wanted`, or in which it is not (`lacks`).

        Raises:
            TooManyWays: there are too many.
        """
        match item:
            case Always(value):
                return [{}] if (value == wanted) != lacks else []
            case Not(inner):
                return self.ways(inner, wanted=not wanted, lacks=lacks)
            case And(items) | Or(items):
                found = [self.ways(one, wanted=wanted, lacks=lacks) for one in items]
                return both(found) if (isinstance(item, And) == wanted) != lacks else either(found)
            case _:
                key, whole = key_of(item), (1 << len(self.domains[key_of(item)].values)) - 1
                bits = self._true(item, wanted=wanted)
                bits = whole & ~bits if lacks else bits
                return [] if not bits else [{}] if bits == whole else [{key: bits}]

    def _true(self, atom: Atom, *, wanted: bool) -> int:
        """Return the pieces in which an atom is `wanted`."""
        if (atom, wanted) not in self._bits:
            key = key_of(atom)
            told: Callable[[Coded], Coded] = (
                (lambda value: truth(atom, {key: value})) if isinstance(key, str) else _itself
            )
            values = self.domains[key].values
            self._bits[atom, wanted] = sum(
                1 << place for place, value in enumerate(values) if told(value) is wanted
            )
        return self._bits[atom, wanted]


def _itself(value: Coded) -> Coded:
    """Return the piece of an atom that is looked at as a whole: it is its truth."""
    return value


def key_of(atom: Atom) -> Key:
    """Return what an atom looks at."""
    named = {side.name for side in operands(atom) if isinstance(side, FactRef)}
    return next(iter(named)) if len(named) == 1 else atom


def both(found: Iterable[list[Box]]) -> list[Box]:
    """Return the boxes that are in one of each."""
    made: list[Box] = [{}]
    for some in found:
        met = (_met(one, other) for one in made for other in some)
        made = fewer([box for box in met if box is not None])
    return made


def either(found: Iterable[list[Box]]) -> list[Box]:
    """Return the boxes that are in any."""
    return fewer([box for some in found for box in some])


def fewer(boxes: list[Box]) -> list[Box]:
    """Return boxes that hold the same, those left out that others hold, neighbours joined.

    Raises:
        TooManyWays: there are too many.
    """
    if len(boxes) > WAYS_MAX:
        raise TooManyWays
    left: list[Box] = []
    waiting = list(boxes)
    while waiting:
        box = waiting.pop(0)
        if any(inside(box, other) for other in left):
            continue
        left = [other for other in left if not inside(other, box)]
        for other in left:
            joined = _joined(box, other)
            if joined is not None:
                left.remove(other)
                waiting.insert(0, joined)
                break
        else:
            left.append(box)
    return left


def inside(box: Box, other: Box) -> bool:
    """Tell whether a box lies in another."""
    return all(key in box and not box[key] & ~bits for key, bits in other.items())


def _met(one: Box, other: Box) -> Box | None:
    found = dict(one)
    for key, bits in other.items():
        found[key] = found.get(key, -1) & bits
        if not found[key]:
            return None
    return found


def _joined(one: Box, other: Box) -> Box | None:
    """Return one box for two that differ in one fact."""
    if one.keys() != other.keys():
        return None
    apart = [key for key, bits in one.items() if bits != other[key]]
    return {**one, apart[0]: one[apart[0]] | other[apart[0]]} if len(apart) == 1 else None
