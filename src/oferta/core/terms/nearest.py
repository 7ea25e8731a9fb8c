"""The nearest change of facts that would have changed the outcome.

Found by trying and really deciding: first each fact alone, then pairs, a bounded number of times
and always in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from oferta.core.terms.candidates import Candidates
from oferta.core.terms.case import clauses_of, edition_of
from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import TermsError
from oferta.core.terms.relations import breaks
from oferta.core.terms.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oferta.core.terms.types import Coded, Decided, Pack

#: Pairs tried at most; one takes some microseconds.
PAIRS_MAX = 3_000


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact and the other value it would have had, both coded."""

    name: str
    before: Coded
    after: Coded
    #: The value is a code that nothing names, and stands for any other.
    example: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A change of facts, verified by deciding, with both outcomes."""

    facts: tuple[FactChange, ...]
    before: dict[str, Coded]
    after: dict[str, Coded]
    decided_by: tuple[str, ...]
    #: Whether the customer would have had more; None if the question does not say what is better.
    better: bool | None


@dataclass(frozen=True, slots=True)
class _Found:
    change: Change
    rank: tuple[int, ...]


def nearest_changes(pack: Pack, decided: Decided, limit: int = 3) -> tuple[Change, ...]:
    """Return the changes of facts nearest to the case that have another outcome.

    Fewest facts first; then what is better for the customer and was theirs to choose, what is
    better, what was theirs to choose, the rest; then the smallest step.

    Args:
        pack: the pack that decided.
        decided: the decision.
        limit: how many at most.

    Raises:
        UnknownEdition: the pack has no such edition.
    """
    search = _Search(pack, decided)
    found = search.singles()
    if len(found) < limit:
        found += search.pairs(found)
    return tuple(one.change for one in found[:limit])


@lru_cache(maxsize=32)
def _engine(key: _Key) -> Terms:
    return Terms([key.pack])


class _Key:
    """Carries a pack past the cache, by identity: its dictionaries have no hash."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __hash__(self) -> int:
        return id(self.pack)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.pack is other.pack


def _varied(found: list[_Found]) -> list[_Found]:
    """Return ranked changes; among equally good ones no fact crowds out the others."""
    met: dict[str, int] = {}
    order: list[tuple[int, int, int]] = []
    for place, one in enumerate(found):
        name = one.change.facts[0].name
        met[name] = met.get(name, 0) + 1
        order.append((one.rank[1], met[name], place))
    return [found[place] for _, _, place in sorted(order)]


