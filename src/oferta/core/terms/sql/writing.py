"""Small SQL expressions, brackets set where they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from sqlglot import exp

from oferta.core.terms.types import Coded

_BARE = (exp.Column, exp.Literal, exp.Paren, exp.Boolean, exp.Null)


def literal(value: Coded) -> exp.Expr:
    """Return a coded value as it is written in SQL."""
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int):
        number = exp.Literal.number(abs(value))
        return exp.Paren(this=exp.Neg(this=number)) if value < 0 else number
    return exp.Literal.string(value)


def inside(value: exp.Expr) -> exp.Expr:
    """Return a value that may stand beside an operator."""
    # AND and OR are functions too in sqlglot's eyes, but are written between their operands.
    called = isinstance(value, exp.Func) and not isinstance(value, exp.Binary)
    return value if called or isinstance(value, _BARE) else exp.Paren(this=value)


def binary(operator: type[exp.Binary], left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Return `left operator right`."""
    return operator(this=inside(left), expression=inside(right))


def compare(op: str, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Return a comparison by the operator as it is written."""
    return binary(_COMPARED[op], left, right)


_COMPARED: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def both(items: Iterable[exp.Expr]) -> exp.Expr:
    """Return the conjunction of the items; of none, TRUE."""
    found = list(items)
    if exp.false() in found:
        return exp.false()
    return _joined(exp.And, [item for item in found if item != exp.true()], exp.true())


def either(items: Iterable[exp.Expr]) -> exp.Expr:
    """Return the disjunction of the items; of none, FALSE."""
    found = list(items)
    if exp.true() in found:
        return exp.true()
    return _joined(exp.Or, [item for item in found if item != exp.false()], exp.false())


def _joined(operator: type[exp.Binary], items: Sequence[exp.Expr], nothing: exp.Expr) -> exp.Expr:
    """Join as a balanced tree: a long chain would nest deeper than parsers read."""
    if not items:
        return nothing
    if len(items) == 1:
        return items[0]
    middle = len(items) // 2
    left = _joined(operator, items[:middle], nothing)
    return binary(operator, left, _joined(operator, items[middle:], nothing))


def negated(item: exp.Expr) -> exp.Expr:
    """Return `NOT item`."""
    return exp.Not(this=inside(item))


def is_null(item: exp.Expr) -> exp.Expr:
    """Return `item IS NULL`."""
    return exp.Is(this=inside(item), expression=exp.null())


def is_true(item: exp.Expr) -> exp.Expr:
    """Return `item IS TRUE`: UNKNOWN becomes false."""
    return exp.Is(this=inside(item), expression=exp.true())


def case(branches: Iterable[tuple[exp.Expr, exp.Expr]], other: exp.Expr | None = None) -> exp.Expr:
    """Return `CASE WHEN … THEN … ELSE other END`."""
    ifs = [exp.If(this=test, true=value) for test, value in branches]
    if not ifs:
        return other if other is not None else exp.null()
    return exp.Case(ifs=ifs, default=other)


def total(items: Sequence[exp.Expr]) -> exp.Expr:
    """Return the sum of the items, as a balanced tree."""
    if not items:
        return literal(0)
    if len(items) == 1:
        return items[0]
    middle = len(items) // 2
    return binary(exp.Add, total(items[:middle]), total(items[middle:]))


def steps(
    key: exp.Expr, bounds: Sequence[int], values: Sequence[int], *, null_first: bool = False
) -> exp.Expr:
    """Return `values[i]` for the number i of `bounds` that are not above `key`.

    Args:
        key: a whole number.
        bounds: ascending.
        values: one more than there are bounds.
        null_first: a null gets the first value; otherwise the last.
    """
    if not bounds:
        return literal(values[0])
    middle = len(bounds) // 2
    below = steps(key, bounds[:middle], values[: middle + 1], null_first=null_first)
    above = steps(key, bounds[middle + 1 :], values[middle + 1 :], null_first=null_first)
    if null_first:
        return case([(compare(">=", key, literal(bounds[middle])), above)], below)
    return case([(compare("<", key, literal(bounds[middle])), below)], above)


@lru_cache(maxsize=8)
def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name)


def cast(value: exp.Expr, name: str) -> exp.Expr:
    """Return `CAST(value AS name)`; the value itself goes in, uncopied."""
    return exp.Cast(this=value, to=_type(name).copy())


def called(name: str, *given: exp.Expr) -> exp.Expr:
    """Return a function that sqlglot need not know, called."""
    return exp.Anonymous(this=name, expressions=list(given))
