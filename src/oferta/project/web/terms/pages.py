"""What the pages of the terms show, made from the edition alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from oferta.core.terms import shelf
from oferta.core.terms.appendix import appendix
from oferta.core.terms.errors import TermsError
from oferta.core.terms.facts import question_facts
from oferta.core.terms.lexicon import Lexicon, lexicon
from oferta.core.terms.printing import ClausePrinted, QuestionPrinted, printed
from oferta.core.terms.publication import published
from oferta.core.terms.types import Edition, Example, Kind, Pack, Type, Window
from oferta.core.terms.values import BadValue, parse_value, write_value
from oferta.core.terms.wording import upper_first
from oferta.core.terms.writing import show_day
from oferta.kernel.i18n import Language

_DATE = Type(Kind.DATE)


def iso(day: int) -> str:
    """Return a coded day for a machine."""
    return write_value(day, _DATE)


def day_shown(day: int, language: Language) -> str:
    """Return a coded day for a reader."""
    return show_day(day, language)


def headings(pack: Pack, language: Language) -> dict[str, Any]:
    """Return what every page of a pack says."""
    return {
        "pack": pack.name,
        "title": pack.title[language],
        "publisher": pack.publisher,
        "editions": [edition_heading(pack, one, language) for one in reversed(pack.editions)],
        "questions": [(name, upper_first(one.label[language])) for name, one in _asked(pack)],
    }


def _asked(pack: Pack) -> list[tuple[str, Any]]:
    return list(pack.questions.items())


def edition_heading(pack: Pack, edition: Edition, language: Language) -> dict[str, Any]:
    """Return an edition's id, days and note."""
    later = [one.start for one in pack.editions if one.start > edition.start]
    through = min(later) - 1 if later else None
    words = lexicon(pack, edition, language)
    return {
        "id": edition.id,
        "note": edition.note[language],
        "days": upper_first(words.window(Window(edition.start, through))),
        "digest": edition.digest,
    }


def summary(pack: Pack, language: Language) -> dict[str, Any]:
    """Return a pack for the list of packs."""
    return headings(pack, language)


def edition_page(pack: Pack, edition: Edition, language: Language) -> dict[str, Any]:
    """Return what the page of an edition says around its clauses."""
    terms = lexicon(pack, edition, language)
    prevails = pack.authoritative != language
    prevailing = terms.words.say(f"language.{pack.authoritative}")
    return headings(pack, language) | {
        "edition": edition_heading(pack, edition, language),
        "prevails": terms.words.say("edition.prevails", language=prevailing) if prevails else "",
        "open_points": edition.open_points,
        "published_on": _published_on(pack, edition, language),
    }


def edition_body(pack: Pack, edition: Edition, language: Language) -> dict[str, Any]:
    """Return the clauses of an edition and what they rest on: the same for every reader."""
    terms = lexicon(pack, edition, language)
    return {
        "pack": pack.name,
        "asked": [_question(terms, question) for question in printed(pack, edition, language)],
        "appendix": appendix(pack, edition, language),
    }


def _published_on(pack: Pack, edition: Edition, language: Language) -> str:
    """Return the day of publication for a reader; "" while the text may still change."""
    record = published(pack.folder, edition.id)
    return day_shown(int(parse_value(record.published_on, _DATE) or 0), language) if record else ""


def _question(terms: Lexicon, question: QuestionPrinted) -> dict[str, Any]:
    model = terms.pack.questions[question.name]
    titles = {clause.id: clause.title for clause in question.clauses}
    by: dict[str, list[str]] = {}
    for clause in question.clauses:
        for target in clause.defeats:
            by.setdefault(target, []).append(clause.id)
    return {
        "name": question.name,
        "label": upper_first(question.label),
        "combine_key": f"published.combine.{model.combine}",
        "by": next((one.label[terms.language] for one in model.answer if one.name == model.by), ""),
        "clauses": [_clause(clause, titles, by.get(clause.id, [])) for clause in question.clauses],
        "limits": question.limits,
    }


def _clause(clause: ClausePrinted, titles: dict[str, str], by: list[str]) -> dict[str, Any]:
    return {
        "clause": clause,
        "condition": upper_first(clause.condition),
        "defeats": [(id_, titles.get(id_, id_)) for id_ in clause.defeats],
        "defeated_by": [(id_, titles[id_]) for id_ in by],
    }


# --- worked examples ------------------------------------------------------------------------------


def examples_page(pack: Pack, edition: Edition, language: Language) -> dict[str, Any]:
    """Return the worked examples that this edition decides, by question."""
    terms = lexicon(pack, edition, language)
    found = [
        {"label": upper_first(question.label[language]), "name": name, "examples": rows}
        for name, question in pack.questions.items()
        if (rows := _examples(terms, name))
    ]
    return headings(pack, language) | {
        "edition": edition_heading(pack, edition, language),
        "asked": found,
    }


def _examples(terms: Lexicon, question: str) -> list[dict[str, Any]]:
    found = [one for one in terms.pack.examples if one.question == question]
    usual = {
        name: Counter(str(one.facts.get(name)) for one in found).most_common(1)[0][0]
        for one in found
        for name in one.facts
    }
    rows = (_example(terms, one, usual) for one in found)
    return [row for row in rows if row is not None]


def _example(terms: Lexicon, example: Example, usual: dict[str, str]) -> dict[str, Any] | None:
    """Return an example as a row; None if another edition decides it.

    Told are the facts in which it differs from most of its kind: the others say nothing.
    """
    try:
        asked = shelf.terms().read(terms.pack.name, example.question, example.facts, example.on)
    except TermsError:
        return None
    if asked.edition is not terms.edition:
        return None
    titles = [(id_, terms.title(id_)) for id_ in example.decided_by or ()]
    return {
        "id": example.id,
        "facts": [
            (terms.label(name), _shown(terms, name, value))
            for name, value in example.facts.items()
            if str(value) != usual.get(name) and name in question_facts_of(terms, example.question)
        ],
        "outcome": _outcome(terms, example),
        "clauses": titles,
        "cites": example.cites,
    }


def question_facts_of(terms: Lexicon, question: str) -> dict[str, Type]:
    """Return the facts that a question asks for under an edition."""
    return question_facts(terms.pack, question, terms.edition)


def _shown(terms: Lexicon, name: str, value: object) -> str:
    try:
        return terms.fact_value(name, parse_value(value, terms.type_of(name)))
    except BadValue:
        return str(value)


def _outcome(terms: Lexicon, example: Example) -> list[tuple[str, str]]:
    """Return label and value of the fields that the example names; none if it is stopped."""
    fields = {field.name: field for field in terms.pack.questions[example.question].answer}
    return [
        (
            fields[name].label[terms.language],
            terms.show(parse_value(value, fields[name].type), fields[name].type),
        )
        for name, value in (example.outcome or {}).items()
    ]
