"""What can be wrong with a pack, with a question, with facts."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import ClassVar

from oferta.kernel.errors import OfertaError


def _nearest(word: str, known: list[str]) -> str:
    """Return the known name that was probably meant, or nothing."""
    return next(iter(difflib.get_close_matches(word[:60], known, n=1)), "")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a pack: where, what, and what was expected."""

    code: str
    #: Relative to the pack.
    file: str
    #: Counted from 1; 0 if the whole file is meant.
    line: int
    #: Clause, fact, limit or question concerned; "" if none.
    where: str
    what: str
    expected: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        subject = f" {self.where}:" if self.where else ""
        hint = f" Expected {self.expected}." if self.expected else ""
        return f"{place}:{subject} {self.what}.{hint} [{self.code}]"


@dataclass(eq=False, kw_only=True)
class PackInvalid(OfertaError):
    """The pack cannot be used; every problem found is listed, not only the first."""

    code: ClassVar[str] = "terms.pack_invalid"
    pack: str
    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


@dataclass(eq=False, kw_only=True)
class TermsError(OfertaError):
    """Base of the refusals met while asking a question."""

    code: ClassVar[str] = "terms.error"
    pack: str


@dataclass(eq=False, kw_only=True)
class UnknownPack(TermsError):
    """There is no pack of that name."""

    code: ClassVar[str] = "terms.unknown_pack"
    known: list[str]
    did_you_mean: str = ""

    def __post_init__(self) -> None:
        self.did_you_mean = self.did_you_mean or _nearest(self.pack, self.known)


@dataclass(eq=False, kw_only=True)
class UnknownQuestion(TermsError):
    """The pack has no such question."""

    code: ClassVar[str] = "terms.unknown_question"
    question: str
    known: list[str]
    did_you_mean: str = ""

    def __post_init__(self) -> None:
        self.did_you_mean = self.did_you_mean or _nearest(self.question, self.known)


@dataclass(eq=False, kw_only=True)
class UnknownEdition(TermsError):
    """The pack has no edition of that id."""

    code: ClassVar[str] = "terms.unknown_edition"
    edition: str
    known: list[str]
    did_you_mean: str = ""

    def __post_init__(self) -> None:
        self.did_you_mean = self.did_you_mean or _nearest(self.edition, self.known)


@dataclass(eq=False, kw_only=True)
class NotInForce(TermsError):
    """No edition was in force on that day."""

    code: ClassVar[str] = "terms.not_in_force"
    day: str
    first: str


@dataclass(eq=False, kw_only=True)
class UnknownFact(TermsError):
    """A fact was given that the question does not know: a misspelling must not pass silently."""

    code: ClassVar[str] = "terms.unknown_fact"
    fact: str
    known: list[str]
    did_you_mean: str = ""

    def __post_init__(self) -> None:
        self.did_you_mean = self.did_you_mean or _nearest(self.fact, self.known)


@dataclass(eq=False, kw_only=True)
class MissingFact(TermsError):
    """A fact that the question needs was not given."""

    code: ClassVar[str] = "terms.missing_fact"
    fact: str
    expected: str


@dataclass(eq=False, kw_only=True)
class WrongFact(TermsError):
    """A fact has a value that its type does not take (null included)."""

    code: ClassVar[str] = "terms.wrong_fact"
    fact: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class FactsDisagree(TermsError):
    """These facts cannot be true together: the terms rest on a relation that they break."""

    code: ClassVar[str] = "terms.facts_disagree"
    assumption: str
    #: As the pack writes it.
    relation: str
    #: Each fact of the relation, as `refunded 5000.00 KZT`.
    given: list[str]


@dataclass(eq=False, kw_only=True)
class Stopped(TermsError):
    """Base of what stops a case and hands it to a person: no money moves."""

    code: ClassVar[str] = "terms.stopped"
    edition: str
    question: str
    mask: int


@dataclass(eq=False, kw_only=True)
class Gap(Stopped):
    """No undefeated clause is left to decide."""

    code: ClassVar[str] = "terms.gap"


@dataclass(eq=False, kw_only=True)
class Conflict(Stopped):
    """Undefeated clauses decide differently."""

    code: ClassVar[str] = "terms.conflict"
    clauses: list[str]


@dataclass(eq=False, kw_only=True)
class DivisionByZero(Stopped):
    """The outcome of a clause divides by zero on these facts."""

    code: ClassVar[str] = "terms.division_by_zero"
    clause: str
    field: str


@dataclass(eq=False, kw_only=True)
class CalendarNotDeclared(Stopped):
    """A day had to be counted that lies outside the days a calendar is declared for."""

    code: ClassVar[str] = "terms.calendar_not_declared"
    calendar: str
    #: The first such day, as `2026-01-01`.
    day: str


@dataclass(eq=False, kw_only=True)
class OutOfBounds(Stopped):
    """The outcome of a clause lies outside the bounds of its field, declared or of 64 bits."""

    code: ClassVar[str] = "terms.out_of_bounds"
    clause: str
    field: str
    #: As a pack would write it; a term without an end is told by its number of days or months.
    value: str
