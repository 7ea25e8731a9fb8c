"""What an explanation holds: frozen values that pages, the CLI and notices render."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from oferta.kernel.i18n import Language


class Role(StrEnum):
    """What became of a clause in one decision."""

    DECIDED = "decided"
    #: Under `sum`: one of several whose outcomes were added up.
    ADDED = "added"
    #: Under `max` or `min`: another clause gave more, or less.
    OUTDONE = "outdone"
    #: Decides differently from the others: a conflict.
    CLASHED = "clashed"
    #: Applied, but a clause that takes precedence applied too.
    DEFEATED = "defeated"
    #: Decides nothing itself, but set a clause aside.
    LIFTED = "lifted"
    #: Applied without anything following from it.
    IDLE = "idle"
    #: Its condition was not met.
    FAILED = "failed"
    OUT_OF_FORCE = "out_of_force"


@dataclass(frozen=True, slots=True)
class Note:
    """A choice made where the source leaves room."""

    requirement: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is always said of a clause, whatever the case: rendered once per language."""

    id: str
    title: str
    #: The published words.
    words: str
    #: The condition as a sentence.
    condition: str
    #: Days in force as a phrase; "" if always.
    window: str
    cites: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class FactShown:
    """A fact as it was: named and written for a reader, and in canonical text."""

    name: str
    label: str
    shown: str
    value: str


@dataclass(frozen=True, slots=True)
class Failing:
    """One part of a condition that was not met."""

    needed: str
    given: tuple[FactShown, ...]
    said: str


@dataclass(frozen=True, slots=True)
class ClauseShown:
    """A clause and what became of it."""

    id: str
    title: str
    words: str
    role: Role
    #: The role as a sentence.
    said: str
    #: Clauses that defeated or outdid it.
    by: tuple[str, ...]
    #: Clauses that it set aside here.
    set_aside: tuple[str, ...]
    condition: str
    #: The facts that its condition looked at.
    facts: tuple[FactShown, ...]
    failing: tuple[Failing, ...]
    window: str
    cites: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field of the outcome."""

    name: str
    label: str
    shown: str
    #: Canonical text, as "100.00 KZT".
    value: str


@dataclass(frozen=True, slots=True)
class Work:
    """How one field was worked out by one clause, before limits."""

    clause: str
    field: str
    label: str
    #: The computation in words.
    formula: str
    #: The computation in figures, a line per step; empty where a value just stands.
    steps: tuple[str, ...]
    result: str


@dataclass(frozen=True, slots=True)
class LimitShown:
    """What a limit did."""

    id: str
    label: str
    words: str
    period: str
    #: Labels of the facts that name the holder.
    per: tuple[str, ...]
    at_most: str
    used: str
    left: str
    before: str
    after: str
    #: All of it as sentences.
    said: str
    cites: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class EditionShown:
    """The edition that decided."""

    id: str
    #: ISO dates; `through` is "" while it is the last.
    start: str
    through: str
    digest: str
    note: str
    said: str


@dataclass(frozen=True, slots=True)
class FactChangeShown:
    """One fact that would have to be otherwise."""

    name: str
    label: str
    before: str
    after: str
    #: Canonical text of `after`.
    value: str


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A change of facts and the outcome it would have had."""

    said: str
    facts: tuple[FactChangeShown, ...]
    outcome: tuple[FieldShown, ...]
    decided_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Why no clause could decide."""

    code: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a case was decided as it was, in one language; recomputed, never stored."""

    language: Language
    pack: str
    publisher: str
    terms: str
    question: str
    label: str
    #: ISO date of the event.
    day: str
    #: The answer in one sentence.
    answer: str
    outcome: tuple[FieldShown, ...]
    decided_by: tuple[str, ...]
    clauses: tuple[ClauseShown, ...]
    work: tuple[Work, ...]
    limits: tuple[LimitShown, ...]
    facts: tuple[FactShown, ...]
    edition: EditionShown
    changes: tuple[ChangeShown, ...]
    #: Sentences about the clauses that are left out.
    rest: tuple[str, ...]
    #: Set if the case was stopped.
    stop: Stop | None

    def as_json(self) -> dict[str, Any]:
        """Return plain values under these names, which stay."""
        return asdict(self)

    def as_text(self) -> str:
        """Return it for a terminal, most important first."""
        from oferta.core.terms.telling import told  # noqa: PLC0415 - telling needs these types

        return told(self)
