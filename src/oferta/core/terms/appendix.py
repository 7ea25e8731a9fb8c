"""What the clauses of an edition rest on, as it can be read: values, lists, ways of counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oferta.core.terms.lexicon import Lexicon, lexicon
from oferta.core.terms.steps import counting_words, formula
from oferta.core.terms.traces import notes_of
from oferta.core.terms.types import DaysBetween, Expression, Kind, Type

if TYPE_CHECKING:
    from oferta.core.terms.explanation import Note
    from oferta.core.terms.types import Calendar, Counting, Edition, NamedValue, Pack
    from oferta.kernel.i18n import Language


@dataclass(frozen=True, slots=True)
class ValuePrinted:
    """A named value for a reader."""

    name: str
    label: str
    shown: str
    cites: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class DerivedPrinted:
    """A fact that is computed from others, for a reader."""

    name: str
    label: str
    formula: str


@dataclass(frozen=True, slots=True)
class ListPrinted:
    """A named list with every value on it."""

    name: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountingPrinted:
    """A way of counting days for a reader."""

    name: str
    said: str
    #: Name of its calendar; "" if every day counts.
    calendar: str
    #: IANA name, or what the fact that holds it is called.
    zone: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class CalendarPrinted:
    """Which days are worked."""

    name: str
    #: The days for which it is known, as a phrase.
    covers: str
    #: Weekdays off, Monday is 0.
    weekend: tuple[int, ...]
    holidays: tuple[str, ...]
    workdays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Appendix:
    """Everything of an edition besides its clauses and limits."""

    values: tuple[ValuePrinted, ...]
    derived: tuple[DerivedPrinted, ...]
    lists: tuple[ListPrinted, ...]
    countings: tuple[CountingPrinted, ...]
    calendars: tuple[CalendarPrinted, ...]
    #: Choices that hold for the whole edition.
    notes: tuple[Note, ...]


def appendix(pack: Pack, edition: Edition, language: Language) -> Appendix:
    """Return what the clauses of an edition rest on, in the words of one language."""
    terms = lexicon(pack, edition, language)
    used = {
        counting.calendar.name: counting.calendar
        for counting in edition.countings.values()
        if counting.calendar is not None
    }
    return Appendix(
        values=tuple(value_printed(terms, value) for value in edition.values.values()),
        derived=tuple(
            DerivedPrinted(name, terms.label(name), derived_words(terms, derived.expression))
            for name, derived in edition.derived.items()
        ),
        lists=tuple(_list(terms, name) for name in pack.lists),
        countings=tuple(
            counting_printed(terms, counting) for counting in edition.countings.values()
        ),
        calendars=tuple(_calendar(terms, calendar) for calendar in used.values()),
        notes=notes_of(edition, language),
    )


def value_printed(terms: Lexicon, value: NamedValue) -> ValuePrinted:
    """Return a named value with its figure."""
    return ValuePrinted(
        name=value.name,
        label=value.label[terms.language],
        shown=terms.show(value.const.value, value.const.type),
        cites=value.cites,
        notes=notes_of(value, terms.language),
    )


def derived_words(terms: Lexicon, expression: Expression) -> str:
    """Return how a derived fact is computed, with its way of counting days."""
    told = formula(expression, terms, {})
    if not isinstance(expression, DaysBetween):
        return told
    counted = counting_words(terms.edition.countings[expression.counting], terms)
    return f"{told} {terms.words.say('signs.bracketed', text=counted)}"


def counting_printed(terms: Lexicon, counting: Counting) -> CountingPrinted:
    """Return a way of counting days."""
    fact = counting.time_zone_is_fact
    return CountingPrinted(
        name=counting.name,
        said=counting_words(counting, terms),
        calendar=counting.calendar.name if counting.calendar else "",
        zone=terms.label(counting.time_zone) if fact else counting.time_zone,
        notes=notes_of(counting, terms.language),
    )


def _list(terms: Lexicon, name: str) -> ListPrinted:
    fact = _fact_with(terms.pack, name)
    type_ = terms.type_of(fact) if fact else Type(Kind.TEXT)
    return ListPrinted(
        name=name,
        label=terms.pack.list_labels[name][terms.language],
        values=tuple(
            value if isinstance(value, str) and type_.kind is Kind.TEXT
            else terms.show(value, type_, fact)
            for value in terms.pack.lists[name]
        ),
    )  # fmt: skip


def _fact_with(pack: Pack, name: str) -> str:
    """Return a fact that can have the values of a list; "" if they are plain texts."""
    wanted = set(pack.lists[name])
    if all(isinstance(value, str) for value in wanted):
        enums = [fact for fact in pack.facts.values() if wanted <= set(fact.type.values)]
        return enums[0].name if enums else ""
    numbers = [fact for fact in pack.facts.values() if fact.type.kind is Kind.INTEGER]
    return numbers[0].name if numbers else ""


def _calendar(terms: Lexicon, calendar: Calendar) -> CalendarPrinted:
    return CalendarPrinted(
        name=calendar.name,
        covers=terms.window(calendar.covers),
        weekend=tuple(sorted(calendar.weekend)),
        holidays=tuple(terms.day(day) for day in sorted(calendar.holidays)),
        workdays=tuple(terms.day(day) for day in sorted(calendar.workdays)),
    )
