"""What crosses the REST door: strict on the way in, plain on the way out."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    WithJsonSchema,
)

from oferta.kernel.i18n import LANGUAGES, Language
from oferta.kernel.money import UNITS
from oferta.kernel.money import Money as KernelMoney

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INT64 = 2**63
#: The first and the last year that every time zone and PostgreSQL can write.
_YEARS = range(2, 9999)


def _moment_text(value: object) -> object:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("a moment with its offset, as 2024-04-16T18:59:00+05:00")
    if int(value[:4]) not in _YEARS:
        raise ValueError("a year from 0002 to 9998")
    return value


def _day_text(value: object) -> object:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("a day, as 2024-04-16")
    return value


def _id_text(value: object) -> object:
    if not isinstance(value, str) or len(value) != len(str(UUID(int=0))):
        raise ValueError("an id, as 018f6b2e-7c1a-7e55-9f0a-3a1b2c3d4e5f")
    return value


def _known_unit(value: str) -> str:
    if value not in UNITS:
        raise ValueError(f"one of {', '.join(sorted(UNITS))}")
    return value


#: A moment of RFC 3339; a number of seconds is none.
Moment = Annotated[AwareDatetime, BeforeValidator(_moment_text)]
Day = Annotated[date, BeforeValidator(_day_text)]
Id = Annotated[UUID, BeforeValidator(_id_text)]
Whole = Annotated[StrictInt, Field(ge=-_INT64, lt=_INT64)]
#: A text of one line that names something.
Name = Annotated[StrictStr, Field(min_length=1, max_length=200)]
Words = Annotated[StrictStr, Field(max_length=4_000)]
Unit = Annotated[
    StrictStr,
    AfterValidator(_known_unit),
    Field(json_schema_extra={"enum": sorted(UNITS)}),
]
#: In a parameter of the address, where everything is text.
LanguageTag = Annotated[Language, Field(description=f"One of {', '.join(LANGUAGES)}.")]


class Given(BaseModel):
    """A body, or a part of one: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """An answer, or a part of one. Fields are added in time, never taken away within a version."""

    model_config = ConfigDict(frozen=True)


class Money(Given):
    """An amount: whole minor units of a unit. 1 000.50 KZT is 100050."""

    minor: Whole = Field(description="Minor units: 100050 is 1 000.50 KZT. An int64.")
    unit: Unit

    def money(self) -> KernelMoney:
        """Return the amount as the rooms know it."""
        return KernelMoney(self.minor, self.unit)


#: A fact as it is given: money by its minor units or as text, the rest as the terms write it.
Fact = StrictBool | Whole | Annotated[StrictStr, Field(max_length=2_000)] | Money | None
Facts = Annotated[
    dict[Annotated[StrictStr, Field(min_length=1, max_length=100)], Fact], Field(max_length=200)
]
#: A value as it is told: money by its minor units, a truth value or whole number as JSON has them,
#: the rest as the terms write it ("1%", "2024-04-16").
ValueTold = bool | int | str | Money | None


def one_of(values: type[StrEnum]) -> WithJsonSchema:
    """Describe an enumeration where it stands: two rooms may call different ones by one name."""
    return WithJsonSchema({"type": "string", "enum": [item.value for item in values]})


def plain_facts(facts: dict[str, Any]) -> dict[str, object]:
    """Return facts as the rooms take and keep them: money as it is written."""
    return {
        name: str(value.money()) if isinstance(value, Money) else value
        for name, value in facts.items()
    }


class Wrong(Told):
    """A field that is wrong."""

    at: str = Field(description="Where, as `body.facts.method`.")
    what: str


class Problem(Told):
    """A refusal (RFC 9457). Act on `code`; the words may change."""

    type: str = Field(description="Where the code is explained.")
    title: str = Field(description="What is wrong, in English.")
    status: int
    code: str = Field(description="Stable: `room.what_is_wrong`.")
    facts: dict[str, Any] = Field(description="The facts of this refusal, by name.")
    instance: str = Field(description="The path that was asked.")


#: May meet any operation.
_EVERY = (400, 401, 403, 429, 503)
#: May meet one that takes a body.
_WITH_BODY = (413, 415, 422)


def answers(schema: Any, *refusals: int, status: int = 200, body: bool = False) -> dict[int, Any]:
    """Return what an operation may answer, for its description.

    Args:
        schema: of the answer if all is well.
        refusals: statuses of its own beside those that may meet any operation.
        status: if all is well.
        body: whether it takes one.
    """
    codes = {*_EVERY, *refusals, *(_WITH_BODY if body else ())}
    return {status: schema} | dict.fromkeys(sorted(codes), Problem)
