"""The five languages and how one falls back to another."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, get_args

Language = Literal["kk", "ru", "en", "zh-Hant", "zh-Hans"]

#: Every published sentence exists in each of these.
LANGUAGES: tuple[Language, ...] = get_args(Language)

#: Each language by its own name, for the switch on every page.
OWN_NAMES: dict[Language, str] = {
    "kk": "Қазақша",
    "ru": "Русский",
    "en": "English",
    "zh-Hant": "繁體中文",
    "zh-Hans": "简体中文",
}


@lru_cache(maxsize=256)  # every word of a page asks; tags come from outside, so only so many
def language_of(tag: str, default: Language = "en") -> Language:
    """Return the language that serves a BCP 47 tag (`zh-HK` is `zh-Hant`), else `default`."""
    folded = tag.strip().replace("_", "-").lower()
    for language in LANGUAGES:
        if folded == language.lower() or folded.startswith(f"{language.lower()}-"):
            return language
    if folded == "zh" or folded.startswith("zh-"):
        traditional = any(part in folded for part in ("tw", "hk", "mo"))
        return "zh-Hant" if traditional else "zh-Hans"
    head = folded.split("-")[0]
    return next((language for language in LANGUAGES if language == head), default)
