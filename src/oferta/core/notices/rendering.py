"""Notices in words: kind and values to subject and body in any of the five languages.

Words stand in catalogues, one YAML file a language: `kind: {subject: …, body: …}` with `{name}`
for values. A service registers the folder of its own (`project/wiring.py`).
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

from oferta.core.notices import models
from oferta.core.notices.errors import MissingParam, UnknownKind
from oferta.core.notices.types import Citation, Rendered
from oferta.core.terms import shelf
from oferta.core.terms.types import Edition, Kind, Type
from oferta.core.terms.writing import show, show_day
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.kernel.yamlfile import read_yaml

#: Key and language to words.
Say: TypeAlias = Callable[[str, Language], str]

_EPOCH = date(1970, 1, 1).toordinal()
_folders: list[Path] = [Path(__file__).parent / "words"]


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one kind in one language."""

    subject: str
    body: str
    #: The consent that a receiver must hold; "" for notices of the service, which need none.
    purpose: str = ""

    def params(self) -> frozenset[str]:
        """Return the names of the values it needs."""
        parts = string.Formatter().parse(self.subject + self.body)
        return frozenset(name for _, name, _, _ in parts if name)


class _Words:
    """The words of pages, for what a page and a message call alike."""

    say: Say = staticmethod(lambda key, _language: key)


def use_words(say: Say) -> None:
    """Take the words of `{"words": key}` from `say`."""
    _Words.say = staticmethod(say)


def register_words(folder: Path) -> None:
    """Add the catalogues of a folder (`kk.yaml`, `ru.yaml`, …)."""
    if folder not in _folders:
        _folders.append(folder)
        _forget_read()


def forget_words(folder: Path) -> None:
    """Drop the catalogues of a folder again."""
    _folders.remove(folder)
    _forget_read()


def _forget_read() -> None:
    catalogue.cache_clear()
    _needed.cache_clear()


@cache
def catalogue(language: Language) -> Mapping[str, Template]:
    """Return every kind's words in a language."""
    found: dict[str, Template] = {}
    for folder in _folders:
        entries = read_yaml(folder / f"{language}.yaml")
        for kind, words in entries.items():
            found[kind] = Template(
                subject=words["subject"],
                body=words["body"].strip(),
                purpose=words.get("purpose", ""),
            )
    return found


@cache
def _needed(kind: str) -> frozenset[str]:
    for language in LANGUAGES:
        if kind not in catalogue(language):
            raise UnknownKind(kind=kind, language=language)
    params = (catalogue(language)[kind].params() for language in LANGUAGES)
    return frozenset[str]().union(*params) - {"clauses"}


def check(kind: str, params: Mapping[str, Any]) -> None:
    """Refuse a notice that could not be put into words later, in whichever language.

    Raises:
        UnknownKind, MissingParam: as of `render`.
    """
    for name in _needed(kind):
        if name not in params:
            raise MissingParam(kind=kind, param=name)


def purpose_of(kind: str) -> str:
    """Return the consent that receivers of a kind must hold; "" if they need none.

    Raises:
        UnknownKind: there are no words for it.
    """
    _needed(kind)
    return catalogue(LANGUAGES[0])[kind].purpose


def render(
    kind: str, params: Mapping[str, Any], cites: tuple[Citation, ...], language: Language
) -> Rendered:
    """Return a notice in words, the clauses it cites named by their published titles.

    Raises:
        UnknownKind: there are no words for it.
        MissingParam: a value that the words need is missing.
    """
    template = catalogue(language).get(kind)
    if template is None:
        raise UnknownKind(kind=kind, language=language)
    values = {name: said(value, language) for name, value in params.items()}
    values["clauses"] = clause_titles(cites, language)
    try:
        return Rendered(
            subject=template.subject.format_map(values), body=template.body.format_map(values)
        )
    except KeyError as error:
        raise MissingParam(kind=kind, param=str(error.args[0])) from None


def said(value: object, language: Language) -> str:
    """Write one value for a reader.

    `{"minor": 5000, "unit": "KZT"}` is money, `{"date": "2024-05-16"}` a day, `{"mass": id,
    "part": 0}` the subject (1: the body) of a mass message, `{"pack": name}` its title, `{"words":
    key}` what the pages say for a key, and a mapping of languages is words already.
    """
    written: object = value
    match value:
        case {"mass": str(id_), "part": int(part)}:
            written = _mass_words(UUID(id_))[language][part]
        case {"pack": str(name)}:
            written = shelf.terms().pack(name).title[language]
        case {"words": str(key)}:
            written = _Words.say(key, language)
        case {"minor": int(minor), "unit": str(unit)}:
            written = show(minor, Type(Kind.MONEY, unit=unit), language)
        case {"date": str(day)}:
            written = show_day(date.fromisoformat(day).toordinal() - _EPOCH, language)
        case dict():
            written = value[language]
    return str(written)


@lru_cache(maxsize=256)  # a thousand receivers in a row read the same words, which never change
def _mass_words(mass_id: UUID) -> Mapping[str, list[str]]:
    row = models.MassMessage.objects.filter(id=mass_id).only("words").get()
    words: Mapping[str, list[str]] = row.words
    return words


def clause_titles(cites: tuple[Citation, ...], language: Language) -> str:
    """Return the titles of clauses as published, one a line, each once."""
    titles = dict.fromkeys(_title(*item, language) for item in cites)
    return "\n".join(f"• {title}" for title in titles)


def questions(cites: tuple[Citation, ...], language: Language) -> list[str]:
    """Return the labels of the questions that the clauses cited answer, each once, in order."""
    labels = (
        (pack, question, shelf.terms().pack(pack).questions[question].label[language])
        for pack, edition, clause in cites
        for question in (_edition(pack, edition).clauses[clause].question,)
    )
    return [label for _, _, label in dict.fromkeys(labels)]


def _title(pack: str, edition: str, clause: str, language: Language) -> str:
    return _edition(pack, edition).text[language][clause].title


def _edition(pack: str, edition: str) -> Edition:
    return next(item for item in shelf.terms().pack(pack).editions if item.id == edition)


def problems() -> list[str]:
    """Return what is wrong with the catalogues: a kind or a value missing in a language."""
    found: list[str] = []
    kinds = {kind for language in LANGUAGES for kind in catalogue(language)}
    for kind in sorted(kinds):
        have = {item: catalogue(item).get(kind) for item in LANGUAGES}
        found += [f"{kind}: no words in {item}" for item, words in have.items() if words is None]
        params = {words.params() for words in have.values() if words is not None}
        if len(params) > 1:
            found.append(f"{kind}: the languages do not use the same values")
        if len({words.purpose for words in have.values() if words is not None}) > 1:
            found.append(f"{kind}: the languages do not name the same purpose")
    return found
