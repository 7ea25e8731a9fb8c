"""The model of a pack: what the loader makes, the compilers read and the explainer cites.

Every value is kept *coded*, so that Python, SQL and a prover compare the same whole numbers:

========  ==========================================================
kind      coded as
========  ==========================================================
boolean   bool
integer   int
percent   int, millionths of one: 1% is 10_000
money     int, minor units of `Type.unit`
date      int, days since 1970-01-01
moment    int, microseconds since 1970-01-01T00:00Z
duration  int, microseconds
enum      str, one of `Type.values`
text      str; may be compared for equality only
========  ==========================================================

`None` is null, and only a fact declared nullable may be null.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeAlias

from oferta.kernel.i18n import Language

#: One, in the coding of percent.
PERCENT_ONE = 1_000_000

Coded: TypeAlias = bool | int | str | None
#: The same words in every language.
Words: TypeAlias = dict[Language, str]


class Kind(StrEnum):
    """What sort of value a fact, a field or an expression has."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    PERCENT = "percent"
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"
    DURATION = "duration"
    ENUM = "enum"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Type:
    """A kind with what narrows it."""

    kind: Kind
    #: Of money: a key of `kernel.money.UNITS`.
    unit: str = ""
    #: Of enum: every value it may take, in declared order.
    values: tuple[str, ...] = ()
    nullable: bool = False
    #: Inclusive bounds, coded; the prover may rely on them, so a value outside is refused.
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a pack: file relative to the pack, line counted from 1."""

    file: str
    line: int


# --- conditions: a closed subset of SQL -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class FactRef:
    """A fact, raw or derived, by name."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Const:
    """A literal or a named value of the edition (`name` is then its name)."""

    value: Coded
    type: Type
    name: str = ""


