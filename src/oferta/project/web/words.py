"""The words of pages: YAML files of each room, every key in all five languages.

A room keeps them in `locale/words.yaml`, and those of a large part of it beside that. Plain files
instead of gettext's, whose compiler a bare
machine does not have and whose binaries a diff does not show. Words that go with a number have a
form for each that the language tells apart: `{one: "{number} case", other: "{number} cases"}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, TypeAlias

from django.apps import apps
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from oferta.kernel.errors import OfertaError, ensure
from oferta.kernel.i18n import LANGUAGES, Language, language_of
from oferta.kernel.yamlfile import read_yaml
from oferta.project.config import read_config
from oferta.project.kept import kept
from oferta.project.web import locales
from oferta.project.web.locales import locale_of, plural_form

#: Words, or their forms by what number goes with them.
Words: TypeAlias = str | Mapping[str, str]


@dataclass(eq=False, kw_only=True)
class WordMissing(OfertaError):
    """A page asks for words that the room's `locale/words.yaml` does not have."""

    code: ClassVar[str] = "web.word_missing"
    key: str
    language: str


def current_language() -> Language:
    """Return the language of the page that is being made."""
    return language_of(get_language() or "en")


def say(key: str, language: Language | None = None) -> str:
    """Return the words of `key`, with `{names}` still to be filled in.

    Raises:
        WordMissing: no room has this key in this language.
    """
    chosen = language or current_language()
    found = catalogue().get(key, {}).get(chosen)
    if not isinstance(found, str):
        raise WordMissing(key=key, language=chosen)
    return found


@cache
def shown(key: str, language: Language) -> SafeString:
    """Return the words of `key` as they stand on a page: escaped, once for all pages.

    Raises:
        WordMissing: as of `say`.
    """
    return escape(say(key, language))


def say_number(key: str, number: int, language: Language | None = None) -> str:
    """Return the form of `key` that goes with a number, with `{number}` still to be filled in.

    Raises:
        WordMissing: no room has this key in this language.
    """
    chosen = language or current_language()
    found = catalogue().get(key, {}).get(chosen)
    if not isinstance(found, Mapping):
        raise WordMissing(key=key, language=chosen)
    return found[plural_form(number, chosen)]


@cache
def catalogue() -> dict[str, dict[Language, Words]]:
    """Return the words of every installed room by key and language."""
    files = [
        file
        for app in apps.get_app_configs()
        if app.name.startswith("oferta.")
        for file in sorted((Path(app.path) / "locale").glob("*.yaml"))
    ]
    code = [Path(__file__), Path(locales.__file__)]
    folder = read_config().data / "kept"
    return kept(
        folder, "words", [*files, *code], lambda: _read(files), packages=("babel", "pyyaml")
    )


def _read(files: list[Path]) -> dict[str, dict[Language, Words]]:
    found: dict[str, dict[Language, Words]] = {}
    for file in files:
        found |= read_words(file)
    return found


def read_words(file: Path) -> dict[str, dict[Language, Words]]:
    """Return the words of one file.

    Raises:
        WordMissing: a key lacks one of the five languages, or a form that a language needs.
    """
    written = read_yaml(file) or {}
    for key, texts in written.items():
        for language in LANGUAGES:
            ensure(_whole(texts.get(language), language), WordMissing(key=key, language=language))
    return dict(written)


def _whole(words: Words | None, language: Language) -> bool:
    if isinstance(words, Mapping):
        return set(words) == {*locale_of(language).plural_form.tags, "other"}
    return bool(words)
