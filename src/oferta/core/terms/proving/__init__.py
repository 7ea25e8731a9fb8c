"""Proofs about a pack: that nothing is missing and nothing clashes, or a case where it does.

Nothing else in the room needs the solver, so nothing else waits for it to be imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import TermsError
from oferta.core.terms.program import compile_program
from oferta.core.terms.proving.comparing import Comparison, compare
from oferta.core.terms.proving.findings import Finding
from oferta.core.terms.proving.proofs import Proofs

if TYPE_CHECKING:
    from collections.abc import Callable

    from oferta.core.terms.types import Coded, Edition, Pack, Question

__all__ = ["Comparison", "Finding", "compare", "prove"]


def prove(pack: Pack, told: Callable[[str], None] = lambda _: None) -> list[Finding]:
    """Return what is wrong with any question of any edition, each with a case really decided so.

    Args:
        pack: the pack, loaded.
        told: takes the name of each edition and question before it is proved.
    """
    found: list[Finding] = []
    shown = _Shown(pack)
    for question in pack.questions.values():
        earlier: frozenset[str] = frozenset()
        for edition, last_day in _editions(pack):
            if not any(one.question == question.name for one in edition.clauses.values()):
                continue
            told(f"{edition.id} {question.name}")
            program = compile_program(pack, edition, question.name)
            usual = shown.usual(question, edition)
            lively = shown.lively.get((question.name, edition.id), frozenset())
            proofs = Proofs(program, last_day, usual, lively)
            found += proofs.all(earlier)
            earlier |= proofs.alive_ids
    return _once(found)


def _editions(pack: Pack) -> list[tuple[Edition, int | None]]:
    ends = [later.start - 1 for later in pack.editions[1:]]
    return list(zip(pack.editions, [*ends, None], strict=True))


def _once(found: list[Finding]) -> list[Finding]:
    """Return each finding once: what an amendment keeps is found in every edition again."""
    kept: dict[tuple[str, str, tuple[str, ...]], Finding] = {}
    for one in found:
        kept.setdefault((one.problem.code, one.problem.where, one.clauses), one)
    return list(kept.values())


class _Shown:
    """What the worked examples show: facts that are usual, clauses that decide."""

    def __init__(self, pack: Pack) -> None:
        self._facts: dict[str, dict[str, Coded]] = {}
        self.lively: dict[tuple[str, str], frozenset[str]] = {}
        terms = Terms([pack])
        for example in pack.examples:
            try:
                decided = terms.decide(pack.name, example.question, example.facts, example.on)
            except TermsError:
                continue
            self._facts.setdefault(example.question, decided.facts)
            if example.on is None:
                key = decided.question, decided.edition
                known = self.lively.get(key, frozenset())
                self.lively[key] = known | frozenset(decided.decided_by)

    def usual(self, question: Question, edition: Edition) -> dict[str, Coded]:
        """Return the facts of the question's first example, and nothing used of any limit."""
        used = {one.used: 0 for one in edition.limits.values() if one.question == question.name}
        return {**used, **self._facts.get(question.name, {})}
