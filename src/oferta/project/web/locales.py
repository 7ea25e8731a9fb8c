"""What Unicode's locale data knows of the five languages: plurals, months, numbers, lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from oferta.kernel.i18n import Language

#: Pages in English write days as 16 May 2024, so numbers and months follow the same usage.
_NAMES = {"kk": "kk", "ru": "ru", "en": "en_GB", "zh-Hant": "zh_Hant", "zh-Hans": "zh_Hans"}


@cache
def locale_of(language: Language) -> Locale:
    """Return the locale data of a language."""
    return Locale.parse(_NAMES[language])


@lru_cache(maxsize=4_096)
def plural_form(number: int, language: Language) -> str:
    """Return which form of a word goes with a number: one, few, many or other."""
    return str(locale_of(language).plural_form(number))


@lru_cache(maxsize=4_096)
def number_shown(number: int, language: Language) -> str:
    """Return a whole number with the language's own signs."""
    return format_decimal(number, locale=locale_of(language))


@cache
def month_shown(month: date, language: Language) -> str:
    """Return the month of a day with its year, as a heading says it."""
    said = format_skeleton("yMMMM", month, locale=locale_of(language))
    return said[:1].upper() + said[1:]


#: Days of one month, with no-break spaces where a day of its own has them.
_OF_ONE_MONTH = {
    "kk": "y 'ж'. '{first}'–d\u00a0MMMM",
    "ru": "'{first}'–d\u00a0MMMM y 'г'.",
    "en": "'{first}'–d\u00a0MMMM y",
    "zh-Hant": "y年M月'{first}'日至d日",
    "zh-Hans": "y年M月'{first}'日至d日",
}


@lru_cache(maxsize=1_024)
def days_of_month_shown(first: date, last: date, language: Language) -> str:
    """Return two days of one month as a span of days."""
    said = format_date(last, _OF_ONE_MONTH[language], locale=locale_of(language))
    return said.replace("{first}", str(first.day))


@cache
def weekday_shown(day: date, language: Language) -> str:
    """Return the day of the week, as it stands before a date."""
    return format_date(day, "EEEE", locale=locale_of(language))


def list_shown(items: Iterable[str], language: Language) -> str:
    """Return several things as one phrase: "a, b and c"."""
    return _listed(tuple(items), language)


@lru_cache(maxsize=1_024)
def _listed(items: tuple[str, ...], language: Language) -> str:
    return format_list(items, locale=locale_of(language))
