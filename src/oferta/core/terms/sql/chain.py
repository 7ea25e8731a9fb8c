"""The first clause that decides, as a CASE that stops there.

Under `combine: one` the order of defeats makes most other clauses needless to ask: once a clause
is known to decide, those that it defeats cannot, and those that decide the same change nothing.
Only a clause that might decide something else beside it is still weighed on every row, to find
conflicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from oferta.core.terms.sql.deciding import in_order
from oferta.core.terms.sql.exclusive import Room
from oferta.core.terms.sql.layers import Layers
from oferta.core.terms.sql.limits import within
from oferta.core.terms.sql.numbers import Num
from oferta.core.terms.sql.query import GAP
from oferta.core.terms.sql.tested import Tests
from oferta.core.terms.sql.writing import both, case, either, is_true, literal, negated
from oferta.core.terms.subject import Subject


def contested(subject: Subject) -> set[int]:
    """Return the clauses that might decide something else beside one before them in the chain.

    So might a clause that a limit names, for a limit counts it also beside another.
    """
    deciders = in_order(subject)
    rooms = {index: Room.of(subject.clauses[index]) for index in deciders}
    limited = {name for limit in subject.limits for name in limit.clauses}
    found = {index for index in deciders if subject.clauses[index].id in limited}
    for place, later in enumerate(deciders):
        against = set(subject.graph.defeaters[later])
        for first in deciders[:place]:
            if first in against or _alike(subject, first, later):
                continue
            if not rooms[first].apart(rooms[later]):
                found.add(later)
                break
    return found


def behind(subject: Subject, wanted: Iterable[int]) -> set[int]:
    """Return the clauses on which it rests whether `wanted` ones are defeated, and these."""
    found: set[int] = set()
    waiting = list(wanted)
    while waiting:
        index = waiting.pop()
        if index not in found:
            found.add(index)
            waiting += subject.graph.defeaters[index]
    return found


def _alike(subject: Subject, one: int, other: int) -> bool:
    first, second = subject.clauses[one].then, subject.clauses[other].then
    return [then.expression for then in first] == [then.expression for then in second]


@dataclass(slots=True)
class Chain:
    """Writes the CASE of one question."""

    subject: Subject
    layers: Layers
    tests: Tests
    day: Num
    #: Of clauses that only lift and are themselves lifted: whether they are live.
    _lifting: dict[int, exp.Expr] = field(default_factory=dict)

    def first(self) -> exp.Column:
        """Return the index of the first clause that decides; below zero, there is none."""
        branches = []
        other = literal(-GAP)
        for index in in_order(self.subject):
            test = both([self._holds(index), *(self._lifted(by) for by in self._lifts(index))])
            if test == exp.true():
                other = literal(index)
                break
            if test != exp.false():
                branches.append((test, literal(index)))
        return self.layers.keep(case(branches, other))

    def _lifts(self, index: int) -> list[int]:
        """Return the clauses without an outcome that defeat one; the others were asked before."""
        found = self.subject.graph.defeaters[index]
        return [by for by in found if not self.subject.clauses[by].then]

    def _holds(self, index: int) -> exp.Expr:
        clause = self.subject.clauses[index]
        return both([within(self.day, clause.in_force), self.tests.holds(clause.when)])

    def _lifted(self, index: int) -> exp.Expr:
        """Return what is TRUE when a clause that only lifts does not do so."""
        against = self._lifts(index)
        if against:
            if index not in self._lifting:
                live = both([self._holds(index), *(self._lifted(by) for by in against)])
                self._lifting[index] = self.layers.keep(is_true(live))
            return negated(self._lifting[index].copy())
        clause = self.subject.clauses[index]
        days = within(self.day, clause.in_force)
        outside = exp.false() if days == exp.true() else negated(days)
        return either([outside, self.tests.lacks(clause.when)])
