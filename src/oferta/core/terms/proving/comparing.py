"""Whether two editions answer a question alike: proved, or cases where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oferta.core.terms.proving.encoding import alike
from oferta.core.terms.proving.logic import both, negated
from oferta.core.terms.proving.sides import COST_MAX, Sides
from oferta.core.terms.proving.witnesses import Simplest, Witness
from oferta.core.terms.types import Decided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oferta.core.terms.proving.answers import Way
    from oferta.core.terms.types import Coded, Edition, Pack

#: Ways in which editions differ that are told of one question.
WITNESSES_MAX = 6


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is known of two editions: equal on all facts, or cases where they are not."""

    #: None: neither proved nor refuted.
    equal: bool | None
    #: The plainest first, each by other clauses than the ones before.
    witnesses: tuple[Witness, ...] = ()

    @property
    def case(self) -> dict[str, Coded] | None:
        """Coded facts on which they differ."""
        return dict(self.witnesses[0].facts) if self.witnesses else None


def days_of(pack: Pack, editions: tuple[Edition, Edition]) -> tuple[int, int | None]:
    """Return the days on which the later of two editions is in force: the days that matter."""
    later = max(one.start for one in editions)
    after = [one.start - 1 for one in pack.editions if one.start > later]
    return later, min(after, default=None)


def compare(
    pack: Pack,
    editions: tuple[Edition, Edition],
    question: str,
    *,
    cost_max: int = COST_MAX,
) -> Comparison:
    """Return whether both editions give the same answer on all facts, as if each were in force.

    The days asked about are those on which the later edition is in force: what a campaign gave
    that was over by then is no difference. Limits are part of the answer, and so is the error where
    there is none. Dates from 1900 to 2199 and figures up to 10^15 are asked about.

    Args:
        pack: the pack of both.
        editions: the two.
        question: its name.
        cost_max: how much it may cost, in the solver's own unit; a second is some four million.
    """
    days = days_of(pack, editions)
    plain = Simplest(pack, editions, pack.questions[question], days, differ)
    usual = plain.usual[0] if plain.usual else {}
    sides = Sides(pack, editions, question, usual, days, cost_max=cost_max)
    found = plain.among_examples()
    for asked in _differences(sides):
        case = sides.case(asked, lambda facts: differ(*sides.decided(facts)))
        if case is not None:
            found.append(plain.plainer(case))
        if len(found) > WITNESSES_MAX * 4:
            break
    witnesses = _plainest(found)
    if witnesses:
        return Comparison(equal=False, witnesses=witnesses)
    return Comparison(None if sides.unsure else True)


def _plainest(found: list[Witness]) -> tuple[Witness, ...]:
    """Return one witness for each pair of deciding clauses, the plainest first."""
    ranked = sorted(enumerate(found), key=lambda item: (len(item[1].apart), item[0]))
    kept: dict[object, Witness] = {}
    for _, one in ranked:
        ends = one.clauses if all(one.clauses) else (one.clauses, str(one.before), str(one.after))
        kept.setdefault(ends, one)
    return tuple(kept.values())[:WITNESSES_MAX]


def _differences(sides: Sides) -> Iterator[list[Any]]:
    for here in (0, 1):
        yield from sides.unanswered(here)
    for first, second in sides.met():
        taken = [*sides.sound, first.taken, second.taken]
        if first.stops is not False or second.stops is not False:
            yield [*taken, first.stops, negated(second.stops)]
            yield [*taken, second.stops, negated(first.stops)]
        apart = _apart(first, second)
        yield [*taken, apart, negated(first.stops), negated(second.stops)]


def _apart(first: Way, second: Way) -> Any:
    """Return the condition that two ways give different answers."""
    pairs = zip(first.fields, second.fields, strict=True)
    return negated(both([alike(one, other) for one, other in pairs]))


def differ(first: Decided | str, second: Decided | str) -> bool:
    """Tell whether two answers differ: in a field, or in the error that stops the case."""
    return _outcome(first) != _outcome(second)


def _outcome(decided: Decided | str) -> object:
    return decided.outcome if isinstance(decided, Decided) else decided
