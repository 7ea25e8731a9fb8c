"""Whether facts, or facts and an answer, keep what a pack says of them."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, cast

from oferta.core.terms.errors import FactsDisagree
from oferta.core.terms.figures import Figures
from oferta.core.terms.types import PERCENT_ONE, Held, Kind
from oferta.core.terms.values import write_value
from oferta.core.terms.walk import facts_of
from oferta.core.terms.weighing import truth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from oferta.core.terms.types import Coded, Edition, Expression, Pack, Question, Relation

    Facts = Mapping[str, Coded]

_COMPARED: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def breaks(relation: Relation, facts: Facts) -> bool:
    """Tell whether coded facts (and fields of an answer beside them) break a relation."""
    if truth(relation.when, facts) is not True:
        return False
    that = relation.that
    return (_held(that, facts) if isinstance(that, Held) else truth(that, facts)) is False


def check_assumed(pack: Pack, question: Question, facts: Facts) -> None:
    """Refuse coded facts that contradict each other.

    Raises:
        FactsDisagree: they break an assumption of the pack.
    """
    for one in pack.assumed(question):
        if breaks(one, facts):
            said = [f"{n} {write_value(facts[n], pack.facts[n].type)}" for n in one.reads]
            raise FactsDisagree(pack=pack.name, assumption=one.id, relation=one.source, given=said)


def _held(that: Held, facts: Facts) -> bool | None:
    sides = that.left, that.right
    if any(facts[name] is None for side in sides for name in facts_of(side, {})):
        return None
    try:
        left, right = (_number(side, facts) for side in sides)
    except ZeroDivisionError:
        return None
    return _COMPARED[that.op](left, right)


def _number(side: Expression, facts: Facts) -> Fraction:
    # A relation counts no days, so no edition's ways of counting are needed.
    value = Figures(cast("Edition", None), facts, {}).number(side)
    return value / PERCENT_ONE if side.type.kind is Kind.PERCENT else value
