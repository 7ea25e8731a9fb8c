"""What is proved of one question of one edition."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import z3

from oferta.core.terms.errors import Conflict, Gap
from oferta.core.terms.problems import Code, listed
from oferta.core.terms.proving.answers import Answers, gives
from oferta.core.terms.proving.findings import Finding, Teller
from oferta.core.terms.proving.lively import Lively
from oferta.core.terms.proving.logic import both, either, negated
from oferta.core.terms.proving.model import Model, symbols_for
from oferta.core.terms.proving.numbers import less
from oferta.core.terms.proving.outcomes import Outcomes, stopped
from oferta.core.terms.proving.search import Search
from oferta.core.terms.walk import facts_of_condition

if TYPE_CHECKING:
    from oferta.core.terms.program import Program
    from oferta.core.terms.types import Clause, Coded

    Case = dict[str, Coded]

#: Sets of clauses that apply at once, looked at before it is given up.
_SETS_MAX = 400
#: Clashes told of one question: behind this many there is one mistake that makes them all.
_CONFLICTS_MAX = 12


class Proofs:
    """Asks the solver about one question of one edition.

    Args:
        program: the question, compiled: every case found is decided by it.
        last_day: coded last day of the edition; None if no later one is known.
        usual: facts of a worked example, to tell cases by what differs from it.
        lively: clauses that worked examples show to decide.
    """

    def __init__(
        self,
        program: Program,
        last_day: int | None,
        usual: dict[str, Coded],
        lively: frozenset[str] = frozenset(),
    ) -> None:
        self._program, self._subject = program, program.asked
        self._clauses = self._subject.clauses
        self.model = Model(self._subject, symbols_for(self._subject))
        self._search = Search([self.model], self.model.in_edition(last_day), usual)
        self._teller = Teller(self._subject, usual)
        #: Clauses that can decide, or lift: shown by an example or by a case of the solver's.
        known = {i for i, one in enumerate(self._clauses) if one.id in lively}
        self.alive = Lively(program, last_day, usual).shown(known)
        self._found: list[Finding] = []

    def all(self, earlier: frozenset[str] = frozenset()) -> list[Finding]:
        """Return what is wrong; `earlier`: the clauses that could decide in an edition before."""
        self._gap()
        self._conflicts()
        self._idle(earlier)
        outcomes = Outcomes(self._program, self.model, self._search, self._teller)
        self._found += outcomes.all()
        self._twins()
        return self._found

    @property
    def alive_ids(self) -> frozenset[str]:
        """The clauses that can decide or lift."""
        return frozenset(self._clauses[i].id for i in self.alive)

    # --- asking -------------------------------------------------------------------------------

    def _possible(self, *conditions: Any) -> bool | None:
        found = self._search.possible(*conditions)
        if found:
            self._learn()
        return found

    def _learn(self) -> None:
        """Note which clauses the solver's last case shows alive: fewer questions later."""
        model = self._search.model()
        for index in range(len(self._clauses)):
            if index not in self.alive and self._clauses[index].then:
                alive = self.model.alive[index]
                if alive is True or (alive is not False and z3.is_true(model.eval(alive))):
                    self.alive.add(index)

    def _not_proved(self, clauses: list[Clause], what: str) -> None:
        self._found.append(self._teller.not_proved(clauses, what))

    # --- gaps and conflicts -------------------------------------------------------------------

    def _gap(self) -> None:
        nothing = [negated(self.model.alive[i]) for i in self.model.deciding]
        possible = self._possible(*nothing)
        if possible is False:
            return
        case = self._search.case(nothing, stopped(self._program, Gap, lambda _: True))
        if case is None:
            self._not_proved([], "that something always decides could not be proved")
            return
        self._found.append(
            self._teller.told(
                Code.HAS_GAP,
                [],
                "there are facts on which no clause decides",
                "a clause for them",
                case,
                comes_out="error: terms.gap",
            )
        )

    def _conflicts(self) -> None:
        if self._subject.question.combine == "sum":
            return
        classes = Answers(self.model).classes
        if len(classes) < 2:  # noqa: PLR2004 - of two that clash
            return
        alive = [either([self.model.alive[i] for i in members]) for members in classes]
        literals = [self._literal(number, one) for number, one in enumerate(alive)]
        seen: set[tuple[int, int]] = set()
        for held in self._search.together(literals, most=_SETS_MAX):
            if held is None:
                self._not_proved([], "that no two clauses clash could not be proved")
                return
            self._learn()
            for pair in combinations(held, 2):
                if pair not in seen and len(self._found) < _CONFLICTS_MAX:
                    seen.add(pair)
                    self._clashes((classes[pair[0]], classes[pair[1]]), [literals[i] for i in pair])

    def _literal(self, number: int, meant: Any) -> Any:
        name = z3.Bool(f"class {number}")
        self.model.meaning.append(name == meant)
        return name

    def _clashes(
        self, classes: tuple[tuple[int, ...], tuple[int, ...]], both_held: list[Any]
    ) -> None:
        """Tell of each two clauses of two classes that clash: the members of one give the same."""
        first, second = classes
        asked = [*both_held, self._differ(first[0], second[0])]
        while len(self._found) < _CONFLICTS_MAX and self._possible(*asked) is not False:
            case = self._search.case(asked, stopped(self._program, Conflict, lambda _: True))
            ids = self._conflicting(case) if case else set()
            members = [[i for i in some if self._clauses[i].id in ids] for some in classes]
            if case is None or not all(members):
                one, other = (self._clauses[some[0]] for some in classes)
                what = f"that it agrees with {other.id} could not be proved"
                self._not_proved([one, other], what)
                return
            pair = sorted(some[0] for some in members)
            asked.append(negated(both([self.model.alive[i] for i in pair])))
            self._tell_clash(pair, case)

    def _conflicting(self, case: Case) -> set[str]:
        try:
            self._program.decide(case)
        except Conflict as error:
            return set(error.clauses)
        return set()

    def _tell_clash(self, pair: list[int], case: Case) -> None:
        one, other = (self._clauses[i] for i in pair)
        self._found.append(
            self._teller.told(
                Code.HAS_CONFLICT,
                [one, other],
                f"it can decide differently from {other.id}, and neither defeats the other",
                "one of them under the other's 'defeats', or conditions that exclude each other",
                case,
                comes_out="error: terms.conflict",
            )
        )

    def _differ(self, first: int, second: int) -> Any:
        question = self._subject.question
        sound = [negated(self.model.stops(i)) for i in (first, second)]
        differ = self.model.differ(first, second)
        if question.combine == "one":
            return both([differ, *sound])
        by = [field.name for field in question.answer].index(question.by)
        value = self.model.outcome(first)[by]
        best = [negated(less(value, self.model.outcome(second)[by]))]
        best.append(negated(less(self.model.outcome(second)[by], value)))
        for index in self.model.deciding:
            other = self.model.outcome(index)[by]
            worse = less(value, other) if question.combine == "max" else less(other, value)
            best.append(either([negated(self.model.alive[index]), negated(worse)]))
        return both([differ, *sound, *best])

    # --- clauses that never matter ------------------------------------------------------------

    def _idle(self, earlier: frozenset[str]) -> None:
        for index, clause in enumerate(self._clauses):
            if index in self.alive:
                continue
            alive = [self.model.alive[index]]
            if not clause.then:
                targets = self._subject.graph.targets[index]
                alive.append(either([self.model.applies[target] for target in targets]))
            if self._possible(*alive) is not False:
                self.alive.add(index)
                continue
            self._tell_idle(index, clause, earlier)

    def _tell_idle(self, index: int, clause: Clause, earlier: frozenset[str]) -> None:
        word = "decides" if clause.then else "lifts anything"
        if self._possible(self.model.applies[index]) is False:
            what = f"it never {word}: its condition and its window are never met together"
        elif clause.then:
            what = f"it never {word}: whenever it applies, {self._defeaters(index)} defeats it"
        else:
            what = f"it never {word}: nothing that it defeats applies when it does"
        if clause.id in earlier:
            told = self._teller.told(Code.SUSPENDED, [clause], f"{what}; it did before", "")
            self._found.append(replace(told, note=True))
            return
        expected = "another condition or precedence, or no such clause"
        self._found.append(self._teller.told(Code.NEVER_DECIDES, [clause], what, expected))

    def _defeaters(self, index: int) -> str:
        """Name the clause that always defeats another, or else all that may."""
        defeaters = self._subject.graph.defeaters[index]
        applies = self.model.applies[index]
        for other in defeaters:
            if self._search.possible(applies, negated(self.model.alive[other])) is False:
                return self._clauses[other].id
        return listed(self._clauses[other].id for other in defeaters)

    # --- clauses that say the same ------------------------------------------------------------

    def _twins(self) -> None:
        alike: dict[Any, list[int]] = {}
        for index, clause in enumerate(self._clauses):
            then = gives(clause.then)
            facts = frozenset(facts_of_condition(clause.when))
            targets = () if clause.then else tuple(sorted(clause.defeats))
            alike.setdefault((then, facts, clause.in_force, targets), []).append(index)
        for members in alike.values():
            for place, first in enumerate(members):
                later = [self.model.applies[other] for other in members[place + 1 :]]
                alone = [self.model.applies[first], negated(either(later))]
                if later and not self._search.possible(*alone):
                    for second in members[place + 1 :]:
                        self._twin(first, second)

    def _twin(self, first: int, second: int) -> None:
        apart = self.model.applies[first] != self.model.applies[second]
        either_holds = self.model.applies[first]
        if self._search.possible(apart) is False and self._search.possible(either_holds):
            one, other = self._clauses[first], self._clauses[second]
            self._found.append(
                self._teller.told(
                    Code.SAYS_THE_SAME,
                    [other, one],
                    f"it says the same as {one.id}: under the same conditions the same outcome",
                    "one of the two",
                )
            )


def _true(model: z3.ModelRef, condition: Any) -> bool:
    if isinstance(condition, bool):
        return condition
    return bool(z3.is_true(model.eval(condition, model_completion=True)))
