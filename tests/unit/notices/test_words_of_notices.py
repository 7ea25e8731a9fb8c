"""Every notice can be said in all five languages, with the same values."""

from __future__ import annotations

from pathlib import Path

import pytest

from oferta.core.notices import rendering
from oferta.kernel.i18n import LANGUAGES, Language


def test_every_kind_has_words_in_all_five_languages_with_equal_values() -> None:
    assert rendering.problems() == []
    assert len(rendering.catalogue("en")) >= 6


def test_a_missing_language_or_value_is_named(tmp_path: Path) -> None:
    for language in LANGUAGES:
        words = "" if language == "kk" else "odd.kind: {subject: s, body: 'b'}\n"
        if language == "ru":
            words = "odd.kind: {subject: s, body: 'b {extra}'}\n"
        (tmp_path / f"{language}.yaml").write_text(words or "{}")
    rendering.register_words(tmp_path)
    try:
        assert rendering.problems() == [
            "odd.kind: no words in kk",
            "odd.kind: the languages do not use the same values",
        ]
    finally:
        rendering.forget_words(tmp_path)
    assert rendering.problems() == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "1,000.50 KZT"),
        ("ru", "1 000,50 ₸"),
        ("kk", "1 000,50 ₸"),
        ("zh-Hans", "1,000.50 坚戈"),
    ],
)
def test_money_is_written_as_the_language_writes_it(language: Language, said: str) -> None:
    written = rendering.said({"minor": 100050, "unit": "KZT"}, language)
    assert written.replace("\u00a0", " ") == said


def test_a_value_with_braces_stays_what_the_customer_wrote() -> None:
    words = rendering.render("case.rejected", {"reason": "{clauses} {0}"}, (), "en")
    assert "{clauses} {0}" in words.body
