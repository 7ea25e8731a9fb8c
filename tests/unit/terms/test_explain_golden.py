"""One real decision of the bonus club, word for word in each language (BC-47, BC-48, BC-77).

Read by people: after a wanted change, `python tests/unit/terms/test_explain_golden.py` writes the
texts anew, and the diff is read like any other.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from oferta.core.terms.engine import Terms
from oferta.core.terms.explain import explain
from oferta.core.terms.loader import load_pack
from oferta.kernel.i18n import LANGUAGES

if TYPE_CHECKING:
    from oferta.core.terms.types import Pack
    from oferta.kernel.i18n import Language

CLUB = Path(__file__).parents[3] / "terms" / "bonus-club"
GOLDEN = Path(__file__).parent / "golden"
#: Insured with the bank's own insurer: an exception to an exclusion of a general rule.
EXAMPLE = "own-insurer-earns"


@cache
def club() -> Pack:
    return load_pack(CLUB)


def told(language: Language) -> str:
    pack = club()
    example = next(one for one in pack.examples if one.id == EXAMPLE)
    decided = Terms([pack]).decide(pack.name, example.question, example.facts)
    text = explain(pack, decided, language).as_text()
    return text.replace(pack.editions[0].digest, "DIGEST")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_real_decision_reads_as_it_was_approved(language: Language) -> None:
    approved = GOLDEN / f"{EXAMPLE}.{language}.txt"
    assert told(language) == approved.read_text(encoding="utf-8")


if __name__ == "__main__":
    for tag in LANGUAGES:
        (GOLDEN / f"{EXAMPLE}.{tag}.txt").write_text(told(tag), encoding="utf-8")
