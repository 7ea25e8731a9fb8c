"""Everything that an explanation looks at: the clauses, the facts, the verdict of the mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oferta.core.terms.defeats import Defeats
from oferta.core.terms.errors import UnknownEdition
from oferta.core.terms.figures import with_derived
from oferta.core.terms.lexicon import Lexicon, lexicon
from oferta.core.terms.walk import facts_of, facts_of_condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oferta.core.terms.defeats import Verdict
    from oferta.core.terms.errors import Stopped
    from oferta.core.terms.types import Clause, Coded, Decided, Edition, Pack, Question
    from oferta.kernel.i18n import Language


@dataclass(frozen=True, slots=True)
class Case:
    """One case that was decided or stopped, in the words of one language."""

    terms: Lexicon
    question: Question
    #: Of the question, in published order.
    clauses: tuple[Clause, ...]
    #: Coded, raw and derived.
    facts: dict[str, Coded]
    #: Coded day of the event.
    day: int
    mask: int
    graph: Defeats
    verdict: Verdict
    decided: Decided | None
    stopped: Stopped | None

    @property
    def decided_by(self) -> tuple[str, ...]:
        """The clauses that decided; empty if the case was stopped."""
        return self.decided.decided_by if self.decided else ()

    def applied(self, index: int) -> bool:
        """Return whether the clause at `index` was in force and held."""
        return bool(self.mask >> index & 1)

    def deciding_with(self, clause: Clause) -> tuple[str, ...]:
        """Return the clauses that would decide, had this one applied too."""
        bit = 1 << self.clauses.index(clause)
        return self.graph.verdict(self.mask | bit).deciding

    def in_force(self, clause: Clause) -> bool:
        """Return whether the clause was in force on the day of the event."""
        start, through = clause.in_force.start, clause.in_force.through
        return (start is None or start <= self.day) and (through is None or self.day <= through)


def decided_case(pack: Pack, decided: Decided, language: Language) -> Case:
    """Return the case behind a decision.

    Raises:
        UnknownEdition: the pack has no such edition.
    """
    terms = lexicon(pack, edition_of(pack, decided.edition), language)
    clauses = clauses_of(terms.edition, decided.question)
    graph = Defeats(pack.name, clauses)
    return Case(
        terms=terms,
        question=pack.questions[decided.question],
        clauses=clauses,
        facts=_facts(terms.edition, pack.questions[decided.question], clauses, decided.facts),
        day=decided.day,
        mask=decided.mask,
        graph=graph,
        verdict=graph.verdict(decided.mask),
        decided=decided,
        stopped=None,
    )


def stopped_case(
    pack: Pack, stopped: Stopped, facts: Mapping[str, Coded], day: int, language: Language
) -> Case:
    """Return the case that was stopped.

    Raises:
        UnknownEdition: the pack has no such edition.
    """
    terms = lexicon(pack, edition_of(pack, stopped.edition), language)
    clauses = clauses_of(terms.edition, stopped.question)
    graph = Defeats(pack.name, clauses)
    return Case(
        terms=terms,
        question=pack.questions[stopped.question],
        clauses=clauses,
        facts=_facts(terms.edition, pack.questions[stopped.question], clauses, facts),
        day=day,
        mask=stopped.mask,
        graph=graph,
        verdict=graph.verdict(stopped.mask),
        decided=None,
        stopped=stopped,
    )


def edition_of(pack: Pack, edition: str) -> Edition:
    """Return the edition of an id.

    Raises:
        UnknownEdition: the pack has no such edition.
    """
    for one in pack.editions:
        if one.id == edition:
            return one
    raise UnknownEdition(pack=pack.name, edition=edition, known=[one.id for one in pack.editions])


def clauses_of(edition: Edition, question: str) -> tuple[Clause, ...]:
    """Return the clauses of a question: their places are the bits of a mask."""
    return tuple(clause for clause in edition.clauses.values() if clause.question == question)


def facts_named(edition: Edition, clause: Clause) -> Iterator[str]:
    """Yield the facts that a clause looks at: in its condition, then in its outcome."""
    yield from facts_of_condition(clause.when)
    for then in clause.then:
        yield from facts_of(then.expression, edition.countings)


def _facts(
    edition: Edition,
    question: Question,
    clauses: tuple[Clause, ...],
    given: Mapping[str, Coded],
) -> dict[str, Coded]:
    wanted = {name for clause in clauses for name in facts_named(edition, clause)}
    return with_derived(edition, given, sorted({*wanted, question.day}))
