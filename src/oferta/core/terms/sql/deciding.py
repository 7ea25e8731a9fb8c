"""The boxes in which each clause of a question is the first one that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from oferta.core.terms.sql.boxes import Box, Key, Space, TooManyWays, both, either, inside
from oferta.core.terms.subject import Subject
from oferta.core.terms.types import And, Clause, Compare, Condition, Const, FactRef, Kind, Type

#: More boxes of one edition are not worth their look-ups.
BOXES_MAX = 400


@dataclass(slots=True)
class Placed:
    """The boxes of some editions of a question, each edition's own in the order of its clauses.

    A box that several editions have is there once, so that unchanged clauses are looked up once.
    """

    space: Space
    boxes: list[Box] = field(default_factory=list)
    #: By edition, the clause that each box is of; None: the edition does not have it.
    owners: dict[str, list[int | None]] = field(default_factory=dict)

    def add(self, edition: str, found: Sequence[tuple[Box, int]]) -> None:
        """Let the boxes of one more edition in among the others."""
        merged: list[tuple[Box, int | None, int | None]] = []
        ours, theirs = _hashed(self.boxes), _hashed([box for box, _ in found])
        told = SequenceMatcher(None, ours, theirs, autojunk=False)
        for how, first, last, begin, end in told.get_opcodes():
            if how == "equal":
                pairs = zip(range(first, last), range(begin, end), strict=True)
                merged += [(self.boxes[old], old, new) for old, new in pairs]
                continue
            merged += [(self.boxes[old], old, None) for old in range(first, last)]
            merged += [(found[new][0], None, new) for new in range(begin, end)]
        for name, owners in self.owners.items():
            self.owners[name] = [None if old is None else owners[old] for _, old, _ in merged]
        self.owners[edition] = [None if new is None else found[new][1] for _, _, new in merged]
        self.boxes = [box for box, _, _ in merged]


def _hashed(boxes: Sequence[Box]) -> list[frozenset[tuple[Key, int]]]:
    return [frozenset(box.items()) for box in boxes]


def in_order(subject: Subject) -> list[int]:
    """Return the clauses with an outcome, each after those that defeat it."""
    return [index for index in subject.graph.order if subject.clauses[index].then]


def placed(subjects: Sequence[Subject], day: str) -> list[Placed]:
    """Return the boxes of editions in which each clause decides, those that have too many left out.

    Args:
        subjects: one question of some editions.
        day: the column with the day of the event.
    """
    asked = [[_whole(clause, day) for clause in subject.clauses] for subject in subjects]
    together = _alike(subjects)
    space = Space.of([one for some in asked for one in some]) if together else None
    found: list[Placed] = []
    for subject, conditions in zip(subjects, asked, strict=True):
        boxes = _boxes(subject, conditions, space or Space.of(conditions))
        if boxes is None:
            continue
        if not found or not together:
            found.append(Placed(space or Space.of(conditions)))
        found[-1].add(subject.edition.id, boxes)
    return found


def _alike(subjects: Sequence[Subject]) -> bool:
    """Tell whether what the editions derive under one name is of one kind."""
    kinds: dict[str, set[Kind]] = {}
    for subject in subjects:
        for name in subject.derived:
            kinds.setdefault(name, set()).add(subject.edition.derived[name].type.kind)
    return all(len(some) == 1 for some in kinds.values())


def _boxes(
    subject: Subject, asked: Sequence[Condition], space: Space
) -> list[tuple[Box, int]] | None:
    """Return the boxes of one edition, each with its clause; None: there are too many."""
    finding, boxes = _Finding(subject, asked), list[tuple[Box, int]]()
    try:
        for index in in_order(subject):
            for box in finding.live(space, index):
                if not any(inside(box, earlier) for earlier, _ in boxes):
                    boxes.append((box, index))
    except TooManyWays:
        return None
    return boxes if len(boxes) <= BOXES_MAX else None


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
