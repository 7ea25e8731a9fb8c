"""The cited trace of a mask: which clauses applied, what became of them, their words.

It depends on the edition, the language and the mask alone, so it is rendered once and then found
by one look in a dictionary; `explain` adds what depends on the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from oferta.core.terms.explanation import Card, Note, Role
from oferta.core.terms.lexicon import Lexicon, lexicon
from oferta.core.terms.sentences import sentence
from oferta.core.terms.types import Window

if TYPE_CHECKING:
    from oferta.core.terms.defeats import Defeats, Verdict
    from oferta.core.terms.program import Program
    from oferta.core.terms.types import Clause, Counting, Edition, Limit, NamedValue
    from oferta.kernel.i18n import Language

#: Remembered traces of one question and language; then they are forgotten together.
TRACES_MAX = 65_536


@dataclass(frozen=True, slots=True)
class Cited:
    """A clause that applied: its card and what became of it."""

    card: Card
    role: Role
    said: str
    by: tuple[str, ...]
    set_aside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Every clause that applied, those that decide first."""

    pack: str
    edition: str
    digest: str
    question: str
    language: Language
    mask: int
    #: Under `max` and `min` the figures pick one of these.
    deciding: tuple[str, ...]
    cited: tuple[Cited, ...]


class Traces(dict[int, Trace]):
    """Traces by mask, each made when it is first asked for."""

    def __init__(self, terms: Lexicon, question: str, graph: Defeats) -> None:
        super().__init__()
        self._terms, self._question, self._graph = terms, question, graph

    def __missing__(self, mask: int) -> Trace:
        if len(self) >= TRACES_MAX:
            self.clear()
        found = self._made(mask)
        self[mask] = found
        return found

    def _made(self, mask: int) -> Trace:
        verdict, edition = self._graph.verdict(mask), self._terms.edition
        cited = [cite(self._terms, edition.clauses[name], verdict) for name in verdict.applied]
        return Trace(
            pack=self._terms.pack.name,
            edition=edition.id,
            digest=edition.digest,
            question=self._question,
            language=self._terms.language,
            mask=mask,
            deciding=verdict.deciding,
            cited=tuple(sorted(cited, key=lambda one: one.role is not Role.DECIDED)),
        )


def traces(program: Program, language: Language) -> Traces:
    """Return the traces of a program in a language: `traces(program, "en")[mask]`."""
    return _traces(program, language)


@lru_cache(maxsize=64)
def _traces(program: Program, language: Language) -> Traces:
    asked = program.asked
    terms = lexicon(asked.pack, asked.edition, language)
    return Traces(terms, asked.question.name, asked.graph)


def trace(program: Program, mask: int, language: Language) -> Trace:
    """Return the cited trace of one mask."""
    return traces(program, language)[mask]


def cite(terms: Lexicon, clause: Clause, verdict: Verdict) -> Cited:
    """Return a clause that applied, with what became of it."""
    say = terms.words.say
    card = card_of(terms, clause)
    set_aside = tuple(
        name for name in clause.defeats if clause.id in verdict.defeated.get(name, ())
    )
    if clause.id in verdict.defeated:
        by = verdict.defeated[clause.id]
        said = terms.words.count("role.defeated", len(by), by=terms.titles(by))
        return Cited(card, Role.DEFEATED, said, by, ())
    if clause.then:
        return Cited(card, Role.DECIDED, say("role.decided"), (), set_aside)
    if set_aside:
        said = say("role.lifted", targets=terms.titles(set_aside))
        return Cited(card, Role.LIFTED, said, (), set_aside)
    return Cited(card, Role.IDLE, say("role.idle"), (), ())


def card_of(terms: Lexicon, clause: Clause) -> Card:
    """Return what is always said of a clause, rendered once."""
    found = terms.cards.get(clause.id)
    if found is None:
        text = terms.text(clause.id)
        found = terms.cards[clause.id] = Card(
            id=clause.id,
            title=text.title if text else clause.id,
            words=text.body if text else "",
            condition=sentence(clause.when, terms),
            window="" if clause.in_force == Window() else terms.window(clause.in_force),
            cites=clause.cites,
            notes=notes_of(clause, terms.language),
        )
    return found


def notes_of(
    source: Clause | Limit | NamedValue | Counting | Edition, language: Language
) -> tuple[Note, ...]:
    """Return the choices that a part of an edition settles, in one language."""
    return tuple(Note(choice.requirement, choice.note[language]) for choice in source.settles)
