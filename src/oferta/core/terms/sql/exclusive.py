"""Clauses that can never apply together, as far as this is seen at a glance.

What is not seen costs a comparison of outcomes for each row, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from oferta.core.terms.types import (
    And,
    Between,
    Clause,
    Coded,
    Compare,
    Condition,
    Const,
    FactRef,
    InList,
    IsNull,
    Not,
    Truth,
    Window,
)


@dataclass(slots=True)
class _Room:
    """What a fact may be for a clause to apply."""

    low: int | None = None
    high: int | None = None
    #: None: anything.
    among: frozenset[Coded] | None = None
    null: bool | None = None

    def meets(self, other: _Room) -> bool:
        """Tell whether a value may be in both."""
        nulls = {self.null, other.null}
        if nulls == {True, False}:
            return False
        if self.among is not None and other.among is not None and not self.among & other.among:
            return False
        lows = [one.low for one in (self, other) if one.low is not None]
        highs = [one.high for one in (self, other) if one.high is not None]
        low, high = max(lows, default=None), min(highs, default=None)
        if low is not None and high is not None and low > high:
            return False
        common = [one.among for one in (self, other) if one.among is not None]
        return not common or any(_between(value, low, high) for value in common[0])


@dataclass(slots=True)
class Room:
    """The values of facts and the days under which a clause may apply."""

    window: Window
    facts: dict[str, _Room] = field(default_factory=dict)

    @classmethod
    def of(cls, clause: Clause) -> Room:
        """Return the room of a clause, by what it asks for with AND."""
        room = cls(clause.in_force)
        for part in _conjuncts(clause.when):
            room._narrow(part)
        return room

    def apart(self, other: Room) -> bool:
        """Tell whether two clauses surely never apply together."""
        if _days_apart(self.window, other.window) or _days_apart(other.window, self.window):
            return True
        return any(
            not mine.meets(other.facts[name])
            for name, mine in self.facts.items()
            if name in other.facts
        )

    def _narrow(self, part: Condition) -> None:
        match part:
            case Compare(op, FactRef(name, _), Const(value)):
                self._compared(name, op, value)
            case InList(FactRef(name, _), values):
                self._among(name, values)
            case Between(FactRef(name, _), Const(int() as low), Const(int() as high)):
                self._compared(name, ">=", low)
                self._compared(name, "<=", high)
            case IsNull(FactRef(name, _)):
                self._room(name).null = True
            case Truth(FactRef(name, _)):
                self._among(name, (True,))
            case Not(IsNull(FactRef(name, _))):
                self._room(name).null = False
            case Not(Truth(FactRef(name, _))):
                self._among(name, (False,))
            case _:
                pass

    def _room(self, name: str) -> _Room:
        return self.facts.setdefault(name, _Room())

    def _among(self, name: str, values: tuple[Coded, ...]) -> None:
        room, found = self._room(name), frozenset(values)
        room.among = found if room.among is None else room.among & found
        room.null = False

    def _compared(self, name: str, op: str, value: Coded) -> None:
        room = self._room(name)
        room.null = False
        if op == "=":
            self._among(name, (value,))
        elif isinstance(value, int) and op in ("<", "<="):
            most = value - (op == "<")
            room.high = most if room.high is None else min(room.high, most)
        elif isinstance(value, int) and op in (">", ">="):
            least = value + (op == ">")
            room.low = least if room.low is None else max(room.low, least)


def _conjuncts(item: Condition) -> Iterator[Condition]:
    if isinstance(item, And):
        for one in item.items:
            yield from _conjuncts(one)
    else:
        yield item


def _between(value: Coded, low: int | None, high: int | None) -> bool:
    if not isinstance(value, int):
        return True
    return (low is None or value >= low) and (high is None or value <= high)


def _days_apart(first: Window, second: Window) -> bool:
    return first.through is not None and second.start is not None and first.through < second.start
