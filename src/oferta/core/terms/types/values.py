"""How values are coded, and what every other part of the model is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

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


@dataclass(frozen=True, slots=True)
class Window:
    """Days from one to another, coded, both included (a clause in force); None: open."""

    start: int | None = None
    through: int | None = None


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
