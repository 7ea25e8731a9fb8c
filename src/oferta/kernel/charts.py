"""Bars for a page: where each begins and ends, in hundredths of the drawing; pure.

The drawing has no words: they stand beside it in HTML, where they can be read aloud, enlarged and
translated, and a table beside it has every figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: Width and height of a drawing of columns, in its own units.
WIDTH, HEIGHT = 1000, 240


class Column(NamedTuple):
    """One column: what was added stands above the line, what was taken below it."""

    x: int
    width: int
    #: Tops and heights of both parts.
    up_y: int
    up_height: int
    down_y: int
    down_height: int


class Columns(NamedTuple):
    """A drawing of columns."""

    columns: tuple[Column, ...]
    #: Where the line stands.
    zero: int
    #: The greatest values above and below it.
    most: int
    least: int


def columns(values: Sequence[tuple[int, int]]) -> Columns:
    """Return a column for each pair of what was added and what was taken.

    Args:
        values: what is below zero turns to the other side of the line.
    """
    pairs = [_sides(up, down) for up, down in values]
    most = max((up for up, _ in pairs), default=0)
    least = max((down for _, down in pairs), default=0)
    whole = most + least or 1
    zero = HEIGHT * most // whole
    step = WIDTH // max(len(pairs), 1)
    gap = max(step // 5, 1)
    drawn = []
    for place, (up, down) in enumerate(pairs):
        high, low = (_height(value, whole) for value in (up, down))
        drawn.append(Column(place * step, max(step - gap, 1), zero - high, high, zero, low))
    return Columns(tuple(drawn), zero, most, least)


def shares(values: Sequence[int]) -> list[int]:
    """Return how long each bar is, in hundredths of the longest; one that is not zero shows."""
    longest = max((abs(value) for value in values), default=0) or 1
    return [max(100 * abs(value) // longest, 1) if value else 0 for value in values]


def _sides(up: int, down: int) -> tuple[int, int]:
    return max(up, 0) + max(-down, 0), max(down, 0) + max(-up, 0)


def _height(value: int, whole: int) -> int:
    return max(HEIGHT * value // whole, 1) if value else 0
