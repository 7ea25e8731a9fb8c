"""What a member's words say of a payment: days, amounts, the language; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from oferta.kernel.i18n import Language

#: How months begin, in Kazakh, Russian and English; the first letters tell them apart.
_MONTHS = (
    ("қаңтар", "январ", "jan"),
    ("ақпан", "феврал", "feb"),
    ("наурыз", "март", "mar"),
    ("сәуір", "апрел", "apr"),
    ("мамыр", "мая", "май", "may"),
    ("маусым", "июн", "jun"),
    ("шілде", "июл", "jul"),
    ("тамыз", "август", "aug"),
    ("қыркүйек", "сентябр", "sep"),
    ("қазан", "октябр", "oct"),
    ("қараша", "ноябр", "nov"),
    ("желтоқсан", "декабр", "dec"),
)
_MONTH_OF = {start: number for number, starts in enumerate(_MONTHS, 1) for start in starts}
_MONTH = "(" + "|".join(sorted(_MONTH_OF, key=len, reverse=True)) + r")[^\W\d_]*"
_YEAR = r"((?:19|20)\d\d)"
#: Each with the places of year, month and day among its groups; no year: 0.
_DAYS = (
    (re.compile(rf"\b{_YEAR}\s*[-./年]\s*(\d\d?)\s*[-./月]\s*(\d\d?)(?!\d)"), (1, 2, 3)),
    (re.compile(rf"(?<!\d)(\d\d?)[-./](\d\d?)[-./]{_YEAR}(?!\d)"), (3, 2, 1)),
    (re.compile(rf"{_YEAR}\s*(?:жылғы|жылдың|ж\.)?,?\s*(\d\d?)\s+{_MONTH}"), (1, 3, 2)),
    (re.compile(rf"(?<!\d)(\d\d?)\s+{_MONTH},?\s+{_YEAR}"), (3, 2, 1)),
    (re.compile(rf"\b{_MONTH}\s+(\d\d?)(?:st|nd|rd|th)?,?\s+{_YEAR}"), (3, 1, 2)),
    (re.compile(rf"(?<!\d)(\d\d?)\s+{_MONTH}"), (0, 2, 1)),
    (re.compile(rf"\b{_MONTH}\s+(\d\d?)(?:st|nd|rd|th)?\b"), (0, 1, 2)),
    (re.compile(r"(?<!\d)(\d\d?)\s*月\s*(\d\d?)\s*[日號号]"), (0, 1, 2)),
)
#: In groups of three, or three digits at least: fewer are too many things.
_AMOUNT = re.compile(
    r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f'.,]\d{3})+(?:[.,]\d\d?)?(?!\d)"
    r"|(?<![\d.,])\d{3,9}(?:[.,]\d\d?)?(?!\d)"
)
_DECIMALS = re.compile(r"[.,](\d\d?)$")
_KAZAKH = re.compile("[әғқңөұүһі]")
_CYRILLIC = re.compile("[а-яё]")
_HAN = re.compile("[\u4e00-\u9fff]")
#: Signs that are written only so in one of the two scripts, and are common in such letters.
_TRADITIONAL = re.compile("[這個為麼沒請問積帳戶會員點獲應該還錢開關於時間號]")


@dataclass(frozen=True, slots=True)
class Told:
    """Days and amounts that words name."""

    days: frozenset[date]
    #: Minor units.
    amounts: frozenset[int]


def understood(words: str, today: date) -> Told:
    """Return the days and amounts in a text; a day without a year is the latest that there was."""
    left, days = words.lower(), set[date]()
    for pattern, places in _DAYS:
        for found in pattern.finditer(left):
            if day := _day(found, places, today):
                days.add(day)
        left = pattern.sub(" ; ", left)
    amounts = {_minor(one.group()) for one in _AMOUNT.finditer(left)}
    return Told(frozenset(days), frozenset(amounts))


def names(words: str, merchant: str) -> bool:
    """Tell whether words name a merchant, whatever number of its shop follows the name."""
    parts = [one for one in _folded(merchant).split() if len(one) > 2 and one.isalpha()]  # noqa: PLR2004
    text = f" {_folded(words)} "
    return bool(parts) and all(f" {one}" in text for one in parts)


def language(words: str, default: Language = "en") -> Language:
    """Return the language that words are most likely in."""
    text = words.lower()
    if _HAN.search(text):
        return "zh-Hant" if _TRADITIONAL.search(text) else "zh-Hans"
    if _KAZAKH.search(text):
        return "kk"
    return "ru" if _CYRILLIC.search(text) else default


def _day(found: re.Match[str], places: tuple[int, int, int], today: date) -> date | None:
    at_year, at_month, at_day = places
    month = found.group(at_month)
    number = int(month) if month.isdigit() else _MONTH_OF[month]
    years = (int(found.group(at_year)),) if at_year else (today.year, today.year - 1)
    for year in years:
        try:
            day = date(year, number, int(found.group(at_day)))
        except ValueError:
            continue
        if at_year or day <= today:
            return day
    return None


def _minor(text: str) -> int:
    decimals = _DECIMALS.search(text)
    whole = text[: decimals.start()] if decimals else text
    cents = decimals.group(1).ljust(2, "0") if decimals else "00"
    return int(re.sub(r"\D", "", whole) + cents)


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text.lower()).split())