class _Search:
    def __init__(self, pack: Pack, decided: Decided) -> None:
        self._pack, self._decided = pack, decided
        self._engine = _engine(_Key(pack))
        self._question = pack.questions[decided.question]
        edition = edition_of(pack, decided.edition)
        self._near = Candidates(pack, edition, decided, clauses_of(edition, decided.question))
        self._names = tuple(decided.facts)
        self._tries = {name: self._near.of(name) for name in self._names}
        #: Changes of one fact that changed the outcome: none is told again as half of a pair.
        self._alone: set[tuple[str, Coded]] = set()
        self._fixed = self._fixed_arguments()
        self._program = self._engine.program(decided.pack, decided.question, edition)
        self._assumed = pack.assumed(self._question)
        #: A change of none of these leaves day and edition as they are.
        self._dating = self._program.asked.raw_behind(self._question.day)

    def _fixed_arguments(self) -> tuple[int | None, str | None]:
        """Return day and edition if they were given beside the facts: they then stay."""
        decided = self._decided
        try:
            read = self._engine.read_coded(decided.pack, decided.question, decided.facts)
        except TermsError:
            return decided.day, decided.edition
        same_day, same_edition = read.day == decided.day, read.edition.id == decided.edition
        return (
            None if same_day else decided.day,
            None if same_edition else decided.edition,
        )

    def singles(self) -> list[_Found]:
        """Return one change per fact and other outcome, in rank order."""
        found: list[_Found] = []
        for name in self._names:
            seen: list[dict[str, Coded]] = []
            for place, value in enumerate(self._tries[name]):
                one = self._tried(((name, value),), place)
                if one is None:
                    continue
                self._alone.add((name, value))
                if one.change.after not in seen and not self._idle(name, one.change):
                    seen.append(one.change.after)
                    found.append(one)
        found.sort(key=lambda one: one.rank)
        return _varied(found)

    def pairs(self, singles: list[_Found]) -> list[_Found]:
        """Return changes of two facts of which neither alone changes anything, better ones only."""
        alone: dict[str, list[dict[str, Coded]]] = {}
        for one in singles:
            alone.setdefault(one.change.facts[0].name, []).append(one.change.after)
        better: list[_Found] = []
        for place, (first, second) in enumerate(self._pairs_to_try()):
            if place >= PAIRS_MAX:
                break
            tried = self._tried((first, second), place)
            if tried is None or tried.change.better is False:
                continue
            names = {first[0], second[0]}
            known = [*alone.get(first[0], ()), *alone.get(second[0], ())]
            known += [o.change.after for o in better if {f.name for f in o.change.facts} == names]
            if not any(self._alike(tried.change.after, other) for other in known):
                better.append(tried)
        return sorted(better, key=lambda one: one.rank)

    def _pairs_to_try(self) -> Iterator[tuple[tuple[str, Coded], tuple[str, Coded]]]:
        """Yield pairs, nearest values first, facts that were the customer's to choose first."""
        names = sorted(self._names, key=lambda name: not self._changeable(name))
        deepest = max((len(values) for values in self._tries.values()), default=0)
        for depth in range(2 * deepest - 1):
            for first, second in combinations(names, 2):
                tries = self._tries[first], self._tries[second]
                for place in range(depth + 1):
                    if place < len(tries[0]) and depth - place < len(tries[1]):
                        pair = (first, tries[0][place]), (second, tries[1][depth - place])
                        if self._alone.isdisjoint(pair):
                            yield pair

    def _changeable(self, name: str) -> bool:
        fact = self._pack.facts.get(name)
        return fact is not None and fact.changeable

    def _tried(self, changed: tuple[tuple[str, Coded], ...], place: int) -> _Found | None:
        """Decide with other values; None if the outcome stays or there is none."""
        before = self._decided
        facts = {**before.facts, **dict(changed)}
        if any(breaks(one, facts) for one in self._assumed):
            return None
        try:
            after = self._decide(facts, changed)
        except TermsError:
            return None
        if after.outcome == before.outcome:
            return None
        changes = tuple(
            FactChange(name, before.facts[name], value, self._near.unnamed(name, value))
            for name, value in changed
        )
        better = self._better(after.outcome)
        change = Change(changes, before.outcome, after.outcome, after.decided_by, better)
        theirs = all(self._changeable(name) for name, _ in changed)
        order = tuple(self._names.index(name) for name, _ in changed)
        return _Found(change, (len(changed), 2 * (not better) + (not theirs), place, *order))

    def _decide(self, facts: dict[str, Coded], changed: tuple[tuple[str, Coded], ...]) -> Decided:
        """Decide; the shorter way if the change leaves the day as it is."""
        if not any(name in self._dating for name, _ in changed):
            return self._program.decide(facts, self._decided.day)
        on, edition = self._fixed
        return self._engine.decide_coded(
            self._decided.pack, self._decided.question, facts, on, edition
        )

    def _idle(self, name: str, change: Change) -> bool:
        """Tell whether a number only moves figures on the way to the same answer."""
        money = self._pack.facts.get(name)
        if money is None or money.type.kind is not Kind.MONEY:
            return False
        return self._alike(change.after, change.before)

    def _alike(self, first: dict[str, Coded], second: dict[str, Coded]) -> bool:
        """Return whether two outcomes are the same to the customer."""
        field = self._question.better
        return first[field] == second[field] if field else first == second

    def _better(self, outcome: dict[str, Coded]) -> bool | None:
        field = self._question.better
        if not field:
            return None
        return int(outcome[field] or 0) > int(self._decided.outcome[field] or 0)
