"""Clauses that decide, together: one, sum, max or min."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from oferta.core.terms.sql.expressions import Ratio
from oferta.core.terms.sql.numbers import Num, Numbers, Trouble, known
from oferta.core.terms.sql.writing import both, case, compare, either, is_true, literal
from oferta.core.terms.types import Question


@dataclass(frozen=True, slots=True)
class Decider:
    """A clause with an outcome, and whether it decides before outcomes are compared."""

    index: int
    id: str
    live: exp.Expr
    outcome: dict[str, Ratio]
    troubles: list[Trouble]
    #: It is the one whose outcome is taken; None: the first live one is.
    taken: exp.Expr | None = None
    #: It might decide something else beside that one.
    contested: bool = True


@dataclass(frozen=True, slots=True)
class Combined:
    """What the live clauses decide together."""

    outcome: dict[str, Ratio]
    #: Of each decider: whether it is among those that decided.
    chosen: list[exp.Expr]
    conflict: exp.Expr
    deciders: list[Decider]
    troubles: list[Trouble] = field(default_factory=list)


def combine(question: Question, deciders: list[Decider], numbers: Numbers) -> Combined:
    """Return the outcome of all live deciders as the question says."""
    names = [answer.name for answer in question.answer]
    live = [one.live for one in deciders]
    if question.combine == "sum":
        outcome = {name: Ratio(_sum(name, deciders, numbers)) for name in names}
        return Combined(outcome, live, exp.false(), deciders, numbers.troubles)
    chosen = live
    if question.combine != "one":
        chosen = _best(question, deciders, numbers)
    outcome, clashes = {}, []
    for name in names:
        found = [one.outcome[name] for one in deciders]
        taken = [one.taken or test for one, test in zip(deciders, chosen, strict=True)]
        outcome[name] = _first(found, taken, numbers)
        clashes += _clashes(name, deciders, chosen, outcome[name])
    conflict = is_true(either(clashes)) if clashes else exp.false()
    return Combined(outcome, chosen, conflict, deciders)


def _sum(name: str, deciders: list[Decider], numbers: Numbers) -> Num:
    found = known(0)
    for one in deciders:
        value = one.outcome[name].top
        part = case([(one.live.copy(), value.sql)], literal(0))
        found = numbers.plus(found, numbers.sized(part, value.size))
    return found


def _best(question: Question, deciders: list[Decider], numbers: Numbers) -> list[exp.Expr]:
    by = [one.outcome[question.by].top for one in deciders]
    values = [case([(one.live.copy(), value.sql)]) for one, value in zip(deciders, by, strict=True)]
    if not values:
        return []
    pick = exp.Greatest if question.combine == "max" else exp.Least
    best = values[0]
    if len(values) > 1:
        best = pick(this=values[0], expressions=values[1:], ignore_nulls=True)
    kept = numbers.sized(best, max(value.size for value in by))
    return [
        numbers.layers.keep(is_true(both([one.live.copy(), compare("=", value.sql, kept.sql)])))
        for one, value in zip(deciders, by, strict=True)
    ]


def _first(found: list[Ratio], chosen: list[exp.Expr], numbers: Numbers) -> Ratio:
    branches = [(test.copy(), _written(one)) for one, test in zip(found, chosen, strict=True)]
    if not found:
        return Ratio(text=exp.null())
    if found[0].text is not None:
        return Ratio(text=numbers.layers.keep(case(branches)))
    return Ratio(numbers.sized(case(branches), max(one.top.size for one in found)))


def _clashes(
    name: str, deciders: list[Decider], chosen: list[exp.Expr], value: Ratio
) -> list[exp.Expr]:
    """Return for each decider that might decide something else when it does."""
    clashes = []
    for place, (one, test) in enumerate(zip(deciders, chosen, strict=True)):
        if one.contested and (place or one.taken):  # the first live one is not against itself
            mine = _written(one.outcome[name])
            clashes.append(both([test.copy(), compare("<>", mine, _written(value))]))
    return clashes


def _written(value: Ratio) -> exp.Expr:
    return value.text.copy() if value.text is not None else value.top.sql
