"""Outcomes and derived facts: exact arithmetic with named rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from oferta.core.terms.types.values import Const, FactRef, Type


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
