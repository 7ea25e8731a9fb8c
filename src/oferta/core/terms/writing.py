"""Values as people write them in each language: "1,000.50 KZT", "1 000,50 ₸", "2024年4月16日".

The canonical text that machines read back is `values.write_value`; this is for readers.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from oferta.core.terms.problems import printable
from oferta.core.terms.types import PERCENT_ONE, Kind
from oferta.core.terms.wording import Wording, wording
from oferta.kernel.money import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from oferta.core.terms.types import Coded, Type
    from oferta.kernel.i18n import Language

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
#: An exact fraction that goes on for ever is cut here and marked as rounded.
_DECIMALS_SHOWN = 6
_SECOND = 1_000_000
_SPANS = (("days", 86_400 * _SECOND), ("hours", 3600 * _SECOND), ("minutes", 60 * _SECOND))
#: (between thousands, before decimals)
_SIGNS: dict[str, tuple[str, str]] = {
    "kk": (_NO_BREAK_SPACE, ","),
    "ru": (_NO_BREAK_SPACE, ","),
    "en": (",", "."),
    "zh-Hant": (",", "."),
    "zh-Hans": (",", "."),
}


_WORD_OF = {None: "value.unknown", True: "value.yes", False: "value.no"}


def show(
    value: Coded | Fraction,
    type_: Type,
    language: Language,
    labels: Mapping[str, Mapping[Language, str]] | None = None,
    zone: ZoneInfo | None = None,
) -> str:
    """Return a coded value as the language writes it.

    Args:
        value: coded as `types` says; an exact fraction of that coding while it is worked out.
        type_: decides how it is written.
        language: of the reader.
        labels: of an enum's values, by value.
        zone: time zone in which a moment is told; UTC if none.
    """
    words = wording(language)
    if value is None or isinstance(value, bool):
        return words.say(_WORD_OF[value])
    if isinstance(value, str):
        return _text(value, type_, words, labels)
    match type_.kind:
        case Kind.DATE:
            return show_day(int(value), language)
        case Kind.MOMENT:
            return _moment(int(value), words, zone)
        case Kind.DURATION:
            return _duration(Fraction(value), words)
        case _:
            return _number(Fraction(value), type_, words)


def local(moment: int, zone: ZoneInfo | None) -> datetime:
    """Return a coded moment by the clocks of a zone; of UTC if none."""
    return (_EPOCH + timedelta(microseconds=moment)).astimezone(zone or UTC)


def show_day(day: int, language: Language) -> str:
    """Return a coded date as the language writes it."""
    return show_date(date.fromordinal(day + _EPOCH_ORDINAL), language)


def show_date(told: date, language: Language) -> str:
    """Return a date as the language writes it."""
    words = wording(language)
    month = words.choice("value.months", told.month - 1)
    return words.say("value.date", day=told.day, month=month, year=told.year)


def _text(
    value: str,
    type_: Type,
    words: Wording,
    labels: Mapping[str, Mapping[Language, str]] | None,
) -> str:
    if type_.kind is Kind.ENUM:
        return labels[value][words.language] if labels and value in labels else value
    return words.quoted(printable(value))


def _number(value: Fraction, type_: Type, words: Wording) -> str:
    if type_.kind is Kind.MONEY:
        return _money(value, type_.unit, words)
    if type_.kind is Kind.PERCENT:
        text, exact = decimal(value * 100 / PERCENT_ONE, words.language)
        return _marked(words.say("value.percent", number=text), words, exact=exact)
    # Integers are codes (4812) as often as counts, so their thousands are not set apart.
    text, exact = decimal(value, words.language, grouped=False)
    return _marked(text, words, exact=exact)


def _money(value: Fraction, unit: str, words: Wording) -> str:
    amount = value / 10 ** UNITS[unit]
    places = UNITS[unit] if value.denominator == 1 and amount.denominator != 1 else 0
    text, exact = decimal(abs(amount), words.language, places=places)
    said = words.count(f"unit.{unit}", amount, text)
    return _marked(f"{MINUS}{said}" if amount < 0 else said, words, exact=exact)


def _marked(text: str, words: Wording, *, exact: bool) -> str:
    return text if exact else words.say("value.about", value=text)


def decimal(
    value: Fraction, language: Language, *, places: int = 0, grouped: bool = True
) -> tuple[str, bool]:
    """Return the number in the language's signs and whether that is all of it.

    Args:
        value: any exact number.
        language: decides the signs.
        places: at least so many decimals.
        grouped: set thousands apart.
    """
    between, before = _SIGNS[language]
    scaled = abs(value) * 10**_DECIMALS_SHOWN
    whole, rest = divmod(int(scaled), 10**_DECIMALS_SHOWN)
    decimals = f"{rest:0{_DECIMALS_SHOWN}d}".rstrip("0").ljust(places, "0")
    text = f"{whole:,}".replace(",", between) if grouped else str(whole)
    sign = MINUS if value < 0 else ""
    return f"{sign}{text}{before + decimals if decimals else ''}", scaled.denominator == 1


def _moment(value: int, words: Wording, zone: ZoneInfo | None) -> str:
    told = local(value, zone)
    clock = told.strftime("%H:%M:%S" if told.second or told.microsecond else "%H:%M")
    if told.microsecond:
        clock += f".{told.microsecond:06d}".rstrip("0")
    day = show_date(told.date(), words.language)
    offset = told.strftime("%z")
    shown = "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:]}"
    return words.say("value.moment", date=day, time=clock, zone=shown)


def _duration(value: Fraction, words: Wording) -> str:
    left, parts = abs(value), []
    for name, size in _SPANS:
        whole, left = divmod(left, size)
        if whole:
            parts.append(words.count(f"span.{name}", whole))
    if left or not parts:
        seconds = left / _SECOND
        parts.append(words.count("span.seconds", seconds, decimal(seconds, words.language)[0]))
    return (MINUS if value < 0 else "") + " ".join(parts)


def show_count(number: int, language: Language) -> str:
    """Return how many times, as a limit on the number of decisions says it."""
    return wording(language).count("span.times", number)
