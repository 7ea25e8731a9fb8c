"""What an expression reads, and whether a clause lets a null into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from oferta.core.terms.lexer import words_of
from oferta.core.terms.scope import BadSource
from oferta.core.terms.types import (
    AddDays,
    AddMonths,
    Binary,
    Choose,
    Counting,
    DateOf,
    DaysBetween,
    Elapsed,
    Expression,
    FactRef,
    Negate,
    Pick,
    Rounded,
)


def names_in(source: str) -> set[str]:
    """Return every name written in an expression, whatever it means; none if it is unreadable."""
    try:
        return {word.text for word in words_of(source) if word.kind == "name"}
    except BadSource:
        return set()


def parts_of(item: Expression) -> tuple[Expression, ...]:  # noqa: PLR0911 - a case per node
    """Return the expressions directly inside `item`."""
    match item:
        case Binary(left=left, right=right):
            return (left, right)
        case Negate(item=inner) | Rounded(item=inner):
            return (inner,)
        case Pick(items=items):
            return items
        case DaysBetween(start=start, end=end) | Elapsed(start=start, end=end):
            return (start, end)
        case AddDays(start=start, number=number) | AddMonths(start=start, number=number):
            return (start, number)
        case DateOf(moment=moment):
            return (moment,)
        case Choose(on=on, cases=cases):
            return (on, *(inner for _, inner in cases))
        case _:
            return ()


def _walk(item: Expression) -> Iterator[Expression]:
    yield item
    for part in parts_of(item):
        yield from _walk(part)


def countings_in(item: Expression) -> tuple[str, ...]:
    """Return the countings that an expression names."""
    found = (
        part.counting for part in _walk(item) if isinstance(part, DaysBetween | AddDays | DateOf)
    )
    return tuple(dict.fromkeys(found))


def facts_read(item: Expression, countings: Mapping[str, Counting]) -> tuple[str, ...]:
    """Return the facts that an expression reads, those that name a time zone included."""
    found = [part.name for part in _walk(item) if isinstance(part, FactRef)]
    for name in countings_in(item):
        counting = countings[name]
        if counting.time_zone_is_fact:
            found.append(counting.time_zone)
    return tuple(dict.fromkeys(found))
