"""One question of one edition, as whoever writes code for it needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oferta.core.terms.codegen_names import Names
from oferta.core.terms.defeats import Defeats
from oferta.core.terms.walk import derived_in_order, facts_of, facts_of_condition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oferta.core.terms.types import Clause, Edition, Limit, Pack, Question


class Subject:
    """One question of one edition, made ready for writing source."""

    def __init__(self, pack: Pack, edition: Edition, question: Question) -> None:
        self.pack = pack
        self.edition = edition
        self.question = question
        self.clauses: list[Clause] = [
            clause for clause in edition.clauses.values() if clause.question == question.name
        ]
        self.limits: list[Limit] = [
            limit for limit in edition.limits.values() if limit.question == question.name
        ]
        used = (limit.used for limit in self.limits)
        self.raw: tuple[str, ...] = tuple(dict.fromkeys((*question.facts, *used)))
        self.graph = Defeats(pack.name, self.clauses)
        #: Derived facts that clauses rest on, then those that only the day does.
        self.read = self.derived_for(self._named())
        self.derived = list(dict.fromkeys((*self.read, *self.derived_for([question.day]))))
        self.names = Names(self.raw, self.derived, self._nullable())

    def derived_for(self, facts: Iterable[str]) -> list[str]:
        """Return the derived facts that `facts` rest on, in the order of computing."""
        return derived_in_order(facts, self.edition.derived, self.edition.countings)

    def raw_behind(self, fact: str) -> frozenset[str]:
        """Return the raw facts that a fact rests on, itself if it is raw."""
        derived = self.edition.derived.get(fact)
        return frozenset(derived.reads) if derived else frozenset({fact})

    def facts_of_outcome(self, clause: Clause) -> list[str]:
        """Return the facts, raw or derived, that the outcome of a clause reads."""
        countings = self.edition.countings
        return [name for then in clause.then for name in facts_of(then.expression, countings)]

    def _named(self) -> Iterable[str]:
        for clause in self.clauses:
            yield from facts_of_condition(clause.when)
            yield from self.facts_of_outcome(clause)

    def _nullable(self) -> dict[str, bool]:
        facts = self.pack.facts
        found = {name: name in facts and facts[name].type.nullable for name in self.raw}
        for name in self.derived:
            found[name] = any(found[read] for read in self.edition.derived[name].reads)
        return found
