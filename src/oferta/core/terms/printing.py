"""An edition as it can be read: every clause with its words, and its condition as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oferta.core.terms.case import clauses_of
from oferta.core.terms.explanation import Note
from oferta.core.terms.lexicon import Lexicon, field_type, lexicon
from oferta.core.terms.steps import formula
from oferta.core.terms.traces import card_of, notes_of
from oferta.core.terms.writing import show_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oferta.core.terms.types import Clause, Edition, Limit, Pack, Question
    from oferta.kernel.i18n import Language


@dataclass(frozen=True, slots=True)
class OutcomePrinted:
    """One field of a clause's outcome in words."""

    field: str
    label: str
    formula: str


@dataclass(frozen=True, slots=True)
class ClausePrinted:
    """A clause for a reader."""

    id: str
    title: str
    words: str
    condition: str
    outcome: tuple[OutcomePrinted, ...]
    #: Clauses that it takes precedence over.
    defeats: tuple[str, ...]
    window: str
    cites: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class LimitPrinted:
    """A limit for a reader."""

    id: str
    label: str
    words: str
    field: str
    at_most: str
    period: str
    per: tuple[str, ...]
    window: str
    cites: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class QuestionPrinted:
    """A question with its clauses and limits in published order."""

    name: str
    label: str
    clauses: tuple[ClausePrinted, ...]
    limits: tuple[LimitPrinted, ...]


def printed(pack: Pack, edition: Edition, language: Language) -> tuple[QuestionPrinted, ...]:
    """Return the whole edition in the words of one language."""
    terms = lexicon(pack, edition, language)
    return tuple(_question(terms, question) for question in pack.questions.values())


def _question(terms: Lexicon, question: Question) -> QuestionPrinted:
    labels = {field.name: field.label[terms.language] for field in question.answer}
    limits = [limit for limit in terms.edition.limits.values() if limit.question == question.name]
    return QuestionPrinted(
        name=question.name,
        label=question.label[terms.language],
        clauses=tuple(
            _clause(terms, clause, labels) for clause in clauses_of(terms.edition, question.name)
        ),
        limits=tuple(_limit(terms, question, limit) for limit in limits),
    )


def _clause(terms: Lexicon, clause: Clause, labels: Mapping[str, str]) -> ClausePrinted:
    card = card_of(terms, clause)
    return ClausePrinted(
        id=card.id,
        title=card.title,
        words=card.words,
        condition=card.condition,
        outcome=tuple(
            OutcomePrinted(then.field, labels[then.field], formula(then.expression, terms, labels))
            for then in clause.then
        ),
        defeats=clause.defeats,
        window=card.window,
        cites=card.cites,
        notes=card.notes,
    )


def _limit(terms: Lexicon, question: Question, limit: Limit) -> LimitPrinted:
    text, most = terms.text(limit.id), limit.at_most.value
    if limit.kind == "count":
        at_most = show_count(int(most or 0), terms.language)
    else:
        at_most = terms.show(most, field_type(question, limit.field))
    return LimitPrinted(
        id=limit.id,
        label=limit.label[terms.language],
        words=text.body if text else "",
        field=limit.field,
        at_most=at_most,
        period=terms.words.say(f"limit.{limit.period}"),
        per=tuple(terms.label(name) for name in limit.per),
        window=terms.window(limit.window if limit.period == "campaign" else limit.in_force),
        cites=limit.cites,
        notes=notes_of(limit, terms.language),
    )
