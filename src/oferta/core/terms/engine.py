"""The packs in use: choose the edition by the day, compile once, decide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from oferta.core.terms.errors import NotInForce, UnknownEdition, UnknownQuestion
from oferta.core.terms.program import compile_program
from oferta.kernel.errors import ensure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from oferta.core.terms.program import Program
    from oferta.core.terms.types import Coded, Decided, Edition, Pack, Question

_DAY_ZERO = date(1970, 1, 1)


class Terms:
    """Packs by name, each question compiled on first use."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.packs: dict[str, Pack] = {pack.name: pack for pack in packs}
        self._programs: dict[tuple[str, str, str], Program] = {}

    @classmethod
    def load(cls, folder: Path) -> Terms:
        """Return the packs of the folders below `folder` that hold a `terms.yaml`.

        Raises:
            PackInvalid: a pack cannot be used.
        """
        from oferta.core.terms.loader import load_pack  # noqa: PLC0415 - reads YAML and SQL, slow

        found = sorted(path.parent for path in folder.glob("*/terms.yaml"))
        return cls(load_pack(path) for path in found)

    def program(self, pack: str, question: str, edition: Edition) -> Program:
        """Return the compiled question of an edition.

        Raises:
            UnknownQuestion: the pack has no such question.
        """
        key = (pack, edition.id, question)
        found = self._programs.get(key)
        if found is None:
            found = self._programs[key] = compile_program(self.packs[pack], edition, question)
        return found

    def edition(self, pack: str, day: int) -> Edition:
        """Return the edition in force on a coded day.

        Raises:
            NotInForce: the day is before the first edition.
        """
        for edition in reversed(self.packs[pack].editions):
            if edition.start <= day:
                return edition
        raise self._not_in_force(pack, day)

    def edition_called(self, pack: str, edition: str) -> Edition:
        """Return the edition of an id.

        Raises:
            UnknownEdition: the pack has no such edition.
        """
        editions = {one.id: one for one in self.packs[pack].editions}
        ensure(
            edition in editions,
            UnknownEdition(pack=pack, edition=edition, known=list(editions)),
        )
        return editions[edition]

    def question(self, pack: str, question: str) -> Question:
        """Return a question of a pack.

        Raises:
            UnknownQuestion: the pack has no such question.
        """
        known = self.packs[pack].questions
        ensure(
            question in known,
            UnknownQuestion(pack=pack, question=question, known=sorted(known)),
        )
        return known[question]

    def decide_coded(
        self,
        pack: str,
        question: str,
        facts: Mapping[str, Coded],
        on: int | None = None,
        edition: str | None = None,
    ) -> Decided:
        """Return the decision on facts that are coded and known to fit their types.

        Args:
            pack: name of a pack.
            question: one of its questions.
            facts: coded facts; those the question does not ask for are left aside.
            on: coded day of the event, instead of the one that the facts tell.
            edition: id of the edition that decides, instead of the one in force on the day.

        Raises:
            NotInForce: no edition was in force on the day.
            Stopped: a gap, a conflict, a division by zero or an outcome out of bounds.
        """
        self.question(pack, question)
        if edition is not None:
            chosen = self.edition_called(pack, edition)
        elif on is not None:
            chosen = self.edition(pack, on)
        else:
            chosen = self._edition_by_facts(pack, question, facts)
        return self.program(pack, question, chosen).decide(facts, on)

    def _edition_by_facts(self, pack: str, question: str, facts: Mapping[str, Coded]) -> Edition:
        """Return the newest edition that was in force on the day as it counts days itself."""
        day = 0
        for edition in reversed(self.packs[pack].editions):
            program = self.program(pack, question, edition)
            day = program.day_of(facts)
            if edition.start <= day:
                return edition
        raise self._not_in_force(pack, day)

    def _not_in_force(self, pack: str, day: int) -> NotInForce:
        first = self.packs[pack].editions[0].start
        return NotInForce(pack=pack, day=_written(day), first=_written(first))


def _written(day: int) -> str:
    try:
        return (_DAY_ZERO + timedelta(days=day)).isoformat()
    except OverflowError:
        return str(day)
