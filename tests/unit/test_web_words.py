"""The words of pages: five languages, the same names in each, no key that nobody has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import source_tree as source

from oferta.kernel.i18n import LANGUAGES, Language
from oferta.project.web import words
from oferta.project.web.words import WordMissing

FILES = sorted(source.SRC.rglob("locale/*.yaml"))
TEMPLATES = sorted(source.SRC.rglob("templates/**/*.*"))


def forms(said: words.Words) -> list[str]:
    """Return words, or each of their forms by number."""
    return [said] if isinstance(said, str) else list(said.values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.parent.name)
def test_every_key_is_written_in_all_five_languages_with_the_same_names(file: Path) -> None:
    for key, texts in words.read_words(file).items():
        assert set(texts) == set(LANGUAGES), key
        said = [form for words_ in texts.values() for form in forms(words_)]
        names = {frozenset(re.findall(r"{(\w*)}", text)) for text in said}
        assert len(names) == 1, key


def test_no_two_rooms_have_the_same_key() -> None:
    keys = [key for file in FILES for key in words.read_words(file)]
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


def test_every_key_that_a_template_says_exists() -> None:
    known = {key for file in FILES for key in words.read_words(file)}
    said = {
        key
        for template in TEMPLATES
        for key in re.findall(r"""{%\s*(?:say|count)\s+["']([\w.-]+)["']""", template.read_text())
    }
    assert said - known == set()
    assert "frame.skip" in said


def test_no_template_writes_a_colon_after_words() -> None:
    """Chinese has a wide one without a space: `{% colon %}` knows."""
    bare = re.compile(r"{% (?:say|count) [^%]*%}(?:</[a-z0-9]+>)?: ")
    assert [str(one) for one in TEMPLATES if bare.search(one.read_text())] == []


def ways_to_say(key: str) -> list[str]:
    """Return how code may name a key: whole, or its first parts before a value."""
    parts = key.split(".")
    heads = [".".join(parts[:size]) for size in range(1, len(parts))]
    before = [way for head in heads for way in (f'"{head}.{{', f'"{head}."|add:')]
    return [key, key.removesuffix("_how"), *before]


def test_no_key_is_left_that_nothing_says() -> None:
    """A key stands whole in a template or a module, or its first part before a value: "a.b.{x}"."""
    sources = [*TEMPLATES, *source.SRC.rglob("*.py")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    unsaid = [
        key
        for file in FILES
        for key in words.read_words(file)
        if not any(way in text for way in ways_to_say(key))
    ]
    assert unsaid == []


def test_a_key_without_one_of_the_languages_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "words.yaml"
    file.write_text("a.b: {kk: a, ru: a, en: a, zh-Hans: a}\n")
    with pytest.raises(WordMissing) as refusal:
        words.read_words(file)
    assert (refusal.value.key, refusal.value.language) == ("a.b", "zh-Hant")


def test_pages_hold_no_inline_code_and_nothing_from_elsewhere() -> None:
    """The content security policy would block it, silently for whoever does not look."""
    inline = re.compile(
        r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|(?:src|href)=[\"']https?:"
    )
    found = [
        f"{template.name}:{number}"
        for template in TEMPLATES
        for number, line in enumerate(template.read_text().splitlines(), start=1)
        if inline.search(line)
    ]
    assert found == []


def test_words_that_go_with_a_number_have_every_form_of_their_language(tmp_path: Path) -> None:
    file = tmp_path / "words.yaml"
    whole = (
        "kk: {one: a, other: a}, en: {one: a, other: a}, zh-Hant: {other: a}, zh-Hans: {other: a}"
    )
    file.write_text(f"a.b: {{{whole}, ru: {{one: a, few: a, many: a, other: a}}}}\n")
    assert set(words.read_words(file)) == {"a.b"}
    file.write_text(f"a.b: {{{whole}, ru: {{one: a, other: a}}}}\n")
    with pytest.raises(WordMissing) as refusal:
        words.read_words(file)
    assert refusal.value.language == "ru"


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("ru", 1, "{number} непрочитанное"),
        ("ru", 22, "{number} непрочитанных"),
        ("ru", 11, "{number} непрочитанных"),
        ("kk", 5, "{number} оқылмаған"),
        ("zh-Hant", 1, "{number} 則未讀"),
    ],
)
def test_the_form_is_the_one_that_goes_with_the_number(
    language: Language, number: int, said: str
) -> None:
    assert words.say_number("my.unread_count", number, language) == said
