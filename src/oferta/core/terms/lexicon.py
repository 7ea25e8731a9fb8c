"""How everything of an edition is called in one language: facts, values, lists, clauses."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from oferta.core.terms.counting import time_zone
from oferta.core.terms.types import Const, DateOf, Kind, Type
from oferta.core.terms.wording import wording
from oferta.core.terms.writing import local, show, show_date, show_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction
    from zoneinfo import ZoneInfo

    from oferta.core.terms.explanation import Card
    from oferta.core.terms.types import (
        ClauseText,
        Coded,
        Edition,
        Limit,
        Operand,
        Pack,
        Question,
        Window,
        Words,
    )
    from oferta.kernel.i18n import Language


class Lexicon:
    """The names and values of a pack's edition in the words of one language."""

    def __init__(self, pack: Pack, edition: Edition, language: Language) -> None:
        self.pack = pack
        self.edition = edition
        self.language = language
        self.words = wording(language)
        #: In which moments are told: that of the day of the event, else any that is named.
        self.zone = _zone(pack, edition)
        #: What is always said of each clause, kept by `traces.card_of`.
        self.cards: dict[str, Card] = {}
        self._used = {limit.used: limit for limit in edition.limits.values()}

    # --- names --------------------------------------------------------------------------------

    def label(self, fact: str) -> str:
        """Return what a fact (raw, derived, or used up of a limit) is called."""
        if fact in self.pack.facts:
            return self.pack.facts[fact].label[self.language]
        if fact in self.edition.derived:
            return self.edition.derived[fact].label[self.language]
        if fact in self._used:
            return self.words.say("limit.used", limit=self._used[fact].label[self.language])
        return fact

    def list_label(self, name: str) -> str:
        """Return what a named list is called."""
        return self.words.quoted(self.pack.list_labels[name][self.language])

    def text(self, clause: str) -> ClauseText | None:
        """Return the published words of a clause or limit."""
        return self.edition.text.get(self.language, {}).get(clause)

    def title(self, clause: str) -> str:
        """Return the short title of a clause or limit in quotation marks; its id if it has none."""
        text = self.text(clause)
        return self.words.quoted(text.title if text and text.title else clause)

    def titles(self, clauses: tuple[str, ...]) -> str:
        """Return several titles as one phrase."""
        return self.words.both([self.title(clause) for clause in clauses])

    # --- values -------------------------------------------------------------------------------

    def type_of(self, fact: str) -> Type:
        """Return the type of a fact, raw, derived or used up of a limit."""
        if fact in self.pack.facts:
            return self.pack.facts[fact].type
        if fact in self.edition.derived:
            return self.edition.derived[fact].type
        limit = self._used.get(fact)
        return limit_type(self.pack, limit) if limit else Type(Kind.TEXT, nullable=True)

    def fact_value(self, fact: str, value: Coded) -> str:
        """Return the value of a fact as readers write it."""
        return self.show(value, self.type_of(fact), fact)

    def days_apart(self, before: Coded, after: Coded) -> tuple[str, str] | None:
        """Return the days of two moments at the same time of different days; None: they are not."""
        if before is None or after is None:
            return None
        told = [local(int(moment), self.zone) for moment in (before, after)]
        if told[0].time() != told[1].time() or told[0].utcoffset() != told[1].utcoffset():
            return None
        first, second = (show_date(one.date(), self.language) for one in told)
        return first, second

    def show(self, value: Coded | Fraction, type_: Type, fact: str = "") -> str:
        """Return a value as readers write it; an enum's by the labels of `fact`."""
        labels = self._labels(type_, fact) if type_.kind is Kind.ENUM else None
        return show(value, type_, self.language, labels, self.zone)

    def _labels(self, type_: Type, fact: str) -> Mapping[str, Words]:
        """Return labels of an enum: of the fact itself, else of whatever declares its values.

        The values of one enum read alike wherever they stand, in an answer or in a fact.
        """
        if fact in self.pack.facts:
            return self.pack.facts[fact].value_labels
        wanted = set(type_.values)
        questions = self.pack.questions.values()
        declared = [(field.type, field.value_labels) for one in questions for field in one.answer]
        declared += [(fact.type, fact.value_labels) for fact in self.pack.facts.values()]
        for other, labels in declared:
            if wanted and wanted <= set(other.values):
                return labels
        return {}

    def operand(self, operand: Operand, fact: str) -> str:
        """Return a side of a comparison: a fact's name, or a value with the name it goes by."""
        if isinstance(operand, Const):
            shown = self.show(operand.value, operand.type, fact)
            if operand.name and operand.name in self.edition.values:
                name = self.edition.values[operand.name].label[self.language]
                return self.words.say("condition.named", value=shown, name=self._bracketed(name))
            return shown
        return self.label(operand.name)

    def _bracketed(self, text: str) -> str:
        return self.words.say("signs.bracketed", text=text)

    def day(self, day: int) -> str:
        """Return a coded day as readers write it."""
        return show_day(day, self.language)

    def window(self, window: Window) -> str:
        """Return days in force as a phrase: "from 16 April 2024 through 16 July 2024"."""
        parts = {
            "start": None if window.start is None else self.day(window.start),
            "through": None if window.through is None else self.day(window.through),
        }
        if window.start is not None and window.through is not None:
            return self.words.say("window.both", **parts)
        if window.start is not None:
            return self.words.say("window.start", **parts)
        return self.words.say("window.through" if parts["through"] else "window.always", **parts)


def limit_type(pack: Pack, limit: Limit) -> Type:
    """Return the type of what is used of a limit: its field's, or a plain number of times."""
    if limit.kind == "count":
        return Type(Kind.INTEGER, minimum=0)
    return field_type(pack.questions[limit.question], limit.field)


def field_type(question: Question, name: str) -> Type:
    """Return the type of a field of the answer."""
    return next(field.type for field in question.answer if field.name == name)


def _zone(pack: Pack, edition: Edition) -> ZoneInfo | None:
    days = [question.day for question in pack.questions.values()]
    for name in [*days, *sorted(edition.derived)]:
        derived = edition.derived.get(name)
        if derived is None or not isinstance(derived.expression, DateOf):
            continue
        counting = edition.countings[derived.expression.counting]
        if not counting.time_zone_is_fact:
            return time_zone(counting.time_zone)
    return None


class _Key:
    """Carries the model past the cache: its dictionaries have no hash, so identity stands in."""

    def __init__(self, pack: Pack, edition: Edition, language: Language) -> None:
        self.pack, self.edition, self.language = pack, edition, language

    def __hash__(self) -> int:
        return hash((id(self.pack), id(self.edition), self.language))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (
            self.pack is other.pack
            and self.edition is other.edition
            and self.language == other.language
        )


@lru_cache(maxsize=256)
def _lexicon(key: _Key) -> Lexicon:
    return Lexicon(key.pack, key.edition, key.language)


def lexicon(pack: Pack, edition: Edition, language: Language) -> Lexicon:
    """Return the lexicon of an edition, made once."""
    return _lexicon(_Key(pack, edition, language))
