"""The boxes in which each clause of a question is the first one that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from oferta.core.terms.codegen import Subject
from oferta.core.terms.sql.boxes import Box, Space, TooManyWays, both, either, inside
from oferta.core.terms.sql.chain import in_order
from oferta.core.terms.types import And, Clause, Compare, Condition, Const, FactRef, Kind, Type

#: Boxes of one number, and how many such numbers are worth their look-ups.
WORD = 62
WORDS_MAX = 6


@dataclass(frozen=True, slots=True)
class First:
    """The boxes of a question, in the order of the clauses that they are of."""

    space: Space
    boxes: tuple[tuple[Box, int], ...]


def first_boxes(subject: Subject, day: str) -> First | None:
    """Return the boxes of the first clause that decides; None: there are too many.

    Args:
        subject: the question.
        day: the column with the day of the event.
    """
    asked = [_whole(clause, day) for clause in subject.clauses]
    space, found = Space.of(asked), _Finding(subject, asked)
    boxes: list[tuple[Box, int]] = []
    try:
        for index in in_order(subject):
            for box in found.live(space, index):
                if not any(inside(box, earlier) for earlier, _ in boxes):
                    boxes.append((box, index))
    except TooManyWays:
        return None
    return First(space, tuple(boxes)) if len(boxes) <= WORD * WORDS_MAX else None


def _whole(clause: Clause, day: str) -> Condition:
    """Return a clause's condition and its window as one."""
    on, span = FactRef(day, Type(Kind.DATE, nullable=True)), clause.in_force
    found: list[Condition] = []
    if span.start is not None:
        found.append(Compare(">=", on, Const(span.start, on.type)))
    if span.through is not None:
        found.append(Compare("<=", on, Const(span.through, on.type)))
    return And((*found, clause.when)) if found else clause.when


@dataclass(slots=True)
class _Finding:
    subject: Subject
    asked: Sequence[Condition]
    _idle: dict[int, list[Box]] = field(default_factory=dict)

    def live(self, space: Space, index: int) -> list[Box]:
        """Return where a clause holds and nothing that only lifts defeats it."""
        return both(
            [space.ways(self.asked[index]), *(self.idle(space, by) for by in self._lifts(index))]
        )

    def idle(self, space: Space, index: int) -> list[Box]:
        """Return where a clause that only lifts does not do so."""
        if index not in self._idle:
            live = [self.live(space, by) for by in self._lifts(index)]
            lacking = space.ways(self.asked[index], lacks=True)
            self._idle[index] = either([lacking, *live])
        return self._idle[index]

    def _lifts(self, index: int) -> list[int]:
        found = self.subject.graph.defeaters[index]
        return [by for by in found if not self.subject.clauses[by].then]
