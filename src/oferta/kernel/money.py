"""Money as a whole number of minor units of a named unit. No float ever."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError

#: Decimal places of each unit: 2 means that one unit is 100 minor units.
#: BONUS has the tenge's places because one bonus is one tenge (BC-02).
UNITS: dict[str, int] = {
    "KZT": 2,
    "RUB": 2,
    "HKD": 2,
    "CNY": 2,
    "GBP": 2,
    "EUR": 2,
    "USD": 2,
    "BONUS": 2,
    "POINTS": 0,
    "VOUCHER": 2,
}

_WRITTEN = re.compile(r"^\s*([+-]?)([0-9][0-9 ]*)(?:\.([0-9]+))?\s*([A-Z]{3,8})\s*$")


@dataclass(eq=False, kw_only=True)
class BadMoney(OfertaError):
    """The text is not money: a number, a space, a known unit, no more decimals than it has."""

    code: ClassVar[str] = "kernel.bad_money"
    given: str
    expected: str


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units of `unit`; 1 000.50 KZT is `Money(100050, "KZT")`."""

    minor: int
    unit: str

    def __str__(self) -> str:
        return f"{decimal_text(self.minor, UNITS[self.unit])} {self.unit}"


def parse_money(text: str) -> Money:
    """Return the money that `text` writes ("1000 KZT", "-7.99 GBP").

    Raises:
        BadMoney: unknown unit, too many decimals, or not a number.
    """
    return Money(*minor_and_unit(text))


def minor_and_unit(text: str) -> tuple[int, str]:
    """Return minor units and unit of the money that `text` writes; errors as of `parse_money`."""
    match = _WRITTEN.match(text)
    sign, whole, decimals, unit = match.groups("") if match is not None else ("", "", "", "")
    places = UNITS.get(unit)
    if places is None:
        known = ", ".join(sorted(UNITS))
        raise BadMoney(given=text, expected=f"a number and one of {known}, as in '1000 KZT'")
    if len(decimals) > places:
        raise BadMoney(given=text, expected=f"at most {places} decimals for {unit}")
    minor = int(whole.replace(" ", "") + decimals.ljust(places, "0"))
    return (-minor if sign == "-" else minor), unit


def decimal_text(minor: int, places: int) -> str:
    """Write `minor` with its decimal point: `decimal_text(-799, 2)` is "-7.99"."""
    if places == 0:
        return str(minor)
    digits = str(abs(minor)).rjust(places + 1, "0")
    return f"{'-' if minor < 0 else ''}{digits[:-places]}.{digits[-places:]}"
