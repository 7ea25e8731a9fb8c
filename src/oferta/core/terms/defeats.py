"""Which of the clauses that apply decide: default logic over bits."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from oferta.core.terms.errors import PackInvalid, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oferta.core.terms.types import Clause


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of every clause, for one mask; clause ids in published order."""

    #: In force, and the condition held.
    applied: tuple[str, ...]
    #: Applied and defeated: by which undefeated clauses.
    defeated: dict[str, tuple[str, ...]]
    #: Applied and back in play: the applied clauses against it, each of them itself defeated.
    lifted: dict[str, tuple[str, ...]]
    #: Undefeated with an outcome. Under `max` and `min` of a decision: only the chosen.
    deciding: tuple[str, ...]


class Defeats:
    """The graph of one question's clauses: defeaters come before what they defeat."""

    def __init__(self, pack: str, clauses: Sequence[Clause]) -> None:
        self._pack = pack
        self._clauses = clauses
        self.ids = tuple(clause.id for clause in clauses)
        place = {clause_id: index for index, clause_id in enumerate(self.ids)}
        #: Per clause: indexes of the clauses that it defeats, and of those that defeat it.
        self.targets = [
            sorted({place[name] for name in clause.defeats if name in place}) for clause in clauses
        ]
        self.defeaters: list[list[int]] = [[] for _ in clauses]
        for index, targets in enumerate(self.targets):
            for target in targets:
                self.defeaters[target].append(index)
        self._against = [sum(1 << index for index in found) for found in self.defeaters]
        self._outcomes = sum(1 << index for index, clause in enumerate(clauses) if clause.then)
        self.order = self._sorted()

    def _sorted(self) -> list[int]:
        """Return indexes, defeaters first, otherwise lifting clauses first, then as published."""
        waiting = [len(found) for found in self.defeaters]
        ready = [self._rank(index) for index, count in enumerate(waiting) if not count]
        heapify(ready)
        order: list[int] = []
        while ready:
            index = heappop(ready)[1]
            order.append(index)
            for target in self.targets[index]:
                waiting[target] -= 1
                if not waiting[target]:
                    heappush(ready, self._rank(target))
        if len(order) < len(waiting):
            raise self._circle([index for index, count in enumerate(waiting) if count])
        return order

    def _rank(self, index: int) -> tuple[bool, int]:
        return bool(self._clauses[index].then), index

    def _circle(self, waiting: list[int]) -> PackInvalid:
        named = [self._clauses[index] for index in waiting]
        place = named[0].place
        ids = ", ".join(clause.id for clause in named)
        what = f"clauses defeat each other in a circle: {ids}"
        problem = Problem("terms.defeats_cycle", place.file, place.line, named[0].id, what)
        return PackInvalid(pack=self._pack, problems=[problem])

    def undefeated(self, mask: int) -> int:
        """Return the bits of `mask` whose clauses no undefeated clause of it defeats."""
        alive = 0
        for index in self.order:
            if mask >> index & 1 and not alive & self._against[index]:
                alive |= 1 << index
        return alive

    def deciding(self, mask: int) -> tuple[int, ...]:
        """Return the indexes of the clauses that decide, as published."""
        return self._indexes(self.undefeated(mask) & self._outcomes)

    def verdict(self, mask: int) -> Verdict:
        """Return what became of every clause."""
        alive = self.undefeated(mask)
        against = {index: self._against[index] & mask for index in self._indexes(mask)}
        return Verdict(
            applied=self.names(mask),
            defeated={
                self.ids[index]: self.names(found & alive)
                for index, found in against.items()
                if not alive >> index & 1
            },
            lifted={
                self.ids[index]: self.names(found)
                for index, found in against.items()
                if found and alive >> index & 1
            },
            deciding=self.names(alive & self._outcomes),
        )

    def names(self, bits: int) -> tuple[str, ...]:
        """Return the clause ids of bits, as published."""
        return tuple(self.ids[index] for index in self._indexes(bits))

    def _indexes(self, bits: int) -> tuple[int, ...]:
        return tuple(index for index in range(len(self.ids)) if bits >> index & 1)
