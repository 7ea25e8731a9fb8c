"""Where several clauses give the answer, or stand before one, explanations speak of several."""

from __future__ import annotations

from pathlib import Path

import pytest

from oferta.core.terms.engine import Terms
from oferta.core.terms.explain import explain
from oferta.core.terms.explanation import Explanation
from oferta.core.terms.loader import load_pack
from oferta.core.terms.types import Pack
from oferta.kernel.i18n import Language

EXAMPLE = "mobile-in-the-window-by-corporate-card"


@pytest.fixture(scope="module")
def club() -> Pack:
    return load_pack(Path(__file__).parents[3] / "terms" / "bonus-club")


def told(club: Pack, language: Language) -> Explanation:
    example = next(one for one in club.examples if one.id == EXAMPLE)
    decided = Terms([club]).decide(club.name, example.question, example.facts, example.on)
    assert len(decided.decided_by) == 2
    return explain(club, decided, language)


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [("en", "takes precedence", "take precedence"), ("ru", "у пункта", "у пунктов")],
)
def test_one_clause_takes_precedence_and_two_take_it(
    club: Pack, language: Language, one: str, two: str
) -> None:
    said = {clause.id: clause.said for clause in told(club, language).clauses}
    assert two in said["app-rate"]
    assert one in said["mobile-spring-2024"]


def test_what_two_clauses_worked_out_alike_is_told_once(club: Pack) -> None:
    fields = [work.field for work in told(club, "en").work]
    assert fields == ["rate", "amount", "hold"]
