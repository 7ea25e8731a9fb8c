"""The few words of logic that every part of the model is put together from."""

from __future__ import annotations

from typing import Any

import z3


def both(parts: list[Any]) -> Any:
    """Return the conjunction, plain truth values worked in."""
    if any(part is False for part in parts):
        return False
    rest = [part for part in parts if part is not True]
    return z3.And(rest) if len(rest) > 1 else (rest[0] if rest else True)


def either(parts: list[Any]) -> Any:
    """Return the disjunction, plain truth values worked in."""
    if any(part is True for part in parts):
        return True
    rest = [part for part in parts if part is not False]
    return z3.Or(rest) if len(rest) > 1 else (rest[0] if rest else False)


def negated(part: Any) -> Any:
    """Return the negation, plain truth values worked in."""
    return not part if isinstance(part, bool) else z3.Not(part)
