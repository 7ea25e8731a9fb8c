"""What there is to say of one part of an edition, aspect by aspect, so that two can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oferta.core.terms.appendix import counting_printed, derived_words
from oferta.core.terms.lexicon import Lexicon, field_type
from oferta.core.terms.sentences import sentence
from oferta.core.terms.steps import formula
from oferta.core.terms.types import Clause, Counting, Derived, Limit, NamedValue, Window
from oferta.core.terms.writing import show_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oferta.core.terms.types import Choice


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing said of a part."""

    #: Stable: "condition", "outcome.amount".
    name: str
    label: str
    #: As a reader reads it.
    said: str
    #: Compared instead of `said`: a sentence may say less than the model holds.
    rests_on: object
    #: As it is written in the pack, for when two sentences read alike but are not.
    source: str = ""
    #: Of a list: its items, compared one by one.
    items: tuple[str, ...] = ()


def aspects_of(
    terms: Lexicon, part: Clause | Limit | NamedValue | Derived | Counting | None
) -> tuple[Aspect, ...]:
    """Return what is said of a part, most important first; nothing if there is none."""
    found = tuple(_aspects(terms, part))
    return tuple(aspect for aspect in found if aspect.said)


def _aspects(
    terms: Lexicon, part: Clause | Limit | NamedValue | Derived | Counting | None
) -> Iterator[Aspect]:
    match part:
        case Clause():
            yield from _clause(terms, part)
        case Limit():
            yield from _limit(terms, part)
        case NamedValue():
            shown = terms.show(part.const.value, part.const.type)
            yield _aspect(terms, "value", shown, part.source)
            yield from _grounds(terms, part.cites, part.settles)
        case Derived():
            told = derived_words(terms, part.expression)
            yield _aspect(terms, "formula", told, part.source, (part.expression, told))
        case Counting():
            yield from _counting(terms, part)
        case None:
            pass


def _aspect(
    terms: Lexicon, name: str, said: str, source: str = "", rests_on: object = None
) -> Aspect:
    label = terms.words.say(f"diff.{name}")
    return Aspect(name, label, said, said if rests_on is None else rests_on, source)


def _titles(terms: Lexicon, name: str, ids: tuple[str, ...]) -> Aspect:
    items = tuple(terms.title(id_) for id_ in ids)
    return Aspect(name, terms.words.say(f"diff.{name}"), terms.titles(ids), ids, items=items)


def _clause(terms: Lexicon, clause: Clause) -> Iterator[Aspect]:
    yield from _words(terms, clause.id)
    told = sentence(clause.when, terms)
    yield _aspect(terms, "condition", told, clause.source, (clause.when, told))
    question = terms.pack.questions[clause.question]
    labels = {field.name: field.label[terms.language] for field in question.answer}
    for then in clause.then:
        told = formula(then.expression, terms, labels)
        rests_on = (then.expression, told)
        yield Aspect(f"outcome.{then.field}", labels[then.field], told, rests_on, then.source)
    yield _aspect(terms, "window", _window(terms, clause.in_force))
    yield _titles(terms, "defeats", clause.defeats)
    yield from _grounds(terms, clause.cites, clause.settles)


def _limit(terms: Lexicon, limit: Limit) -> Iterator[Aspect]:
    yield from _words(terms, limit.id)
    question = terms.pack.questions[limit.question]
    most = limit.at_most.value
    if limit.kind == "count":
        shown = show_count(int(most or 0), terms.language)
    else:
        shown = terms.show(most, field_type(question, limit.field))
    yield _aspect(terms, "at_most", shown, rests_on=(limit.kind, limit.field, most))
    yield _aspect(terms, "period", terms.words.say(f"limit.{limit.period}"))
    holders = terms.words.both([terms.label(name) for name in limit.per])
    yield _aspect(terms, "per", holders, rests_on=limit.per)
    yield _titles(terms, "clauses", limit.clauses)
    if limit.period == "campaign":
        yield _aspect(terms, "campaign", terms.window(limit.window))
    yield _aspect(terms, "window", _window(terms, limit.in_force))
    yield from _grounds(terms, limit.cites, limit.settles)


def _counting(terms: Lexicon, counting: Counting) -> Iterator[Aspect]:
    printed = counting_printed(terms, counting)
    yield _aspect(terms, "counting", printed.said)
    yield _aspect(terms, "calendar", printed.calendar)
    yield _aspect(terms, "zone", printed.zone)
    yield from _grounds(terms, (), counting.settles)


def _words(terms: Lexicon, id_: str) -> Iterator[Aspect]:
    text = terms.text(id_)
    if text is not None:
        head = terms.words.say("signs.colon", head=text.title, text=text.body)
        yield _aspect(terms, "words", head)


def _window(terms: Lexicon, window: Window) -> str:
    return "" if window == Window() else terms.window(window)


def _grounds(
    terms: Lexicon, cites: tuple[str, ...], settles: tuple[Choice, ...]
) -> Iterator[Aspect]:
    label = terms.words.say("diff.cites")
    yield Aspect("cites", label, terms.words.say("signs.comma").join(cites), cites, items=cites)
    notes = [f"{choice.requirement}: {choice.note[terms.language]}" for choice in settles]
    yield _aspect(terms, "notes", " ".join(notes), rests_on=settles)
