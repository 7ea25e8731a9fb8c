"""Values as written and as coded: one way in, one canonical way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import ClassVar

from oferta.core.terms.problems import choices, listed, shown
from oferta.core.terms.types import Coded, Kind, Type
from oferta.kernel.errors import OfertaError
from oferta.kernel.money import UNITS, BadMoney, Money, decimal_text, minor_and_unit

#: Every coded number fits a signed 64-bit integer, as databases and provers keep it.
CODED_MAX = 2**63 - 1
_TEXT_MAX = 60

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: A day less than can be written at either end, so that no time zone leads outside.
_FIRST_MOMENT = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_END_OF_MOMENTS = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // _MICROSECOND

_PERCENT = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))? ?%")
_PERCENT_DECIMALS = 4
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r" ?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DURATION = re.compile(r"([+-]?)([0-9]+) (microsecond|second|minute|hour|day|week)s?")
_MONEY = re.compile(r"[+-]?[0-9][0-9 ]*(?:\.[0-9]+)? ?[A-Z]{3,8}")

#: No database keeps the first, no file the others (halves of a pair, which JSON can write alone).
_NO_TEXT = re.compile("[\0\ud800-\udfff]")

#: An amount before its unit; how many decimals the unit has is asked afterwards.
_AMOUNT = re.compile(r"[+-]?[0-9][0-9 ]*(\.[0-9]+)?\s*")
_MICROSECONDS = {
    "week": 604_800_000_000,
    "day": 86_400_000_000,
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "microsecond": 1,
}

_EXPECTED = {
    Kind.BOOLEAN: "true or false",
    Kind.INTEGER: "a whole number, as 12",
    Kind.PERCENT: "a percent with at most four decimals, as 1.5%",
    Kind.MONEY: "an amount, as 1000 KZT",
    Kind.DATE: "a date, as 2024-04-16",
    Kind.MOMENT: "a moment with its offset, as 2024-04-16T18:59:00+05:00",
    Kind.DURATION: "a duration, as 3 days or 90 minutes",
    Kind.ENUM: "one of the declared values",
    Kind.TEXT: "a text",
}

#: Kinds whose values have an order.
ORDERED = frozenset({Kind.INTEGER, Kind.PERCENT, Kind.MONEY, Kind.DATE, Kind.MOMENT, Kind.DURATION})
#: Kinds that can be added up.
SUMMABLE = frozenset({Kind.INTEGER, Kind.PERCENT, Kind.MONEY, Kind.DURATION})


@dataclass(eq=False, kw_only=True)
class BadValue(OfertaError):
    """A value is not of its type."""

    code: ClassVar[str] = "terms.bad_value"
    given: str
    expected: str


def expected_of(type_: Type) -> str:
    """Return in words what a value of the type looks like, with its bounds."""
    if type_.kind is Kind.ENUM:
        said = listed(type_.values)
    elif type_.kind is Kind.MONEY and type_.unit:
        said = f"an amount, as 1000 {type_.unit}"
    else:
        said = _EXPECTED[type_.kind]
    bounds = [
        f"{word} {write_value(bound, type_)}"
        for word, bound in (("from", type_.minimum), ("to", type_.maximum))
        if bound is not None
    ]
    said = " ".join([said, *bounds])
    return f"{said}, or null" if type_.nullable else said


def parse_value(raw: object, type_: Type) -> Coded:
    """Return `raw` (a written text or a typed Python value) in the coding of its type.

    Args:
        raw: as written in a pack, or bool, int, date, datetime with a zone, timedelta, Money.
        type_: decides how a text is read.

    Raises:
        BadValue: not a value of the type, outside its bounds, or null where that is not declared.
    """
    if raw is None:
        if type_.nullable:
            return None
        raise BadValue(given="null", expected=expected_of(type_))
    coded = _READERS[type_.kind](raw, type_)
    if isinstance(coded, int) and not within(coded, type_):
        raise BadValue(given=_given(raw), expected=expected_of(type_))
    return coded


def reader(type_: Type) -> Callable[[object], Coded]:
    """Return `parse_value` of one type, for whoever reads many values of it."""
    read = _READERS[type_.kind]
    least, most = bounds_of(type_)
    low, high = (-inf if least is None else least), (inf if most is None else most)

    def parse(raw: object) -> Coded:
        if raw is None:
            return parse_value(raw, type_)
        coded = read(raw, type_)
        if isinstance(coded, int) and not low <= coded <= high:
            raise _bad(raw, type_)
        return coded

    return parse


def writer(type_: Type) -> Callable[[int], str]:
    """Return `write_value` of one type of numbers, for whoever writes many of them."""
    if type_.kind is not Kind.MONEY:
        return lambda coded: _write_number(coded, type_)
    places, unit = UNITS[type_.unit], type_.unit
    return lambda coded: f"{decimal_text(coded, places)} {unit}"


def bounds_of(type_: Type) -> tuple[int | None, int | None]:
    """Return the least and the greatest coded number of a type; None where nothing is counted.

    Declared bounds, or else 64 bits for what can be added up; days are kept by the calendar.
    """
    widest = CODED_MAX if type_.kind in SUMMABLE else None
    low = type_.minimum if type_.minimum is not None or widest is None else -widest
    return low, type_.maximum if type_.maximum is not None else widest


def within(coded: int, type_: Type) -> bool:
    """Tell whether a coded number keeps the bounds of its type."""
    low, high = bounds_of(type_)
    return (low is None or low <= coded) and (high is None or coded <= high)


def _given(raw: object) -> str:
    if isinstance(raw, str):
        return shown(raw)
    if isinstance(raw, int) and abs(raw) > CODED_MAX:
        return "a number of more than 18 digits"  # printing a huge one is itself refused
    return shown(str(raw)) if isinstance(raw, int | date | Money) else shown(repr(raw)[:200])


def _bad(raw: object, type_: Type) -> BadValue:
    return BadValue(given=_given(raw), expected=expected_of(type_))


def _written(raw: object, type_: Type) -> str:
    """Return the text of a value that must be written as one."""
    if not isinstance(raw, str) or len(raw) > _TEXT_MAX:
        raise _bad(raw, type_)
    return raw.strip()


def _boolean(raw: object, type_: Type) -> Coded:
    if isinstance(raw, bool):
        return raw
    text = _written(raw, type_).lower()
    if text not in ("true", "false"):
        raise _bad(raw, type_)
    return text == "true"


def _integer(raw: object, type_: Type) -> Coded:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    text = _written(raw, type_)
    if not _INTEGER.fullmatch(text):
        raise _bad(raw, type_)
    return int(text)


def _percent(raw: object, type_: Type) -> Coded:
    match = _PERCENT.fullmatch(_written(raw, type_))
    if match is None or len(match[3] or "") > _PERCENT_DECIMALS:
        raise _bad(raw, type_)
    coded = int(match[2] + (match[3] or "").ljust(_PERCENT_DECIMALS, "0"))
    return -coded if match[1] == "-" else coded


def _money(raw: object, type_: Type) -> Coded:
    if isinstance(raw, Money):
        minor, unit = raw.minor, raw.unit
    else:
        text = _written(raw, type_)
        if not _AMOUNT.fullmatch(text.removesuffix(type_.unit)) or not text.endswith(type_.unit):
            raise _bad(raw, type_)
        try:
            minor, unit = minor_and_unit(text)
        except BadMoney as error:
            raise BadValue(given=_given(raw), expected=error.expected) from error
    if unit != type_.unit:
        raise _bad(raw, type_)
    return minor


def _date(raw: object, type_: Type) -> Coded:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw.toordinal() - _EPOCH_DAY
    text = _written(raw, type_)
    if not _DATE.fullmatch(text):
        raise _bad(raw, type_)
    try:
        return date.fromisoformat(text).toordinal() - _EPOCH_DAY
    except ValueError as error:
        raise _bad(raw, type_) from error


def _moment(raw: object, type_: Type) -> Coded:
    moment = raw if isinstance(raw, datetime) else _written_moment(raw, type_)
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise _bad(raw, type_)
    coded = (moment - _EPOCH) // _MICROSECOND
    if not _FIRST_MOMENT <= coded < _END_OF_MOMENTS:
        raise _bad(raw, type_)
    return coded


def _written_moment(raw: object, type_: Type) -> datetime:
    match = _MOMENT.fullmatch(_written(raw, type_))
    if match is None:
        raise _bad(raw, type_)
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3]}")
    except ValueError as error:
        raise _bad(raw, type_) from error


def _duration(raw: object, type_: Type) -> Coded:
    if isinstance(raw, timedelta):
        return raw // _MICROSECOND
    match = _DURATION.fullmatch(_written(raw, type_))
    if match is None:
        raise _bad(raw, type_)
    coded = int(match[2]) * _MICROSECONDS[match[3]]
    return -coded if match[1] == "-" else coded


def _enum(raw: object, type_: Type) -> Coded:
    if isinstance(raw, str) and raw in type_.values:
        return raw
    expected = choices(raw, type_.values) if isinstance(raw, str) else expected_of(type_)
    raise BadValue(given=_given(raw), expected=expected)


def _text(raw: object, type_: Type) -> Coded:
    if not isinstance(raw, str) or _NO_TEXT.search(raw):
        raise _bad(raw, type_)
    return raw


_READERS = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.PERCENT: _percent,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
    Kind.DURATION: _duration,
    Kind.ENUM: _enum,
    Kind.TEXT: _text,
}


_LITERALS = {
    Kind.PERCENT: "'1%'",
    Kind.DATE: "DATE '2024-04-16'",
    Kind.MOMENT: "'2024-04-16T18:59:00+05:00'",
    Kind.DURATION: "'3 days'",
    Kind.BOOLEAN: "TRUE",
}


def literal_example(type_: Type) -> str:
    """Return how a literal of the type is written in a condition, which is SQL."""
    if type_.kind is Kind.MONEY:
        return f"'1000 {type_.unit}'"
    if type_.kind is Kind.ENUM and type_.values:
        return f"'{type_.values[0]}'"
    return _LITERALS.get(type_.kind, "'a text'")


def plain_type(type_: Type) -> Type:
    """Return the type without bounds and null: that of a literal beside it."""
    return replace(type_, nullable=False, minimum=None, maximum=None)


def infer_value(text: str) -> tuple[Coded, Type]:
    """Return the value that `text` writes and the type its form shows; else it is a text.

    Raises:
        BadValue: it has the form of a type but is not a value of it (2024-02-30).
    """
    text = text.strip()
    type_ = _type_shown(text)
    return parse_value(text, type_), type_


def _type_shown(text: str) -> Type:
    if text in ("true", "false"):
        return Type(Kind.BOOLEAN)
    for kind, form in _FORMS:
        if form.fullmatch(text):
            return Type(kind)
    if _MONEY.fullmatch(text) and text.lstrip("+-0123456789. ") in UNITS:
        return Type(Kind.MONEY, unit=text.lstrip("+-0123456789. "))
    return Type(Kind.TEXT)


_FORMS = (
    (Kind.INTEGER, _INTEGER),
    (Kind.PERCENT, _PERCENT),
    (Kind.DATE, _DATE),
    (Kind.MOMENT, _MOMENT),
    (Kind.DURATION, _DURATION),
)


def write_value(coded: Coded, type_: Type) -> str:
    """Return the canonical text of a coded value: "1000.00 KZT", "1.5%", "3 days", "null".

    Dates are ISO, moments ISO in UTC with Z; `parse_value` reads every one of them back.
    """
    if coded is None:
        return "null"
    if isinstance(coded, bool):
        return "true" if coded else "false"
    if isinstance(coded, str):
        return coded
    return _write_number(coded, type_)


def _write_number(coded: int, type_: Type) -> str:
    match type_.kind:
        case Kind.PERCENT:
            text = decimal_text(coded, _PERCENT_DECIMALS).rstrip("0").rstrip(".")
            return f"{text}%"
        case Kind.MONEY:
            return f"{decimal_text(coded, UNITS[type_.unit])} {type_.unit}"
        case Kind.DATE:
            return date.fromordinal(coded + _EPOCH_DAY).isoformat()
        case Kind.MOMENT:
            moment = _EPOCH + timedelta(microseconds=coded)
            return moment.replace(tzinfo=None).isoformat() + "Z"
        case Kind.DURATION:
            return _write_duration(coded)
        case _:
            return str(coded)


def _write_duration(coded: int) -> str:
    for unit, size in _MICROSECONDS.items():
        if unit != "week" and coded % size == 0:
            number = coded // size
            return f"{number} {unit}{'' if abs(number) == 1 else 's'}"
    raise AssertionError  # a microsecond divides every whole number
