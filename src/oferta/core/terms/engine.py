"""The packs in use: choose the edition by the day, compile once, decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oferta.core.terms.counting import written_day
from oferta.core.terms.errors import (
    MissingFact,
    NotInForce,
    UnknownEdition,
    UnknownPack,
    UnknownQuestion,
)
from oferta.core.terms.facts import read_facts, used_type
from oferta.core.terms.limits import LimitWindow, limit_windows
from oferta.core.terms.program import Program, compile_program
from oferta.core.terms.relations import check_assumed
from oferta.core.terms.values import BadValue, parse_value, write_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from oferta.core.terms.types import Coded, Decided, Edition, Pack, Question


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its facts read and its edition chosen, ready to be decided.

    Between the two the caller learns whose use of which limit to sum (`windows`).
    """

    pack: Pack
    edition: Edition
    question: str
    #: Coded day of the event.
    day: int
    #: Coded facts by name; those of limits only if they were given.
    facts: dict[str, Coded]
    program: Program
    #: Of the limits that stand on the day: whose use, over which days.
    windows: tuple[LimitWindow, ...] = field(default=())

    def decide(self, used: Mapping[str, int] | None = None) -> Decided:
        """Return the decision.

        Args:
            used: how much of each limit that stands was used, by `LimitWindow.used`, in minor
                units of the field or as a count; may be left out where the facts told it.

        Raises:
            MissingFact: the use of a limit that stands is not told.
            Stopped: a gap, a conflict, a division by zero or an outcome out of bounds.
        """
        if not self.program.limit_facts:
            return self.program.decide(self.facts, self.day)
        standing = {window.used for window in self.windows}
        # What was used of a limit that does not stand on the day changes nothing.
        idle = {name: 0 for name in self.program.limit_facts if name not in standing}
        return self.program.decide({**idle, **self.facts, **(used or {})}, self.day)


