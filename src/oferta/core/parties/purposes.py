"""What a customer may consent to: named purposes, their words in versions and five languages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from oferta.core.parties.agreement_errors import BadPurposes, UnknownPurpose
from oferta.kernel.errors import ensure
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.kernel.jsontext import canonical_bytes

#: Messages that want to sell something need this purpose unless their kind names another.
ADVERTISING = "advertising"
_OWN = Path(__file__).parent / "purposes.yaml"


@dataclass(frozen=True, slots=True)
class Words:
    """One version of a purpose's words."""

    title: Mapping[Language, str]
    words: Mapping[Language, str]

    def digest(self, language: Language) -> str:
        """Return the SHA-256 of what a reader of `language` was shown, hexadecimal."""
        said = [self.title[language], self.words[language]]
        return hashlib.sha256(canonical_bytes(said)).hexdigest()


@dataclass(frozen=True, slots=True)
class Purpose:
    """Something to consent to."""

    name: str
    #: The oldest version whose consent still counts.
    counts_from: int
    versions: Mapping[int, Words]

    @property
    def newest(self) -> int:
        """The version that is shown now."""
        return max(self.versions)


class _File:
    path = _OWN


def use_file(path: Path | None) -> None:
    """Take the purposes from another file than our own; None: from our own."""
    _File.path = path or _OWN
    purposes.cache_clear()


@cache
def purposes() -> Mapping[str, Purpose]:
    """Return every purpose by name, in the order of the file.

    Raises:
        BadPurposes: words are missing in a language, or a version that should count.
    """
    read = yaml.safe_load(_File.path.read_text(encoding="utf-8")) or {}
    return {name: _purpose(name, item) for name, item in read.items()}


def purpose(name: str) -> Purpose:
    """Return a purpose.

    Raises:
        UnknownPurpose: there is none of that name.
    """
    found = purposes().get(name)
    if found is None:
        raise UnknownPurpose(purpose=name, known=list(purposes()))
    return found


def _purpose(name: str, item: Any) -> Purpose:
    ensure(
        isinstance(item, dict) and {"counts_from", "versions"} == set(item),
        BadPurposes(purpose=name, reason="needs counts_from and versions"),
    )
    versions = {int(no): _words(name, words) for no, words in item["versions"].items()}
    ensure(
        item["counts_from"] in versions,
        BadPurposes(purpose=name, reason="counts_from is none of its versions"),
    )
    return Purpose(name=name, counts_from=item["counts_from"], versions=versions)


def _words(name: str, item: Any) -> Words:
    for part in ("title", "words"):
        missing = [language for language in LANGUAGES if not item.get(part, {}).get(language)]
        ensure(not missing, BadPurposes(purpose=name, reason=f"no {part} in {', '.join(missing)}"))
    return Words(title=item["title"], words=item["words"])
