"""Facts read and written fast: what was read once is remembered, by fact and value.

Most facts take few values (a channel, a category, a day), so that a batch of a thousand payments
reads each of them once. Whatever this way cannot take goes to the terms' own reader, which says
precisely what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oferta.core.terms import shelf
from oferta.core.terms.engine import Asked, Terms
from oferta.core.terms.facts import used_type
from oferta.core.terms.program import Program
from oferta.core.terms.types import Coded, Edition, Kind, Pack, Question, Type
from oferta.core.terms.values import BadValue, parse_value, write_value
from oferta.kernel.jsontext import json_text

#: Remembered values of one fact; then it is begun anew.
VALUES_MAX = 20_000


class Reader:
    """Reads the facts of one question of one pack."""

    __slots__ = ("_by_day", "_columns", "_day", "_pack", "_terms", "names", "question")

    def __init__(self, terms: Terms, pack: Pack, question: Question) -> None:
        self._terms = terms
        self._pack = pack
        self.question = question
        self.names = frozenset(question.facts)
        #: Of each fact its type and what it was given, with the class: True is not 1 here.
        self._columns: list[tuple[str, Type, dict[tuple[type, object], Coded]]] = [
            (name, pack.facts[name].type, {}) for name in question.facts
        ]
        #: The fact that is the day itself; "" if the day is worked out by each edition.
        self._day = question.day if question.day in self.names else ""
        #: Edition and program of a day on which the question has no limits.
        self._by_day: dict[int, tuple[Edition, Program]] = {}

    def read(self, facts: Mapping[str, Any]) -> Asked:
        """Return the question ready to be decided.

        Raises:
            TermsError: as of `Terms.read`.
        """
        coded = self._coded(facts)
        if coded is None:
            return self._terms.read(self._pack.name, self.question.name, facts)
        day = coded[self._day] if self._day else None
        if not isinstance(day, int):
            return self._terms.read_coded(self._pack.name, self.question.name, coded)
        found = self._by_day.get(day)
        if found is not None:
            return Asked(self._pack, found[0], self.question.name, day, coded, found[1])
        asked = self._terms.read_coded(self._pack.name, self.question.name, coded, day)
        if not asked.program.limit_facts:
            self._by_day[day] = asked.edition, asked.program
        return asked

    def _coded(self, facts: Mapping[str, Any]) -> dict[str, Coded] | None:
        if facts.keys() != self.names:
            return None
        coded: dict[str, Coded] = {}
        for name, type_, known in self._columns:
            raw = facts[name]
            try:
                coded[name] = known[raw.__class__, raw]
            except (KeyError, TypeError):  # not met yet, or not to be remembered
                try:
                    value = coded[name] = parse_value(raw, type_)
                except BadValue:
                    return None
                _remember(known, raw, value)
        return coded


class Memory:
    """What was read by one set of packs."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._readers: dict[tuple[str, str], Reader] = {}
        self._known_facts: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}
        self._written: dict[tuple[str, str], _Column] = {}
        self._columns: dict[tuple[str, tuple[str, ...]], list[_Column]] = {}

    def reader(self, pack: str, question: str) -> Reader:
        """Return the reader of a question.

        Raises:
            UnknownPack, UnknownQuestion: there is none.
        """
        found = self._readers.get((pack, question))
        if found is None:
            model = self.terms.question(pack, question)
            found = Reader(self.terms, self.terms.pack(pack), model)
            self._readers[pack, question] = found
        return found

    def known_facts(self, pack: str, questions: tuple[str, ...]) -> frozenset[str]:
        """Return every fact that one of the questions asks for."""
        found = self._known_facts.get((pack, questions))
        if found is None:
            found = frozenset().union(*(self.reader(pack, name).names for name in questions))
            self._known_facts[pack, questions] = found
        return found

    def write(
        self, pack: Pack, edition: Edition, values: Mapping[str, Coded]
    ) -> tuple[dict[str, object], str]:
        """Return facts as they are stored, as values and as JSON text.

        The values are null, true, false or canonical text.
        """
        names = tuple(values)
        columns = self._columns.get((pack.name, names))
        if columns is None:
            columns = [self._column(pack, edition, name) for name in names]
            self._columns[pack.name, names] = columns
        found = [
            column.known.get(value) or column.write(value)
            for column, value in zip(columns, values.values(), strict=True)
        ]
        text = "{" + ",".join([piece for _, piece in found]) + "}"
        return {name: plain for name, (plain, _) in zip(names, found, strict=True)}, text

    def _column(self, pack: Pack, edition: Edition, name: str) -> _Column:
        found = self._written.get((pack.name, name))
        if found is None:
            found = self._written[pack.name, name] = _Column(
                name, type_of_fact(pack, edition, name)
            )
        return found


class _Column:
    """How the values of one fact are written."""

    __slots__ = ("_name", "_type", "known")

    def __init__(self, name: str, type_: Type) -> None:
        self._name = json_text(name)
        self._type = type_
        #: Coded value to what is stored: the value, and its piece of the JSON text.
        self.known: dict[Coded, tuple[object, str]] = {}

    def write(self, value: Coded) -> tuple[object, str]:
        """Write a value not met before, and remember it."""
        if len(self.known) >= VALUES_MAX:
            self.known.clear()
        plain = _written(value, self._type)
        found = self.known[value] = plain, f"{self._name}:{json_text(plain)}"
        return found


class _Current:
    memory: Memory | None = None


def memory() -> Memory:
    """Return what was read by the packs in use; other packs, another memory."""
    terms = shelf.terms()
    if _Current.memory is None or _Current.memory.terms is not terms:
        _Current.memory = Memory(terms)
    return _Current.memory


def type_of_fact(pack: Pack, edition: Edition, name: str) -> Type:
    """Return the type of a raw fact, or of the fact that says what of a limit is used."""
    declared = pack.facts.get(name)
    if declared is not None:
        return declared.type
    limit = next(item for item in edition.limits.values() if item.used == name)
    return used_type(limit, pack.questions[limit.question])


def _remember(known: dict[tuple[type, object], Coded], raw: Any, value: Coded) -> None:
    try:
        hash(raw)
    except TypeError:
        return
    if len(known) >= VALUES_MAX:
        known.clear()
    known[raw.__class__, raw] = value


def _written(value: Coded, type_: Type) -> object:
    if value is None or isinstance(value, bool) or type_.kind in (Kind.TEXT, Kind.ENUM):
        return value
    return write_value(value, type_)
