"""What files of ISO 20022 have in common: elements by path, texts that every bank takes, accounts.

Many banks take nothing but the letters of SWIFT's character set X in a payment. Names are therefore
written in it by a rule that is stated here; what the rule cannot write is refused, never dropped.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from oferta.kernel.errors import OfertaError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

#: Lengths of the standard: of a name, of a line of free text.
NAME_MAX, LINE_MAX = 140, 140
#: Stands at the end of a text that was longer: so SWIFT's own translation marks it.
CUT = "+"
#: What the standard says where a bank is not named: its customer's bank finds it by the account.
NOT_PROVIDED = "NOTPROVIDED"

#: Cyrillic letters by ICAO Doc 9303, part 3, as passports write them; Kazakh and other letters that
#: it lacks by the Latin letter of the same root, as passports of Kazakhstan do.
_CYRILLIC = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziiklmnoprstufye", strict=True)),
    "ё": "e",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "ie",
    "ь": "",
    "ю": "iu",
    "я": "ia",
    **dict(zip("әғқңөұүһі", "agknouuhi", strict=True)),
    "є": "ie",
    "ї": "i",
    "ґ": "g",
    "ў": "u",
    "ј": "j",
    "љ": "lj",
    "њ": "nj",
}
#: Latin letters that have no plain one inside.
_LATIN = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
}
_SIGNS = {
    **dict.fromkeys('«»“”„‟"‘’‚`´', "'"),
    **dict.fromkeys("‐‑‒–—―−_", "-"),
    "№": "No",
    "&": "+",
    ";": ",",
    "!": ".",
    "[": "(",
    "]": ")",
    "{": "(",
    "}": ")",
}
_ALLOWED = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
#: The number of a bank at the Bank of Russia (БИК), which takes the place of a BIC at home.
_RUSSIAN_BANK = re.compile(r"[0-9]{9}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}")
_NUMBER = re.compile(r"[A-Za-z0-9]{1,34}")
_IBAN_MODULUS, _IBAN_REST = 97, 1


@dataclass(eq=False, kw_only=True)
class NotWritable(OfertaError):
    """The text has letters that banks do not take and no rule writes in Latin: give a Latin one."""

    code: ClassVar[str] = "kernel.not_writable"
    given: str
    letters: str


def latin(text: str, longest: int = NAME_MAX) -> str:
    """Return a text in the characters that every bank takes (SWIFT's character set X).

    Cyrillic letters are written as in passports (ICAO Doc 9303, part 3), marks above and below
    Latin ones are left away, signs become the nearest that is allowed. A text that is too long ends
    with `+`.

    Args:
        text: as people write it.
        longest: characters of the result.

    Raises:
        NotWritable: something in it, as a Chinese character, cannot be written by this rule.
    """
    written = " ".join("".join(_letters(text)).split())
    if not _ALLOWED.fullmatch(written):
        odd = "".join(sorted({one for one in written if not _ALLOWED.fullmatch(one)}))
        raise NotWritable(given=text, letters=odd)
    return written if len(written) <= longest else written[: longest - len(CUT)] + CUT


def is_bank(code: str) -> bool:
    """Tell whether a code names a bank: a BIC (ISO 9362), or a number at the Bank of Russia."""
    return bool(_BIC.fullmatch(code) or _RUSSIAN_BANK.fullmatch(code))


def is_number(number: str) -> bool:
    """Tell whether a number can be that of an account: up to 34 Latin letters and figures."""
    return bool(_NUMBER.fullmatch(number))


def put(parent: ET.Element, path: str, text: str) -> ET.Element:
    """Add an element by its path, parents that are missing included, and return it."""
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - only who writes files reads it

    for tag in path.split("/"):
        found = parent.find(tag)
        parent = ET.SubElement(parent, tag) if found is None else found
    parent.text = text
    return parent


def put_number(parent: ET.Element, tag: str, number: str) -> None:
    """Add an account: as an IBAN if its check digits are right (ISO 13616), else by its number."""
    put(parent, f"{tag}/Id/IBAN" if _is_iban(number) else f"{tag}/Id/Othr/Id", number)


def put_bank(parent: ET.Element, tag: str, code: str) -> None:
    """Add a bank by its BIC or its number at the Bank of Russia; "": it is not provided."""
    bank = f"{tag}/FinInstnId"
    if _BIC.fullmatch(code):
        put(parent, f"{bank}/BICFI", code)
    elif _RUSSIAN_BANK.fullmatch(code):
        put(parent, f"{bank}/ClrSysMmbId/ClrSysId/Cd", "RUCBC")
        put(parent, f"{bank}/ClrSysMmbId/MmbId", code)
    else:
        put(parent, f"{bank}/Othr/Id", NOT_PROVIDED)


def _letters(text: str) -> Iterator[str]:
    whole = unicodedata.normalize("NFC", text)
    for at, one in enumerate(whole):
        small = one.lower()
        if one in _SIGNS:
            yield _SIGNS[one]
        elif small in _CYRILLIC or small in _LATIN:
            said = _CYRILLIC.get(small, _LATIN.get(small, ""))
            loud = whole[at + 1 : at + 2].isupper() or whole[max(at - 1, 0) : at].isupper()
            yield said if one == small else said.upper() if loud else said.capitalize()
        else:
            parts = unicodedata.normalize("NFKD", one)
            yield "".join(part for part in parts if not unicodedata.combining(part))


def _is_iban(number: str) -> bool:
    if not _IBAN.fullmatch(number):
        return False
    turned = number[4:] + number[:4]
    value = int("".join(str(int(one, 36)) for one in turned))
    return value % _IBAN_MODULUS == _IBAN_REST