Operand: TypeAlias = FactRef | Const
CompareOp: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`; UNKNOWN if either is null. The loader puts a fact on the left."""

    op: CompareOp
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class InList:
    """`operand IN (…)`; `lists` names the named lists that `values` came from."""

    operand: FactRef
    values: tuple[Coded, ...]
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """`operand BETWEEN low AND high`, both ends included."""

    operand: FactRef
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class IsNull:
    """`fact IS NULL`; never UNKNOWN."""

    operand: FactRef


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean fact standing alone as a condition."""

    operand: FactRef


@dataclass(frozen=True, slots=True)
class Always:
    """`TRUE` or `FALSE`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    """SQL negation: NOT UNKNOWN is UNKNOWN."""

    item: Condition


@dataclass(frozen=True, slots=True)
class And:
    """SQL conjunction of two or more conditions."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """SQL disjunction of two or more conditions."""

    items: tuple[Condition, ...]


Atom: TypeAlias = Compare | InList | Between | IsNull | Truth
Condition: TypeAlias = Atom | Always | Not | And | Or


# --- outcomes: exact arithmetic with named rounding -----------------------------------------


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field of the same outcome that is computed earlier."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Binary:
    """`left op right`, exact. Its value may be a fraction until a rounding or a field takes it."""

    op: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class Negate:
    """`-item`."""

    item: Expression
    type: Type


RoundingMode: TypeAlias = Literal[
    "down", "up", "floor", "ceiling", "half_up", "half_down", "half_even"
]


@dataclass(frozen=True, slots=True)
class Rounded:
    """`round_<mode>(item, step)`: the multiple of `step` that `mode` picks.

    down: toward zero; up: away from zero; half_up: halves away from zero; half_down: halves
    toward zero; half_even: halves to the even multiple; floor, ceiling: as in mathematics.
    """

    mode: RoundingMode
    item: Expression
    step: Const
    type: Type


@dataclass(frozen=True, slots=True)
class Pick:
    """`least(…)` or `greatest(…)` of values of one type."""

    which: Literal["least", "greatest"]
    items: tuple[Expression, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class DaysBetween:
    """`days(start, end, counting)`: how many days of `counting` lie from start to end."""

    start: Expression
    end: Expression
    counting: str
    type: Type


@dataclass(frozen=True, slots=True)
class AddDays:
    """`add_days(start, number, counting)`: the last day of a term of `number` days."""

    start: Expression
    number: Expression
    counting: str
    type: Type


@dataclass(frozen=True, slots=True)
class AddMonths:
    """`add_months(start, number)`: same day of a later month, or that month's last day."""

    start: Expression
    number: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class DateOf:
    """`date_of(moment, counting)`: the calendar day of a moment in the counting's time zone."""

    moment: Expression
    counting: str
    type: Type


@dataclass(frozen=True, slots=True)
class Elapsed:
    """`elapsed(start, end)`: exact time between two moments, negative if end is earlier."""

    start: Expression
    end: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class Choose:
    """The case of the value that an enum fact has; the others are not computed.

    Only in derived facts: operators whose conventions differ (TR-23, TR-24).
    """

    on: FactRef
    #: Every value of the enum, each with its expression.
    cases: tuple[tuple[str, Expression], ...]
    type: Type


Expression: TypeAlias = (
    FactRef
    | Const
    | FieldRef
    | Binary
    | Negate
    | Rounded
    | Pick
    | DaysBetween
    | AddDays
    | AddMonths
    | DateOf
    | Elapsed
    | Choose
)


# --- the pack --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """A typed fact that questions may look at."""

    name: str
    type: Type
    label: Words
    #: Of enum: how each value reads.
    value_labels: dict[str, Words]
    #: The customer could have chosen otherwise: the nearest change prefers such facts.
    changeable: bool
    place: Place


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
class Window:
    """Days from one to another, coded, both included (a clause in force); None: open."""

    start: int | None = None
    through: int | None = None


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
class Choice:
    """How a contradiction, ambiguity or gap of the sources was settled, and why."""

    requirement: str
    #: In each of the five languages: customers read it in explanations.
    note: Words


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
    is `at_most - used`, never below zero. An amount limit cuts the field down to what is left.
    A count limit sets it to zero when nothing is left; a decision counts as one if the field
    came out above zero.
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
class Field:
    """A field of a question's answer."""

    name: str
    type: Type
    label: Words
    #: Of enum: how each value reads.
    value_labels: dict[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What a pack can be asked."""

    name: str
    about: str
    label: Words
    #: The fact (raw or derived, of kind date) that is the day of the event.
    day: str
    answer: tuple[Field, ...]
    combine: Literal["one", "sum", "max", "min"]
    #: Of max and min: the field that is compared.
    by: str
    #: The field in which more is better for the customer; "" if none is.
    better: str
    #: Raw facts that must be given, declared by the question.
    facts: tuple[str, ...]
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


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: facts in, outcome or error out."""

    id: str
    question: str
    facts: dict[str, object]
    on: int | None
    #: Field to its expected value as written; None if an error is expected.
    outcome: dict[str, object] | None
    decided_by: tuple[str, ...] | None
    #: Expected error code, as `terms.gap`.
    error: str
    cites: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Pack:
    """One operator's published terms: every edition of them."""

    name: str
    publisher: str
    title: Words
    #: The language whose text prevails.
    authoritative: Language
    facts: dict[str, Fact]
    lists: dict[str, tuple[Coded, ...]]
    list_labels: dict[str, Words]
    calendars: dict[str, Calendar]
    questions: dict[str, Question]
    #: Oldest first.
    editions: tuple[Edition, ...]
    examples: tuple[Example, ...]
    folder: Path = field(compare=False)


# --- what a decision is -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LimitEffect:
    """What a limit did to one field, coded as the field (or as a count)."""

    limit: str
    at_most: int
    used: int
    left: int
    #: The field before and after.
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Decided:
    """The answer to one question: facts and edition reproduce it for ever."""

    pack: str
    edition: str
    question: str
    #: Coded day of the event that the edition and the windows were read for.
    day: int
    #: Raw facts, coded, by name; limit facts included.
    facts: dict[str, Coded]
    #: Bit i: the i-th clause of this question (edition order) was in force and held.
    mask: int
    decided_by: tuple[str, ...]
    #: Field to coded value.
    outcome: dict[str, Coded]
    limited: tuple[LimitEffect, ...]
