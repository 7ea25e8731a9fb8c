"""Every language of the club's terms says the same figures and dates (BC-90)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from oferta.core.terms.check import check

FOLDER = Path(__file__).parents[3] / "terms" / "bonus-club"


@pytest.mark.parametrize(
    ("language", "said", "instead"),
    [
        ("ru", "бонусами 1\N{NO-BREAK SPACE}%", "бонусами 2\N{NO-BREAK SPACE}%"),
        ("en", "2 November 2023", "3 November 2023"),
        ("zh-Hans", "20000", "2000"),
        ("kk", "90 күн ішінде", "30 күн ішінде"),
    ],
)
def test_a_figure_that_one_language_says_otherwise_is_found(
    tmp_path: Path, language: str, said: str, instead: str
) -> None:
    """BC-90: Kazakh is authoritative, and the check holds the others against it."""
    folder = tmp_path / "bonus-club"
    shutil.copytree(FOLDER, folder)
    text = folder / "text" / f"{language}.md"
    words = text.read_text(encoding="utf-8")
    assert said in words
    text.write_text(words.replace(said, instead, 1), encoding="utf-8")
    found = check(folder, proofs=False)
    assert any(language in str(one) for one in found.problems), found
