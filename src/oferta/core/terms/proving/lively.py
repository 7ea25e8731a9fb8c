"""Shows most clauses alive by trying: facts made to fit a condition cost less than a proof does."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from oferta.core.terms.errors import TermsError
from oferta.core.terms.facts import question_facts
from oferta.core.terms.proving.symbols import domain_of
from oferta.core.terms.relations import breaks
from oferta.core.terms.types import (
    And,
    Between,
    Compare,
    Const,
    FactRef,
    InList,
    IsNull,
    Kind,
    Not,
    Or,
    Truth,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oferta.core.terms.defeats import Verdict
    from oferta.core.terms.program import Program
    from oferta.core.terms.types import Coded, Condition, Type

#: Facts tried for a clause before it is left to the solver.
_TRIES = 12
_STEP = {"=": 0, "<=": 0, ">=": 0, "<": -1, ">": 1, "<>": 1}
_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", "<=": ">", ">": "<="}


class Lively:
    """Looks for facts on which clauses decide.

    Args:
        program: the question, compiled.
        last_day: coded last day of the edition; None if no later one is known.
        usual: facts of a worked example.
    """

    def __init__(self, program: Program, last_day: int | None, usual: Mapping[str, Coded]) -> None:
        self._program, self._last_day = program, last_day
        subject = program.asked
        self._start = subject.edition.start
        self._types = question_facts(subject.pack, subject.question.name, subject.edition)
        self._assumed = subject.pack.assumed(subject.question)
        self._base = {name: usual.get(name, _plain(of)) for name, of in self._types.items()}
        day = subject.question.day
        if day in self._base and not usual:
            self._base[day] = self._start
        self._place = {clause.id: place for place, clause in enumerate(subject.clauses)}
        self._rng = random.Random(1)  # noqa: S311 - the same every time

    def shown(self, known: set[int]) -> set[int]:
        """Return the places of clauses with an outcome that decide on some facts, `known` with."""
        clauses = self._program.asked.clauses
        found = set(known)
        for place, clause in enumerate(clauses):
            facts = dict(self._base)
            self._fit(clause.when, facts, wanted=True)
            for _ in range(_TRIES):
                if place in found or not clause.then:
                    break
                verdict = self._verdict(facts)
                if verdict is None:
                    break
                found |= {self._place[id_] for id_ in verdict.deciding}
                for against in verdict.defeated.get(clause.id, ()):
                    self._fit(clauses[self._place[against]].when, facts, wanted=False)
                self._fit(clause.when, facts, wanted=True)
        return found

    def _verdict(self, facts: dict[str, Coded]) -> Verdict | None:
        """Return what becomes of the clauses; None for facts or days that cannot be."""
        try:
            day = self._program.day_of(facts)
            if day < self._start or (self._last_day is not None and day > self._last_day):
                return None
            if any(breaks(one, facts) for one in self._assumed):
                return None
            mask = self._program.mask(day, *[facts[name] for name in self._program.names])
        except TermsError:
            return None
        return self._program.verdict(mask)

    def _fit(self, condition: Condition, facts: dict[str, Coded], *, wanted: bool) -> None:
        """Give facts values that make a condition true (or false), as far as each part can tell."""
        match condition:
            case Not(item):
                self._fit(item, facts, wanted=not wanted)
            case And(items) | Or(items):
                every = isinstance(condition, And) == wanted
                chosen = items if every else (self._rng.choice(items),)
                for item in chosen:
                    self._fit(item, facts, wanted=wanted)
            case _:
                self._fit_atom(condition, facts, wanted=wanted)

    def _fit_atom(self, atom: Condition, facts: dict[str, Coded], *, wanted: bool) -> None:
        match atom:
            case Compare(op, left, Const(value)) if not isinstance(left, Const):
                sign = op if wanted else _OPPOSITE[op]
                self._put(facts, left.name, _stepped(value, _STEP[sign], self._types, left.name))
            case InList(operand, values):
                held = facts.get(operand.name)
                if (held in values) != wanted:
                    value = self._rng.choice(values) if wanted else self._other(operand, values)
                    self._put(facts, operand.name, value)
            case Between(operand, Const(low), Const(high)):
                self._put(
                    facts,
                    operand.name,
                    low if wanted else _stepped(high, 1, self._types, operand.name),
                )
            case IsNull(operand):
                of = self._types.get(operand.name)
                if of is not None:
                    facts[operand.name] = None if wanted and of.nullable else _plain(of)
            case Truth(operand):
                self._put(facts, operand.name, wanted)

    def _other(self, operand: FactRef, values: tuple[Coded, ...]) -> Coded:
        """Return a value of a fact that is not among those listed."""
        numbers = [value for value in values if isinstance(value, int)]
        if numbers and not isinstance(numbers[0], bool):
            return max(numbers) + 1
        names = self._types[operand.name].values if operand.name in self._types else ()
        return next((name for name in names if name not in values), "other")

    def _put(self, facts: dict[str, Coded], name: str, value: Coded) -> None:
        of = self._types.get(name)
        if of is None or value is None:
            return
        if isinstance(value, int) and not isinstance(value, bool):
            low, high = domain_of(of)
            value = min(max(value, low), high)
        facts[name] = value


def _stepped(value: Coded, step: int, types: Mapping[str, Type], name: str) -> Coded:
    """Return a literal, or for an unequal comparison a value next to it."""
    if not step or isinstance(value, bool) or not isinstance(value, int):
        of = types.get(name)
        if step and of is not None and of.kind is Kind.ENUM:
            return next((other for other in of.values if other != value), value)
        return f"not {value}" if step and isinstance(value, str) else value
    return value + step


def _plain(of: Type) -> Coded:
    """Return a value that a type takes."""
    match of.kind:
        case Kind.BOOLEAN:
            return False
        case Kind.ENUM:
            return of.values[0]
        case Kind.TEXT:
            return "other"
        case _:
            low, high = domain_of(of)
            return min(max(0, low), high)
