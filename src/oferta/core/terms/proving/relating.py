"""Relations between facts and answers, as the solver takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oferta.core.terms.proving.days import Days
from oferta.core.terms.proving.encoding import Conditions, Expressions
from oferta.core.terms.proving.logic import both, either, negated
from oferta.core.terms.proving.numbers import Ratio, less, quotient, same
from oferta.core.terms.proving.symbols import Symbol
from oferta.core.terms.types import Held
from oferta.core.terms.walk import facts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oferta.core.terms.proving.encoding import Value
    from oferta.core.terms.proving.symbols import Symbols
    from oferta.core.terms.types import Relation


def broken(relation: Relation, facts: Mapping[str, Symbol], symbols: Symbols) -> Any:
    """Return the condition that facts (and fields of an answer among them) break a relation."""
    conditions = Conditions(facts, symbols)
    that = relation.that
    if isinstance(that, Held):
        fails = _fails(that, facts, symbols)
    else:
        fails = conditions.holds(that, wanted=False)
    return both([conditions.holds(relation.when), fails])


def _fails(that: Held, facts: Mapping[str, Symbol], symbols: Symbols) -> Any:
    expressions = Expressions(facts, symbols, {}, Days())
    left, right = (expressions.real(side, {}) for side in (that.left, that.right))
    names = [name for side in (that.left, that.right) for name in facts_of(side, {})]
    unknown = [facts[name].null for name in names] + expressions.stops
    return both([negated(either(unknown)), negated(_stand(that.op, left, right))])


def _stand(op: str, left: Ratio, right: Ratio) -> Any:
    match op:
        case "=":
            return same(left, right)
        case "<>":
            return negated(same(left, right))
        case "<":
            return less(left, right)
        case "<=":
            return negated(less(right, left))
        case ">":
            return less(right, left)
        case _:
            return negated(less(left, right))


def as_fact(value: Value) -> Symbol:
    """Return a field of an answer as a fact; it is a whole number, however it is written."""
    if not isinstance(value, Ratio):
        return Symbol(value)
    return Symbol(quotient(value.num, value.den))
