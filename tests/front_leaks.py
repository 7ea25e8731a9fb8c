"""Finds words on a page that are not in the page's language.

Text inside an element with `translate="no"` is data, and text under another `lang` is in that
language on purpose. What is left must be written in the page's own script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

#: Names and marks that are the same in every language.
NAMES = frozenset(
    """
    Oferta QR CSV SMS PIN UTC API REST JSON HTTP URL ID IP JS POS MCC IVR PDF ZIP HTML OpenAPI Wi Fi
    Halyk Bank Club AltynPlus UPI Sinooil Homebank Visa Mastercard Apple Pay Samsung Google Garmin
    Chrome Firefox Safari Android iPhone iPad Windows Linux macOS WebAuthn FIDO TOTP SHA USB NFC
    https Face Touch PNG JPEG MB Covid Costa costa Gosuslugi Webhook webhook Webhooks webhooks
    JavaScript
    """.split()  # noqa: SIM905 - a list of a hundred strings hides what is in it
)
#: Russian words that no Kazakh sentence has.
_RUSSIAN = frozenset(
    """
    и в на что для по или это вы ваш ваша ваши с к от как если уже при его ее её был была были нет
    есть этот эта
    """.split()  # noqa: SIM905 - the same
)
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]{2,}")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]+")
_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_KAZAKH = re.compile(r"[Ѐ-ӿ]*[әғқңөұүһіӘҒҚҢӨҰҮҺІ][Ѐ-ӿ]*")
_KEY = re.compile(r"(?<![\w./@-])[a-z][a-z_]+(?:\.[a-z][a-z0-9_]*)+(?![\w/@-])")
#: A name in a program, as get_pack.
_IDENTIFIER = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
#: What a clause rests on, as BC-09.
_ID = re.compile(r"\b[A-Z]{2}-\d+")
#: Names of products, which stay as they are only as a whole.
_PRODUCTS = re.compile(r"\bHalyk Bonus(?: Digital)?\b")
#: A few characters that only one of the two ways to write Chinese has.
_ONLY_TRADITIONAL = re.compile("[個們條過這說會為與對應請錄轉發點號頁]")
_ONLY_SIMPLIFIED = re.compile("[个们条过这说会为与对应请录转发点号页]")
#: Attributes that are read to people.
_SPOKEN = ("title", "alt", "placeholder", "aria-label", "aria-description", "label")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}


@dataclass(frozen=True)
class Leak:
    """A word that is not in the page's language."""

    word: str
    #: The text around it.
    text: str

    def __str__(self) -> str:
        return f"{self.word!r} in {self.text!r}"


def leaks(html: str, language: str, data: frozenset[str] = frozenset()) -> list[Leak]:
    """Return the words of a page that are not in its language.

    Args:
        html: the page.
        language: its BCP 47 tag, as it stands on `<html lang>`.
        data: words that came in from outside, in lower case: names of shops, of people.
    """
    reader = _Reader(language)
    reader.feed(html)
    reader.close()
    return [
        Leak(word, " ".join(text.split())[:120])
        for text in reader.texts
        for word in _foreign(text, language)
        if word not in NAMES and word.lower() not in data
    ]


def _foreign(text: str, language: str) -> list[str]:
    text = _PRODUCTS.sub(" ", _ID.sub(" ", text))
    found = _KEY.findall(text)
    text = _IDENTIFIER.sub(" ", text)
    if language != "en":
        found += _LATIN.findall(text)
    if language not in ("kk", "ru"):
        found += _CYRILLIC.findall(text)
    if not language.startswith("zh"):
        found += _HAN.findall(text)
    if language == "ru":
        found += _KAZAKH.findall(text)
    if language == "kk":
        found += [word for word in _CYRILLIC.findall(text.lower()) if word in _RUSSIAN]
    if language == "zh-Hans":
        found += _ONLY_TRADITIONAL.findall(text)
    if language == "zh-Hant":
        found += _ONLY_SIMPLIFIED.findall(text)
    return found


class _Reader(HTMLParser):
    """Gathers what is read to people and is not marked as data or as another language."""

    def __init__(self, language: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._language = language
        #: Of each open element: whether its text counts.
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        counts = self._counts and tag not in ("script", "style", "code", "kbd", "svg")
        if given.get("translate") == "no" or given.get("lang", self._language) != self._language:
            counts = False
        if counts:
            self.texts += [value for name in _SPOKEN if (value := given.get(name))]
            if tag == "input" and given.get("type") in ("submit", "button", "reset"):
                self.texts.append(given.get("value") or "")
        if tag not in _VOID:
            self._open.append((tag, counts))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            open_, _ = self._open.pop()
            if open_ == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._counts and data.strip():
            self.texts.append(data)

    @property
    def _counts(self) -> bool:
        return self._open[-1][1] if self._open else True
