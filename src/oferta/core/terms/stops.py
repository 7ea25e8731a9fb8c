"""What stops a decision, with the place it was met at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oferta.core.terms.counting import Refused, Uncovered, UnknownZone, written_day
from oferta.core.terms.errors import (
    CalendarNotDeclared,
    Conflict,
    DivisionByZero,
    Gap,
    OutOfBounds,
    PackInvalid,
    Problem,
    WrongFact,
)
from oferta.core.terms.values import bounds_of, write_value
from oferta.core.terms.walk import facts_of

if TYPE_CHECKING:
    from oferta.core.terms.errors import TermsError
    from oferta.core.terms.subject import Subject
    from oferta.core.terms.types import Coded


class Broken(Exception):
    """Field `place` of the outcome of a clause cannot be computed."""

    def __init__(self, clause: int, place: int, refused: Refused | None = None) -> None:
        super().__init__()
        self.clause, self.place, self.refused = clause, place, refused


class Stops:
    """Makes the errors of one question of one edition."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._ids = subject.graph.ids
        bounds = [bounds_of(answer.type) for answer in subject.question.answer]
        self._bounds = [(place, *both) for place, both in enumerate(bounds) if both != (None, None)]

    def gap(self, mask: int) -> Gap:
        """Make the error of nothing that decides."""
        return Gap(**self._where(mask))

    def conflict(self, mask: int, clauses: tuple[int, ...]) -> Conflict:
        """Make the error of clauses that decide differently."""
        return Conflict(**self._where(mask), clauses=[self._ids[index] for index in clauses])

    def too_deep(self) -> PackInvalid:
        """Make the error of source that nests deeper than Python reads."""
        place = self._subject.question.place
        what = "a condition or an outcome is nested too deeply to be compiled"
        name = self._subject.question.name
        problem = Problem("terms.too_deep", place.file, place.line, name, what)
        return PackInvalid(pack=self._subject.pack.name, problems=[problem])

    def _where(self, mask: int) -> dict[str, Any]:
        edition, question = self._subject.edition.id, self._subject.question.name
        return {
            "pack": self._subject.pack.name,
            "edition": edition,
            "question": question,
            "mask": mask,
        }

    def check_bounds(self, chosen: tuple[int, ...], outcome: tuple[Coded, ...], mask: int) -> None:
        """Raise `OutOfBounds` unless every field keeps its bounds, declared or of 64 bits."""
        for place, low, high in self._bounds:
            value = outcome[place]
            if value.__class__ is not int:
                continue
            if (low is not None and value < low) or (high is not None and value > high):
                answer = self._subject.question.answer[place]
                clause = ", ".join(self._ids[index] for index in chosen)
                told = write_value(value, answer.type)
                raise OutOfBounds(**self._where(mask), clause=clause, field=answer.name, value=told)

    def broken(self, broken: Broken, mask: int) -> TermsError:
        """Make the error of a field that cannot be computed."""
        clause, countings = self._subject.clauses[broken.clause], self._subject.edition.countings
        then = clause.then[broken.place]
        reads = list(facts_of(then.expression, countings))
        return self._stop(mask, clause.id, then.field, broken.refused, reads)

    def _stop(
        self, mask: int, clause: str, field: str, refused: Refused | None, reads: list[str]
    ) -> TermsError:
        where = self._where(mask)
        if refused is None:
            return DivisionByZero(**where, clause=clause, field=field)
        if isinstance(refused, UnknownZone):
            countings = self._subject.edition.countings.values()
            zones = {one.time_zone for one in countings if one.time_zone_is_fact}
            fact = next((name for name in reads if name in zones), field)
            given, expected = str(refused.value), refused.wanted
            return WrongFact(
                pack=self._subject.pack.name, fact=fact, given=given, expected=expected
            )
        if isinstance(refused, Uncovered):
            day = written_day(refused.day)
            return CalendarNotDeclared(**where, calendar=refused.calendar, day=day)
        return OutOfBounds(**where, clause=clause, field=field, value=str(refused.value))

    def derived(self, number: int, refused: Refused | None = None) -> TermsError:
        """Make the error of a derived fact that cannot be computed: no mask is known yet."""
        name = self._subject.derived[number]
        countings = self._subject.edition.countings
        reads = list(facts_of(self._subject.edition.derived[name].expression, countings))
        return self._stop(0, "", name, refused, reads)
