"""Two editions asked the same question: where one answers and the other does not, or otherwise."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import z3

from oferta.core.terms.program import compile_program
from oferta.core.terms.proving.answers import Answers
from oferta.core.terms.proving.days import Days
from oferta.core.terms.proving.logic import both, either, negated
from oferta.core.terms.proving.model import Model, symbols_for
from oferta.core.terms.proving.search import Search
from oferta.core.terms.proving.symbols import DAY_MICROSECONDS
from oferta.core.terms.proving.witnesses import decided_or_code
from oferta.core.terms.subject import Subject
from oferta.core.terms.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from oferta.core.terms.proving.answers import Way
    from oferta.core.terms.proving.symbols import Symbols
    from oferta.core.terms.types import Coded, Decided, Edition, Pack

    Case = Mapping[str, Coded]

#: 1900-01-01 and 2199-12-31, coded.
FIRST_DAY, LAST_DAY = -25_567, 84_005
#: Coded: ten trillion tenge, or more in any unit that has no smaller part.
FIGURE_MAX = 10**15
#: Pairs of ways that were met together before it is given up.
_PAIRS_MAX = 400
#: What all questions about two editions may cost, in the solver's own unit.
COST_MAX = 120_000_000


class Sides:
    """The two editions as the solver takes them, facts and bounded days shared.

    Args:
        pack: the pack of both.
        editions: the two, in the order in which they are told.
        question: its name.
        usual: coded facts to find cases near to.
        days: coded first and last day of the event that are asked about; None: open.
        cost_max: how much all questions may cost, in the solver's own unit.
    """

    def __init__(
        self,
        pack: Pack,
        editions: tuple[Edition, Edition],
        question: str,
        usual: Case,
        days: tuple[int | None, int | None] = (None, None),
        *,
        cost_max: int = COST_MAX,
    ) -> None:
        self.programs = tuple(compile_program(pack, one, question) for one in editions)
        first, second = (Subject(pack, one, pack.questions[question]) for one in editions)
        symbols, counted = symbols_for(first, second), Days()
        self.models = (
            Model(first, symbols, "before", counted),
            Model(second, symbols, "after", counted),
        )
        for model in self.models:
            model.stops_included = True
        self.answers = Answers(self.models[0]), Answers(self.models[1])
        always = [*self._on_days(days), *_of_this_world(symbols)]
        self.search = Search(self.models, always, usual, cost_max=cost_max)
        #: Whether something was neither proved nor refuted.
        self.unsure = False
        self._clashes = self._clashing(0), self._clashing(1)

    def _on_days(self, days: tuple[int | None, int | None]) -> list[Any]:
        """Keep to days of the event that either edition counts among those asked about."""
        first, last = days
        said = []
        for bound, after in ((first, True), (last, False)):
            if bound is not None:
                either_day = [
                    one.day >= bound if after else one.day <= bound for one in self.models
                ]
                said.append(either(either_day))
        return said

    @property
    def sound(self) -> list[Any]:
        """True where every derived fact of both editions has its value."""
        return [negated(one.derived_stops) for one in self.answers]

    # --- clashes ------------------------------------------------------------------------------

    def _clashing(self, side: int) -> Any:
        """Return the condition that clauses of one edition clash: nearly always, that none do."""
        model, answers = self.models[side], self.answers[side]
        if model.subject.question.combine == "sum" or len(answers.ways) <= 1:
            return False
        literals = []
        for number, way in enumerate(answers.ways):
            literal = z3.Bool(f"way {number} {side}")
            model.meaning.append(literal == way.taken)
            literals.append(literal)
        sound = negated(self.answers[side].derived_stops)
        found: dict[tuple[int, int], Any] = {}
        for held in self.search.together(literals, sound, most=_PAIRS_MAX):
            if held is None:
                self.unsure = True
                break
            for pair in combinations(held, 2):
                if pair not in found:
                    clash = answers.clash(*(answers.ways[number] for number in pair))
                    is_possible = clash is not False and self.search.possible(clash) is not False
                    found[pair] = clash if is_possible else False
        return either(list(found.values()))

    # --- what to ask --------------------------------------------------------------------------

    def unanswered(self, here: int) -> Iterator[list[Any]]:
        """Yield conditions that one edition has no answer where the other has."""
        own, other = self.answers[here], self.answers[1 - here]
        if not _eq(own.derived_stops, other.derived_stops):
            yield [own.derived_stops, negated(other.derived_stops), negated(other.nothing)]
        if not _eq(own.nothing, other.nothing):
            yield [*self.sound, own.nothing, negated(other.nothing)]
        if self._clashes[here] is not False:
            clear = [negated(self._clashes[1 - here]), negated(other.nothing)]
            yield [*self.sound, self._clashes[here], *clear]

    def met(self) -> Iterator[tuple[Way, Way]]:
        """Yield the pairs of ways that the same facts may take."""
        answered = [*self.sound, *(negated(one.nothing) for one in self.answers)]
        blocked: list[Any] = []
        for _ in range(_PAIRS_MAX):
            possible = self.search.possible(*answered, *blocked)
            if not possible:
                self.unsure |= possible is None
                return
            first, second = (self._taken(one) for one in self.answers)
            blocked.append(negated(both([first.taken, second.taken])))
            yield first, second
        self.unsure = True

    def _taken(self, answers: Answers) -> Way:
        return next(way for way in answers.ways if self.search.holds(way.taken))

    def case(self, asked: list[Any], really: Callable[[Case], bool]) -> Case | None:
        """Return facts for it, decided by both editions; None if there are none or it is unsure."""
        if any(one is False for one in asked):
            return None
        possible = self.search.possible(*asked)
        if possible is False:
            return None
        found = self.search.case(asked, really)
        self.unsure |= found is None
        return found

    def decided(self, case: Case) -> tuple[Decided | str, Decided | str]:
        """Return what each edition decides, or the code of the error that stops it."""
        first, second = (decided_or_code(program, case) for program in self.programs)
        return first, second


def _of_this_world(symbols: Symbols) -> list[Any]:
    """Keep to days and figures that terms are about: at the ends of 64 bits anything overflows."""
    said = []
    for name, of in symbols.types.items():
        value = symbols.of[name].value
        if of.kind in (Kind.DATE, Kind.MOMENT):
            unit = 1 if of.kind is Kind.DATE else DAY_MICROSECONDS
            said += [value >= FIRST_DAY * unit, value < (LAST_DAY + 1) * unit]
        elif of.kind in (Kind.INTEGER, Kind.MONEY, Kind.PERCENT, Kind.DURATION):
            said += [value >= -FIGURE_MAX, value <= FIGURE_MAX]
    return said


def _eq(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one.eq(other))
