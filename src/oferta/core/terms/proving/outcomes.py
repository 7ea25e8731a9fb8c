"""What is proved of the outcomes of a question: their bounds, their divisions, the promises."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from oferta.core.terms.errors import DivisionByZero, OutOfBounds, TermsError
from oferta.core.terms.problems import Code, listed
from oferta.core.terms.proving.answers import Answers
from oferta.core.terms.proving.logic import negated
from oferta.core.terms.proving.relating import as_fact, broken
from oferta.core.terms.relations import breaks
from oferta.core.terms.values import write_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from oferta.core.terms.program import Program
    from oferta.core.terms.proving.answers import Way
    from oferta.core.terms.proving.findings import Finding, Teller
    from oferta.core.terms.proving.model import Model
    from oferta.core.terms.proving.search import Search
    from oferta.core.terms.types import Clause, Coded, Relation

    Case = dict[str, Coded]


def stopped(
    program: Program, kind: type[TermsError], told: Callable[[Any], bool]
) -> Callable[[Case], bool]:
    """Return the question whether a case is really stopped by such an error."""

    def really(case: Case) -> bool:
        try:
            program.decide(case)
        except TermsError as error:
            return isinstance(error, kind) and told(error)
        return False

    return really


class Outcomes:
    """Asks the solver what one question of one edition can come out as."""

    def __init__(self, program: Program, model: Model, search: Search, teller: Teller) -> None:
        self._program, self._model, self._search = program, model, search
        self._subject, self._teller = program.asked, teller
        self._answers = Answers(model)
        self._found: list[Finding] = []

    def all(self) -> list[Finding]:
        """Return what is wrong."""
        for way in self._answers.ways:
            for place in range(len(self._subject.question.answer)):
                self._bound(way, place)
                self._left(way, place)
        for index in self._model.deciding:
            self._zero(index)
        for promise in self._subject.question.promises:
            for way in self._answers.ways:
                self._promise(promise, way)
        return self._found

    def _clauses(self, way: Way, case: Case) -> list[Clause]:
        """Return those of a way's clauses that decide a case."""
        day = self._program.day_of(case)
        mask = self._program.mask(day, *[case[name] for name in self._program.names])
        deciding = self._program.verdict(mask).deciding
        clauses = [self._subject.clauses[index] for index in way.members]
        return [one for one in clauses if one.id in deciding]

    # --- bounds and divisions -----------------------------------------------------------------

    def _bound(self, way: Way, place: int) -> None:
        answer = self._subject.question.answer[place]
        low, high = answer.type.minimum, answer.type.maximum
        if way.known[place].within(low, high):
            return
        asked = [way.taken, self._answers.outside(place, way.raw[place]), negated(way.has_none)]
        if self._search.possible(*asked) is False:
            return
        really = stopped(self._program, OutOfBounds, lambda error: error.field == answer.name)
        case = self._search.case(asked, really)
        if case is None:
            clauses = [self._subject.clauses[way.members[0]]]
            what = f"that {answer.name} keeps its bounds could not be proved"
            self._found.append(self._teller.not_proved(clauses, what))
            return
        ends = [f"at least {write_value(low, answer.type)}"] if low is not None else []
        ends += [f"at most {write_value(high, answer.type)}"] if high is not None else []
        self._found.append(
            self._teller.told(
                Code.BREAKS_BOUNDS,
                self._clauses(way, case),
                f"its {answer.name} can leave its bounds",
                " and ".join(ends),
                case,
                comes_out="error: terms.out_of_bounds",
            )
        )

    def _left(self, way: Way, place: int) -> None:
        """Look for a limit that leaves less than the least that a field may be."""
        answer = self._subject.question.answer[place]
        low = answer.type.minimum
        named = [one.id for one in self._subject.limits if one.field == answer.name]
        if low is None or low <= 0 or not named:
            return
        asked = [way.taken, self._answers.outside(place, way.fields[place]), negated(way.stops)]
        if self._search.possible(*asked) is False:
            return
        case = self._search.case(asked, partial(self._below, answer.name, low))
        clauses = [self._subject.clauses[way.members[0]]]
        if case is None:
            what = f"that limits leave enough of {answer.name} could not be proved"
            self._found.append(self._teller.not_proved(clauses, what))
            return
        self._found.append(
            self._teller.told(
                Code.BREAKS_BOUNDS,
                self._clauses(way, case),
                f"{listed(named)} can leave less of its {answer.name} than its bounds",
                f"at least {write_value(low, answer.type)}, or no such bound",
                case,
                comes_out=self._teller.came_out(self._program.decide(case)),
            )
        )

    def _below(self, field: str, low: int, case: Case) -> bool:
        try:
            return int(self._program.decide(case).outcome[field] or 0) < low
        except TermsError:
            return False

    def _zero(self, index: int) -> None:
        zeros = self._model.zeros(index)
        if zeros is False:
            return
        asked = [self._model.alive[index], zeros]
        if self._search.possible(*asked) is False:
            return
        clause = self._subject.clauses[index]
        really = stopped(self._program, DivisionByZero, lambda error: error.clause == clause.id)
        case = self._search.case(asked, really)
        if case is None:
            what = "that it never divides by zero could not be proved"
            self._found.append(self._teller.not_proved([clause], what))
            return
        self._found.append(
            self._teller.told(
                Code.DIVISION_BY_ZERO,
                [clause],
                "its outcome can divide by zero",
                "a condition that rules out the zero",
                case,
                comes_out="error: terms.division_by_zero",
            )
        )

    # --- promises -----------------------------------------------------------------------------

    def _promise(self, promise: Relation, way: Way) -> None:
        names = [field.name for field in self._subject.question.answer]
        fields = dict(zip(names, map(as_fact, way.fields), strict=True))
        fails = broken(promise, {**self._model.facts, **fields}, self._model.symbols)
        asked = [way.taken, fails, negated(way.stops)]
        if any(one is False for one in asked) or self._search.possible(*asked) is False:
            return
        case = self._search.case(asked, partial(self._breaks, promise))
        if case is None:
            clauses = [self._subject.clauses[way.members[0]]]
            what = f"that it keeps the promise {promise.id} could not be proved"
            self._found.append(self._teller.not_proved(clauses, what))
            return
        self._found.append(
            self._teller.told(
                Code.BREAKS_PROMISE,
                self._clauses(way, case),
                f"it breaks the promise {promise.id}, {promise.source}",
                promise.label["en"],
                case,
                comes_out=self._teller.came_out(self._program.decide(case)),
            )
        )

    def _breaks(self, promise: Relation, case: Case) -> bool:
        try:
            decided = self._program.decide(case)
        except TermsError:
            return False
        return breaks(promise, {**decided.facts, **decided.outcome})