class Terms:
    """Packs by name, each question compiled on first use."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.packs: dict[str, Pack] = {pack.name: pack for pack in packs}
        self._programs: dict[tuple[str, str, str], Program] = {}

    @classmethod
    def load(cls, folder: Path) -> Terms:
        """Return the packs of the folders in `folder` that hold a `terms.yaml`.

        Raises:
            PackInvalid: a pack cannot be used.
        """
        # Reading packs takes a parser of SQL, which packs that were read before do without.
        from oferta.core.terms.loader import load_pack  # noqa: PLC0415

        found = sorted(path.parent for path in folder.glob("*/terms.yaml"))
        return cls(load_pack(path) for path in found)

    # --- what there is ------------------------------------------------------------------------

    def pack(self, pack: str) -> Pack:
        """Return the pack of a name.

        Raises:
            UnknownPack: there is none.
        """
        found = self.packs.get(pack)
        if found is None:
            raise UnknownPack(pack=pack, known=sorted(self.packs))
        return found

    def question(self, pack: str, question: str) -> Question:
        """Return a question of a pack.

        Raises:
            UnknownPack: there is no such pack.
            UnknownQuestion: the pack has no such question.
        """
        known = self.pack(pack).questions
        found = known.get(question)
        if found is None:  # not `ensure`: the error looks for likely names, which takes its time
            raise UnknownQuestion(pack=pack, question=question, known=sorted(known))
        return found

    def edition(self, pack: str, day: int) -> Edition:
        """Return the edition in force on a coded day (BC-89).

        Raises:
            UnknownPack: there is no such pack.
            NotInForce: the day is before the first edition.
        """
        for edition in reversed(self.pack(pack).editions):
            if edition.start <= day:
                return edition
        raise self._not_in_force(pack, day)

    def edition_called(self, pack: str, edition: str) -> Edition:
        """Return the edition of an id.

        Raises:
            UnknownPack: there is no such pack.
            UnknownEdition: the pack has no such edition.
        """
        known = {one.id: one for one in self.pack(pack).editions}
        if edition not in known:
            raise UnknownEdition(pack=pack, edition=edition, known=list(known))
        return known[edition]

    def program(self, pack: str, question: str, edition: Edition) -> Program:
        """Return the compiled question of an edition.

        Raises:
            UnknownPack: there is no such pack.
            UnknownQuestion: the pack has no such question.
        """
        key = (pack, edition.id, question)
        found = self._programs.get(key)
        if found is None:
            found = compile_program(self.pack(pack), edition, question)
            self._programs[key] = found
        return found

    # --- asking -------------------------------------------------------------------------------

    def decide(
        self,
        pack: str,
        question: str,
        facts: Mapping[str, object],
        on: int | None = None,
        edition: str | None = None,
    ) -> Decided:
        """Return the decision on facts as they are written.

        Args:
            pack: name of a pack.
            question: one of its questions.
            facts: values as a pack would write them or as Python has them, by fact; the uses of
                the limits that stand among them.
            on: coded day of the event, instead of the one that the facts tell.
            edition: id of the edition that decides, instead of the one in force on the day.

        Raises:
            TermsError: the subclasses in `errors` say what is wrong.
        """
        return self.read(pack, question, facts, on, edition).decide()

    def read(
        self,
        pack: str,
        question: str,
        facts: Mapping[str, object],
        on: int | None = None,
        edition: str | None = None,
    ) -> Asked:
        """Return the question ready to be decided; arguments and errors as of `decide`."""
        self.question(pack, question)
        chosen = self._chosen(pack, question, self._day_facts(pack, facts), on, edition)
        coded = _read(self.packs[pack], question, chosen, facts)
        check_assumed(self.packs[pack], self.packs[pack].questions[question], coded)
        return self._asked(pack, question, chosen, coded, on)

    def read_coded(
        self,
        pack: str,
        question: str,
        facts: Mapping[str, Coded],
        on: int | None = None,
        edition: str | None = None,
    ) -> Asked:
        """Return the question ready to be decided on coded facts, trusted to fit their types.

        Facts that the question does not ask for are left aside. Arguments as of `decide`.
        """
        self.question(pack, question)
        chosen = self._chosen(pack, question, facts, on, edition)
        return self._asked(pack, question, chosen, dict(facts), on)

    def decide_coded(
        self,
        pack: str,
        question: str,
        facts: Mapping[str, Coded],
        on: int | None = None,
        edition: str | None = None,
    ) -> Decided:
        """Return the decision on coded facts; arguments as of `read_coded`."""
        return self.read_coded(pack, question, facts, on, edition).decide()

    # --- parts --------------------------------------------------------------------------------

    def _asked(
        self, pack: str, question: str, edition: Edition, coded: dict[str, Coded], on: int | None
    ) -> Asked:
        program = self.program(pack, question, edition)
        day = program.day_of(coded) if on is None else on
        windows = limit_windows(edition, question, coded, day)
        return Asked(
            self.packs[pack], edition, question, day, coded, program, windows=tuple(windows)
        )

    def _chosen(
        self,
        pack: str,
        question: str,
        facts: Mapping[str, Coded],
        on: int | None,
        edition: str | None,
    ) -> Edition:
        if edition is not None:
            return self.edition_called(pack, edition)
        if on is not None:
            return self.edition(pack, on)
        return self._edition_by_facts(pack, question, facts)

    def _edition_by_facts(self, pack: str, question: str, facts: Mapping[str, Coded]) -> Edition:
        """Return the newest edition that was in force on the day, as it counts days itself."""
        day = 0
        for edition in reversed(self.packs[pack].editions):
            try:
                day = self.program(pack, question, edition).day_of(facts)
            except MissingFact:
                # No day without this fact: reading the facts by any edition says what is wrong.
                return edition
            if edition.start <= day:
                return edition
        raise self._not_in_force(pack, day)

    def _day_facts(self, pack: str, facts: Mapping[str, object]) -> dict[str, Coded]:
        """Return what can be read before the edition is known."""
        known_facts = self.packs[pack].facts
        # A nullable fact may be left out: it is null.
        read: dict[str, Coded] = {name: None for name, f in known_facts.items() if f.type.nullable}
        for name, value in facts.items():
            known = known_facts.get(name)
            if known is None:
                continue
            try:
                read[name] = parse_value(value, known.type)
            except BadValue:
                continue  # left out: `read_facts` says what is wrong with it
        return read

    def _not_in_force(self, pack: str, day: int) -> NotInForce:
        first = self.packs[pack].editions[0].start
        return NotInForce(pack=pack, day=written_day(day), first=written_day(first))


def _read(
    pack: Pack, question: str, edition: Edition, facts: Mapping[str, object]
) -> dict[str, Coded]:
    """Return coded facts; the use of a limit may be told later, to `Asked.decide`."""
    later = {
        limit.used: write_value(0, used_type(limit, pack.questions[question]))
        for limit in edition.limits.values()
        if limit.question == question and limit.used not in facts
    }
    read = read_facts(pack, question, edition, {**facts, **later})
    return {name: value for name, value in read.items() if name not in later}
