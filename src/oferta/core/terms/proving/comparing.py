"""Whether two editions answer a question alike: proved, or a case where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import z3

from oferta.core.terms.codegen import Subject
from oferta.core.terms.errors import TermsError
from oferta.core.terms.program import compile_program
from oferta.core.terms.proving.days import Days
from oferta.core.terms.proving.encoding import alike, both, either, negated
from oferta.core.terms.proving.model import Model, symbols_for
from oferta.core.terms.proving.search import Search

if TYPE_CHECKING:
    from oferta.core.terms.program import Program
    from oferta.core.terms.types import Coded, Edition, Pack

#: Pairs of clauses that were met together and found to give the same, before it is given up.
_PAIRS_MAX = 400


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is known of two editions: equal on all facts, or a case where they are not."""

    #: None: neither proved nor refuted.
    equal: bool | None
    #: Coded facts on which they differ, near the usual ones.
    case: dict[str, Coded] | None = None


def compare(
    pack: Pack,
    editions: tuple[Edition, Edition],
    question: str,
    usual: dict[str, Coded] | None = None,
) -> Comparison:
    """Return whether both editions give the same outcome on all facts, as if each were in force.

    Args:
        pack: the pack of both.
        editions: the two.
        question: its name.
        usual: coded facts to find a case near to.
    """
    programs = tuple(compile_program(pack, edition, question) for edition in editions)
    first, second = (Subject(pack, edition, pack.questions[question]) for edition in editions)
    if first.question.combine != "one":
        return Comparison(None)
    symbols = symbols_for(first, second)
    days = Days()
    models = Model(first, symbols, "before", days), Model(second, symbols, "after", days)
    return _Comparing(programs, models, usual or {}).answer()


class _Comparing:
    def __init__(
        self, programs: tuple[Program, ...], models: tuple[Model, Model], usual: dict[str, Coded]
    ) -> None:
        self._programs, self._models = programs, models
        self._search = Search(models, [], usual)
        self._same: list[Any] = []

    def answer(self) -> Comparison:
        before, after = self._models
        nothing = [negated(either([one.alive[i] for i in one.deciding])) for one in self._models]
        for here, there in ((0, 1), (1, 0)):
            asked = [nothing[here], negated(nothing[there])]
            if self._search.possible(*asked) is not False:
                return self._differing(asked)
        for _ in range(_PAIRS_MAX):
            decided = [negated(one) for one in nothing]
            possible = self._search.possible(*decided, *self._same)
            if possible is False:
                return Comparison(equal=True)
            if possible is None:
                return Comparison(None)
            model = self._search.model()
            i, j = (_alive(model, one) for one in (before, after))
            met = [before.alive[i], after.alive[j]]
            pairs = zip(before.outcome(i), after.outcome(j), strict=True)
            differ = negated(both([alike(one, other) for one, other in pairs]))
            sound = [negated(before.stops(i)), negated(after.stops(j))]
            asked = [*met, differ, *sound]
            if differ is not False and self._search.possible(*asked) is not False:
                return self._differing(asked)
            self._same.append(negated(both(met)))
        return Comparison(None)

    def _differing(self, asked: list[Any]) -> Comparison:
        case = self._search.case(asked, self._really)
        return Comparison(None) if case is None else Comparison(equal=False, case=case)

    def _really(self, case: dict[str, Coded]) -> bool:
        first, second = (_answer(program, case) for program in self._programs)
        return first != second


def _answer(program: Program, case: dict[str, Coded]) -> object:
    try:
        return program.decide(case).outcome
    except TermsError as error:
        return error.code


def _alive(model: Any, one: Model) -> int:
    for index in one.deciding:
        alive = one.alive[index]
        if alive is True or (
            alive is not False and z3.is_true(model.eval(alive, model_completion=True))
        ):
            return index
    raise AssertionError("one of them decides")
