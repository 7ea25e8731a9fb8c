"""Whether two editions answer a question alike: proved, or a case where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oferta.core.terms.proving.encoding import alike, both, negated
from oferta.core.terms.proving.sides import Sides
from oferta.core.terms.types import Decided

if TYPE_CHECKING:
    from oferta.core.terms.proving.answers import Way
    from oferta.core.terms.types import Coded, Edition, Pack


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

    Limits are part of the outcome, and so is the error where there is none.

    Args:
        pack: the pack of both.
        editions: the two.
        question: its name.
        usual: coded facts to find a case near to.
    """
    sides = Sides(pack, editions, question, usual or {})
    for asked in _differences(sides):
        case = sides.case(asked, lambda facts: _differ(*sides.decided(facts)))
        if case is not None:
            return Comparison(equal=False, case=dict(case))
    return Comparison(None if sides.unsure else True)


def _differences(sides: Sides) -> Any:
    for here in (0, 1):
        yield from sides.unanswered(here)
    for first, second in sides.met():
        taken = [*sides.sound, first.taken, second.taken]
        if first.stops is not False or second.stops is not False:
            yield [*taken, first.stops, negated(second.stops)]
            yield [*taken, second.stops, negated(first.stops)]
        yield [*taken, differ(first, second), negated(first.stops), negated(second.stops)]


def differ(first: Way, second: Way) -> Any:
    """Return the condition that two ways give different answers."""
    pairs = zip(first.fields, second.fields, strict=True)
    return negated(both([alike(one, other) for one, other in pairs]))


def _differ(first: Decided | str, second: Decided | str) -> bool:
    return _outcome(first) != _outcome(second)


def _outcome(decided: Decided | str) -> object:
    return decided.outcome if isinstance(decided, Decided) else decided
