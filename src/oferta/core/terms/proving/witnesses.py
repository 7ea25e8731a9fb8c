"""Makes a case plain: as few facts as can be away from a worked example, and small round figures.

Everything here is tried by deciding; the solver is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import TermsError
from oferta.core.terms.program import compile_program
from oferta.core.terms.proving.symbols import DAY_MICROSECONDS
from oferta.core.terms.relations import breaks
from oferta.core.terms.types import Decided, Kind
from oferta.core.terms.walk import facts_of_condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from oferta.core.terms.program import Program
    from oferta.core.terms.types import Coded, Edition, Pack, Question

    Case = Mapping[str, Coded]

#: Worked examples that a case is held against, spread over all of them.
_EXAMPLES_MAX = 24
#: Tried for a figure, the smallest first; coded, so of money the first is a hundredth of a unit.
_ROUND = (0, 1, *(10**power for power in range(2, 16)))
#: A round figure may be so many times the odd one.
_ROUNDED_UP = 10


@dataclass(frozen=True, slots=True)
class Witness:
    """Facts on which two editions decide differently, and how."""

    facts: Mapping[str, Coded]
    #: Facts in which it is not like a worked example; empty: it is one.
    apart: tuple[str, ...]
    #: The decisions, or the codes of the errors that stop the case.
    before: Decided | str
    after: Decided | str

    @property
    def clauses(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The clauses that decide, before and after."""
        first, second = (
            one.decided_by if isinstance(one, Decided) else () for one in (self.before, self.after)
        )
        return first, second

    def looked_at(self, editions: tuple[Edition, Edition]) -> list[str]:
        """Return the facts to tell: what is unusual, and what the deciding clauses look at."""
        found = dict.fromkeys(self.apart)
        for edition, ids in zip(editions, self.clauses, strict=True):
            for id_ in ids:
                for name in facts_of_condition(edition.clauses[id_].when):
                    derived = edition.derived.get(name)
                    found |= dict.fromkeys(derived.reads if derived else (name,))
        return [name for name in self.facts if name in found]


def usual_cases(
    pack: Pack, question: Question, editions: Iterable[Edition], since: int | None = None
) -> list[dict[str, Coded]]:
    """Return the facts of worked examples; nothing used of limits, no day before `since`.

    An earlier example is moved: all its days by as many.
    """
    used = {
        one.used: 0 for each in editions for one in each.limits.values()
        if one.question == question.name
    }  # fmt: skip
    terms = Terms([pack])
    found: list[dict[str, Coded]] = []
    for example in pack.examples:
        if example.question == question.name and example.on is None:
            try:
                decided = terms.decide(pack.name, question.name, example.facts)
            except TermsError:
                continue
            given = {**used, **decided.facts}
            found.append(given if since is None else _moved(pack, given, decided.day, since))
    step = max(1, len(found) // _EXAMPLES_MAX)
    return found[::step]


def _moved(pack: Pack, facts: dict[str, Coded], day: int, since: int) -> dict[str, Coded]:
    days = max(0, since - day)
    units = {Kind.DATE: 1, Kind.MOMENT: DAY_MICROSECONDS}
    return {
        name: value + days * units[pack.facts[name].type.kind]
        if name in pack.facts and pack.facts[name].type.kind in units and isinstance(value, int)
        else value
        for name, value in facts.items()
    }


class Simplest:
    """Looks for the plainest facts on which two editions differ.

    Args:
        pack: the pack of both.
        editions: the two.
        question: what they are asked.
        days: coded first and last day of the event; None: open.
        differ: whether two decisions (or error codes) differ in what matters.
    """

    def __init__(
        self,
        pack: Pack,
        editions: tuple[Edition, Edition],
        question: Question,
        days: tuple[int | None, int | None],
        differ: Callable[[Decided | str, Decided | str], bool],
    ) -> None:
        self._programs = [compile_program(pack, one, question.name) for one in editions]
        self._assumed, self._days, self._differ = pack.assumed(question), days, differ
        self._types = {name: pack.facts[name].type for name in question.facts}
        self.usual = usual_cases(pack, question, editions, days[0])

    def among_examples(self) -> list[Witness]:
        """Return the worked examples that the editions decide differently."""
        tried = [self._tried(one, ()) for one in self.usual]
        return [one for one in tried if one is not None]

    def plainer(self, case: Case) -> Witness:
        """Return a witness as plain as can be found, decided by the same clauses as the case."""
        first = Witness(case, tuple(case), *self._decided(case))
        best = first
        for usual in self.usual:
            found = self._nearer(first, usual)
            if (len(found.apart), _size(found)) < (len(best.apart), _size(best)):
                best = found
            if not best.apart:
                break
        return self._rounder(best)

    def _nearer(self, witness: Witness, usual: Case) -> Witness:
        """Give fact after fact its usual value, where the same clauses still decide."""
        apart = [name for name, value in witness.facts.items() if usual.get(name, value) != value]
        found = Witness(witness.facts, tuple(apart), witness.before, witness.after)
        for name in apart:
            rest = tuple(one for one in found.apart if one != name)
            tried = self._tried({**found.facts, name: usual[name]}, rest)
            if tried is not None and tried.clauses == witness.clauses:
                found = tried
        return found

    def _rounder(self, witness: Witness) -> Witness:
        """Give the figures that are unusual small round values, where it makes no difference."""
        found = witness
        for name in witness.apart:
            value = found.facts[name]
            if isinstance(value, bool) or not isinstance(value, int) or not self._counts(name):
                continue
            for round_one in _ROUND:
                if round_one > abs(value) * _ROUNDED_UP:
                    break
                tried = self._tried({**found.facts, name: round_one}, found.apart)
                if tried is not None and tried.clauses == witness.clauses:
                    found = tried
                    break
        return found

    def _counts(self, name: str) -> bool:
        of = self._types.get(name)
        return of is None or of.kind in (Kind.MONEY, Kind.INTEGER)

    # --- deciding -----------------------------------------------------------------------------

    def _tried(self, facts: Case, apart: tuple[str, ...]) -> Witness | None:
        if not self._may_be(facts):
            return None
        before, after = self._decided(facts)
        return Witness(facts, apart, before, after) if self._differ(before, after) else None

    def _may_be(self, facts: Case) -> bool:
        """Tell whether facts keep their bounds, contradict nothing and fall on days asked about."""
        for name, of in self._types.items():
            value = facts[name]
            if isinstance(value, int) and not isinstance(value, bool):
                low, high = of.minimum, of.maximum
                if (low is not None and value < low) or (high is not None and value > high):
                    return False
        if any(breaks(one, facts) for one in self._assumed):
            return False
        first, last = self._days
        try:
            days = [program.day_of(facts) for program in self._programs]
        except TermsError:
            return False
        return any((first is None or d >= first) and (last is None or d <= last) for d in days)

    def _decided(self, facts: Case) -> tuple[Decided | str, Decided | str]:
        first, second = (decided_or_code(program, facts) for program in self._programs)
        return first, second


def decided_or_code(program: Program, facts: Case) -> Decided | str:
    """Return what is decided, or the code of the error that stops it."""
    try:
        return program.decide(facts)
    except TermsError as error:
        return error.code


def _size(witness: Witness) -> int:
    """Return how large the unusual figures are: of two witnesses the smaller is read first."""
    values = (witness.facts[name] for name in witness.apart)
    return sum(abs(v).bit_length() for v in values if isinstance(v, int))
