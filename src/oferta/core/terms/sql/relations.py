"""What a pack assumes of its facts, in SQL: rows that break it are told and never decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from oferta.core.terms.sql.expressions import Ratio, Values
from oferta.core.terms.sql.layers import Layers
from oferta.core.terms.sql.numbers import Num, Numbers, Trouble, known
from oferta.core.terms.sql.query import FACTS_DISAGREE, TOO_LARGE
from oferta.core.terms.sql.tested import Tests
from oferta.core.terms.sql.writing import both, compare, either, is_null, is_true, negated
from oferta.core.terms.types import PERCENT_ONE, Expression, Held, Kind, Relation
from oferta.core.terms.walk import facts_of


def broken(
    relation: Relation, facts: Mapping[str, Ratio], tests: Tests, numbers: Numbers
) -> list[Trouble]:
    """Return what is true of rows that break a relation, or that are too large to tell."""
    when, that = tests.holds(relation.when), relation.that
    if not isinstance(that, Held):
        return [(both([when, tests.holds(that, wanted=False)]), FACTS_DISAGREE)]
    values = Values(numbers, facts, {}, {})
    left, right = _scaled(that.left, values), _scaled(that.right, values)
    first, second = numbers.times(left.top, right.bottom), numbers.times(right.top, left.bottom)
    fails = negated(compare(that.op, first.sql, second.sql))
    # A null, or a division by zero, leaves it unknown: that breaks nothing.
    names = {name for side in (that.left, that.right) for name in facts_of(side, {})}
    unknown = [is_null(tests.column(name)) for name in sorted(names) if tests.nullable(name)]
    large = [test for test, status in numbers.troubles if status == TOO_LARGE]
    unknown += [test for test, status in numbers.troubles if status != TOO_LARGE]
    sure = [negated(is_true(either(unknown)))] if unknown else []
    found = [(both([when, *sure, fails]), FACTS_DISAGREE)]
    return [*((both([when.copy(), *sure, test]), TOO_LARGE) for test in large), *found]


def _scaled(side: Expression, values: Values) -> Ratio:
    """Return a side as it is: 1% is a hundredth."""
    found = values.ratio(side)
    if side.type.kind is not Kind.PERCENT:
        return found
    return Ratio(found.top, values.numbers.times(found.bottom, known(PERCENT_ONE)))


def disagreeing(
    relations: tuple[Relation, ...],
    sizes: Mapping[str, int | None],
    nullable: Callable[[str], bool],
    source: str,
    keep: Sequence[str] = (),
) -> str:
    """Return DuckDB's SELECT that tells for each row which relations it breaks, by their order.

    Args:
        relations: between facts of the table.
        sizes: of the facts of the table, the greatest magnitude; None: it is no number.
        nullable: tells whether a fact may be null.
        source: the table, its facts coded.
        keep: columns of the table to return as they are.
    """
    layers = Layers(sizes)

    def column(name: str) -> exp.Expr:
        return exp.column(name, quoted=True)

    facts = {
        name: Ratio(text=column(name)) if size is None else Ratio(Num(column(name), size))
        for name, size in sizes.items()
    }
    outputs: dict[str, exp.Expr] = {name: layers.given(name) for name in keep}
    for place, relation in enumerate(relations):
        found = broken(relation, facts, Tests(column, nullable), Numbers(layers, "duckdb"))
        outputs[str(place)] = is_true(either(test for test, _ in found))
    return layers.select(outputs, source, fenced=False).sql("duckdb", copy=False)
