"""One question of one edition as the solver takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3

from oferta.core.terms.facts import used_type
from oferta.core.terms.proving.days import Days
from oferta.core.terms.proving.encoding import Conditions, Expressions, alike
from oferta.core.terms.proving.logic import both, either, negated
from oferta.core.terms.proving.numbers import Ratio
from oferta.core.terms.proving.relating import broken
from oferta.core.terms.proving.symbols import Symbol, Symbols
from oferta.core.terms.types import Kind
from oferta.core.terms.walk import facts_of, facts_of_condition

if TYPE_CHECKING:
    from oferta.core.terms.proving.encoding import Value
    from oferta.core.terms.subject import Subject
    from oferta.core.terms.types import Clause, Window

_PLAIN = (Kind.BOOLEAN, Kind.ENUM, Kind.TEXT)


def symbols_for(subject: Subject, *others: Subject) -> Symbols:
    """Return variables for the raw facts of one or more editions of a question."""
    types = {}
    for one in (subject, *others):
        for name in one.question.facts:
            types[name] = one.pack.facts[name].type
        for limit in one.limits:
            types[limit.used] = used_type(limit, one.question)
    return Symbols(types)


class Model:
    """What each clause says of the facts, clause by clause in published order.

    `meaning` is true of every case; `applies[i]` says that clause i is in force and holds,
    `alive[i]` that besides no undefeated clause defeats it.
    """

    def __init__(
        self, subject: Subject, symbols: Symbols, tag: str = "", days: Days | None = None
    ) -> None:
        self.subject, self.symbols, self._tag = subject, symbols, tag
        self.days = days or Days()
        self.facts: dict[str, Symbol] = dict(symbols.of)
        self._expressions = Expressions(self.facts, symbols, subject.edition.countings, self.days)
        #: Under what a derived fact that every decision computes has no value.
        self.derived_stops: list[Any] = []
        for name in subject.derived:
            self._derive(name)
        self.conditions = Conditions(self.facts, symbols)
        assumed = subject.pack.assumed(subject.question)
        #: What the pack assumes of the facts: true of every case.
        self.assumed = [negated(broken(one, self.facts, symbols)) for one in assumed]
        self.day = self.facts[subject.question.day].value
        #: Whether facts are asked about, too, on which a derived fact has no value.
        self.stops_included = False
        self.meaning: list[Any] = []
        self.applies = [self._applies(i, one) for i, one in enumerate(subject.clauses)]
        self.alive = self._alive()
        self._outcomes: dict[int, tuple[Value, ...]] = {}
        self._outcome_stops: dict[int, tuple[Any, Any]] = {}

    def _derive(self, name: str) -> None:
        derived = self.subject.edition.derived[name]
        self._expressions.stops, self._expressions.zeros = [], []
        value = self._expressions.value(derived.expression, {})
        null = either([self.facts[read].null for read in derived.reads])
        number = value.num if isinstance(value, Ratio) else value
        self.facts[name] = Symbol(number, null)
        stops = either(self._expressions.stops)
        if name in self.subject.read:
            self.derived_stops.append(both([negated(null), stops]))

    def _applies(self, index: int, clause: Clause) -> Any:
        parts = [self.conditions.holds(clause.when), within(clause.in_force, self.day)]
        return self._named("applies", index, both(parts))

    def _alive(self) -> list[Any]:
        alive: list[Any] = list(self.applies)
        graph = self.subject.graph
        for index in graph.order:
            against = [alive[other] for other in graph.defeaters[index]]
            if against:
                found = both([self.applies[index], negated(either(against))])
                alive[index] = self._named("alive", index, found)
        return alive

    def _named(self, word: str, index: int, meant: Any) -> Any:
        """Return a variable that stands for a condition: each is stated to the solver once."""
        if isinstance(meant, bool):
            return meant
        name = z3.Bool(f"{word} {index} {self._tag}")
        self.meaning.append(name == meant)
        return name

    # --- outcomes -----------------------------------------------------------------------------

    @property
    def deciding(self) -> list[int]:
        """The clauses with an outcome."""
        return [i for i, clause in enumerate(self.subject.clauses) if clause.then]

    def outcome(self, index: int) -> tuple[Value, ...]:
        """Return the fields of a clause's outcome; of no meaning where it stops."""
        if index not in self._outcomes:
            fields: dict[str, Value] = {}
            self._expressions.stops, self._expressions.zeros = [], []
            for then in self.subject.clauses[index].then:
                fields[then.field] = self._expressions.value(then.expression, fields)
            stops, zeros = either(self._expressions.stops), either(self._expressions.zeros)
            self._outcome_stops[index] = stops, zeros
            self._outcomes[index] = tuple(fields.values())
        return self._outcomes[index]

    def stops(self, index: int) -> Any:
        """Return under what the outcome of a clause has no value."""
        self.outcome(index)
        return self._outcome_stops[index][0]

    def zeros(self, index: int) -> Any:
        """Return under what the outcome of a clause divides by zero."""
        self.outcome(index)
        return self._outcome_stops[index][1]

    def differ(self, first: int, second: int) -> Any:
        """Return the condition that two clauses give different outcomes."""
        pairs = zip(self.outcome(first), self.outcome(second), strict=True)
        return negated(both([alike(one, other) for one, other in pairs]))

    def every_case(self) -> list[Any]:
        """Return what every case keeps to: domains, meanings, no stop on the way to a mask."""
        stops = [] if self.stops_included else self.derived_stops
        sound = [negated(stop) for stop in stops]
        said = [*self.symbols.domain, *self.assumed, *self.days.meaning, *self.meaning, *sound]
        return [one for one in said if one is not True]

    @property
    def size(self) -> int:
        """How much there is to say of every case: it only grows, as outcomes are asked for."""
        return len(self.symbols.domain) + len(self.days.meaning) + len(self.meaning)

    def in_edition(self, last_day: int | None) -> list[Any]:
        """Return the condition that the day of the event is one of the edition's."""
        start = self.day >= self.subject.edition.start
        return [start] if last_day is None else [start, self.day <= last_day]

    def zone_facts(self) -> set[str]:
        """Return the facts that name a time zone."""
        edition = self.subject.edition
        return {
            one.time_zone
            for one in edition.countings.values()
            if one.time_zone_is_fact and one.time_zone in self.symbols.of
        }

    def read_facts(self) -> list[str]:
        """Return the raw facts that some clause or the day rests on, as asked."""
        subject = self.subject
        read: set[str] = set(subject.raw_behind(subject.question.day))
        for clause in subject.clauses:
            for name in self._named_by(clause):
                read |= subject.raw_behind(name)
        return [name for name in subject.raw if name in read]

    def _named_by(self, clause: Clause) -> set[str]:
        countings = self.subject.edition.countings
        found = set(facts_of_condition(clause.when))
        for then in clause.then:
            found |= set(facts_of(then.expression, countings))
        return found


def within(window: Window, day: Any) -> Any:
    """Return the condition that a day lies in a window."""
    parts = []
    if window.start is not None:
        parts.append(day >= window.start)
    if window.through is not None:
        parts.append(day <= window.through)
    return both(parts)
