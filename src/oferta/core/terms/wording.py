"""The phrase catalogue of explanations: a file per language under `words/`, a key per phrase."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from oferta.kernel.i18n import Language

Phrase: TypeAlias = str | dict[str, str] | list[str]


_TWO_STOPS = re.compile(r"(?<=[^.])\.\.(?!\.)")
#: Chinese beside Latin letters or figures, but not inside a date.
_CHINESE = "(?![年月日])[\u4e00-\u9fff]"
_CHINESE_JOINT = re.compile(
    f"(?<=[\u4e00-\u9fff])(?<![年月日])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%+])(?={_CHINESE})"
)


class Wording:
    """The phrases of one language, with the few rules that need more than a template."""

    def __init__(self, language: Language, phrases: dict[str, Phrase]) -> None:
        self.language = language
        self.phrases = phrases

    def say(self, key: str, **parts: object) -> str:
        """Return the phrase `key` (as "condition.is") with its placeholders filled."""
        return self._mended(cast("str", self.phrases[key]).format_map(parts))

    def _mended(self, text: str) -> str:
        """Mend the joints: a stop after an abbreviation's own, two signs, Chinese beside Latin."""
        text = _TWO_STOPS.sub(".", text).replace("= ≈ ", "≈ ")
        return _CHINESE_JOINT.sub(" ", text) if self.language.startswith("zh") else text

    def choice(self, key: str, index: int) -> str:
        """Return the word at `index` of a phrase that is a list, as the names of months."""
        return cast("list[str]", self.phrases[key])[index]

    def count(self, key: str, number: int | Fraction, shown: str = "", **parts: object) -> str:
        """Return the phrase `key` in the plural form of `number`, written as `shown`."""
        phrase = self.phrases[key]
        if isinstance(phrase, dict):
            phrase = phrase[plural_form(self.language, number)]
        return self._mended(cast("str", phrase).format(n=shown or str(number), **parts))

    def both(self, items: Sequence[str]) -> str:
        """Join words: "a, b and c"."""
        return self._joined(items, "signs.and")

    def either(self, items: Sequence[str]) -> str:
        """Join words: "a, b or c"."""
        return self._joined(items, "signs.or")

    def _joined(self, items: Sequence[str], last: str) -> str:
        if len(items) <= 1:
            return "".join(items)
        return self.say("signs.comma").join(items[:-1]) + self.say(last) + items[-1]

    def quoted(self, text: str) -> str:
        """Return the text in the language's quotation marks, those inside it made inner ones."""
        opening, closing, inner, inner_end = cast("list[str]", self.phrases["signs.quotes"])
        held = text.replace(opening, inner).replace(closing, inner_end)
        return f"{opening}{held}{closing}"

    def sentences(self, parts: Sequence[str]) -> str:
        """Join whole sentences into a paragraph."""
        return self.say("signs.sentence_gap").join(part for part in parts if part)


def plural_form(language: Language, number: int | Fraction) -> str:
    """Return which plural form a number takes: one, few, many or other (Unicode's rules)."""
    if language == "ru":
        return _russian_form(number)
    if language == "en":
        return "one" if abs(number) == 1 else "other"
    return "other"


def _russian_form(number: int | Fraction) -> str:
    if number != int(number):
        return "few"  # a fraction takes the genitive singular: "1,5 бонуса", "1,5 дня"
    tens, ones = abs(int(number)) % 100, abs(int(number)) % 10
    if ones == 1 and tens != 11:  # noqa: PLR2004 - the rule's own figures
        return "one"
    if ones in (2, 3, 4) and tens not in (12, 13, 14):
        return "few"
    return "many"


def upper_first(text: str) -> str:
    """Return the text with its first letter as a sentence begins; the rest untouched."""
    return text[:1].upper() + text[1:]


@cache
def wording(language: Language) -> Wording:
    """Return the phrases of a language, read once."""
    file = resources.files("oferta.core.terms").joinpath("words", f"{language}.yaml")
    nested = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Wording(
        language,
        {
            f"{group}.{name}": phrase
            for group, phrases in nested.items()
            for name, phrase in phrases.items()
        },
    )
