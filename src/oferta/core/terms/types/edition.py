"""An edition: its clauses and limits, and what they rest on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from oferta.core.terms.types.conditions import Condition
from oferta.core.terms.types.expressions import Expression
from oferta.core.terms.types.values import Const, Place, Type, Window, Words
from oferta.kernel.i18n import Language


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are working days."""

    name: str
    #: Weekdays off, Monday is 0.
    weekend: frozenset[int]
    #: Coded dates off though not of the weekend.
    holidays: frozenset[int]
    #: Coded dates worked though of the weekend.
    workdays: frozenset[int]
    #: Days for which the calendar is known; a count that meets another day is refused.
    covers: Window = field(default_factory=Window)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a contradiction, ambiguity or gap of the sources was settled, and why."""

    requirement: str
    #: In each of the five languages: customers read it in explanations.
    note: Words


@dataclass(frozen=True, slots=True)
class Counting:
    """How days are counted: a term, because sources disagree (TR-23 to TR-26, TR-87)."""

    name: str
    #: None: every calendar day counts.
    calendar: Calendar | None
    first_day: bool
    last_day: bool
    #: An IANA name, or the name of the fact that holds one if `time_zone_is_fact`.
    time_zone: str
    time_zone_is_fact: bool
    settles: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """A fact computed from others by the edition (as days counted by its convention).

    It is null exactly when a nullable fact that it reads is null.
    """

    name: str
    expression: Expression
    source: str
    type: Type
    label: Words
    place: Place
    #: Raw facts it reads, directly or through other derived facts.
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A value of the edition with a name: a rate, a split day, a ceiling."""

    name: str
    const: Const
    source: str
    label: Words
    cites: tuple[str, ...]
    settles: tuple[Choice, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Then:
    """One field of an outcome and how it is computed."""

    field: str
    expression: Expression
    source: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. Without an outcome it only lifts: it defeats, and never decides."""

    id: str
    question: str
    when: Condition
    source: str
    in_force: Window
    defeats: tuple[str, ...]
    #: In the order of the question's answer; empty: a lifting clause.
    then: tuple[Then, ...]
    cites: tuple[str, ...]
    settles: tuple[Choice, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Limit:
    """A ceiling on one field of a question's outcome over a period.

    What is used so far comes in as the fact `used`, declared by the limit itself. What is left
    is `at_most - used`, never below zero. An amount limit cuts the field down to what is left; a
    count limit sets it to zero when nothing is left. A field below zero is never raised. A
    decision counts as one if the field came out above zero after all limits.
    """

    id: str
    question: str
    field: str
    kind: Literal["amount", "count"]
    #: Coded as the field for an amount; a number of decisions for a count.
    at_most: Const
    #: Only outcomes decided by one of these clauses are limited and counted; empty: all.
    clauses: tuple[str, ...]
    #: Facts that together name the holder: customer, card, promotion, funding source.
    per: tuple[str, ...]
    period: Literal["day", "month", "campaign"]
    #: Name of the fact that says how much was used: `<id>_used`, dashes as underscores.
    used: str
    #: Of a campaign: the days it runs.
    window: Window
    in_force: Window
    label: Words
    cites: tuple[str, ...]
    settles: tuple[Choice, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class ClauseText:
    """The published words of a clause (or limit) in one language."""

    title: str
    body: str
    place: Place


@dataclass(frozen=True, slots=True)
class Edition:
    """The clauses of one dated edition, amendments already worked in."""

    id: str
    #: Coded first day in force. It ends the day before the next edition starts.
    start: int
    note: Words
    values: dict[str, NamedValue]
    derived: dict[str, Derived]
    countings: dict[str, Counting]
    #: In published order; the bit of a clause in a mask is its place among its question's.
    clauses: dict[str, Clause]
    limits: dict[str, Limit]
    settles: tuple[Choice, ...]
    #: Requirements seen and not yet decided: forbids publication.
    open_points: tuple[str, ...]
    #: `text[language][clause or limit id]`.
    text: dict[Language, dict[str, ClauseText]]
    #: SHA-256 of everything above, hexadecimal.
    digest: str
    place: Place
