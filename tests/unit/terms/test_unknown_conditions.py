"""A condition is told to be unknown only where facts make it so, and then with those facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_pack import FIRST, a_pack, in_five_languages, problems_of

from oferta.core.terms.loader import load_pack

GUARDED = "mcc IS NOT NULL\n      AND mcc IN (telecom)"
ASSUMED = "assume: [{id: known, that: RELATION, label: W(Known.)}]\nquestions:\n  bonus:"


def with_condition(tmp_path: Path, condition: str, relation: str = "") -> Path:
    folder = a_pack(tmp_path, FIRST, GUARDED, condition)
    if relation:
        terms = folder / "terms.yaml"
        written = in_five_languages(ASSUMED.replace("RELATION", f'"{relation}"'))
        source = terms.read_text(encoding="utf-8").replace("questions:\n  bonus:", written)
        terms.write_text(source, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "condition",
    [
        "mcc IS NOT NULL AND mcc > 3",
        "mcc IS NULL OR mcc > 3",
        "(mcc IS NOT NULL OR foreign_shop) AND (foreign_shop OR mcc > 3)",
        "(method = 'qr' AND mcc IS NOT NULL OR method = 'cash') AND (method = 'cash' OR mcc > 3)",
        "mcc > 3 AND FALSE",
        "mcc > 3 AND money_paid < '0 KZT'",
        "mcc > 3 AND method = 'qr' AND method = 'cash'",
        "mcc > 3 AND paid_on < '2000-01-01' AND paid_on > '2000-01-01'",
        "(mcc IS NULL OR funding IS NOT NULL) AND (mcc IS NULL OR funding = 'x')",
        "NOT (mcc IS NULL OR NOT mcc > 3)",
    ],
)
def test_guards_are_understood_wherever_they_stand(condition: str, tmp_path: Path) -> None:
    assert load_pack(with_condition(tmp_path, condition))


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("mcc > 3", "where mcc is null"),
        ("mcc > 3 OR foreign_shop", "where mcc is null, as with foreign_shop false"),
        ("mcc > 3 AND method = 'card'", "where mcc is null, as with method card"),
        ("NOT mcc IN (telecom)", "where mcc is null"),
        ("mcc > 3 AND funding = 'x'", "null"),
        (
            "(method = 'qr' AND mcc IS NOT NULL OR method = 'cash') AND (method = 'qr' OR mcc > 3)",
            "where mcc is null, as with method cash",
        ),
    ],
)
def test_a_condition_that_can_be_unknown_is_told_with_facts(
    condition: str, told: str, tmp_path: Path
) -> None:
    (problem,) = problems_of(with_condition(tmp_path, condition))
    assert problem.code == "terms.could_be_unknown"
    assert problem.where == "phone-shops"
    assert told in problem.what


def test_what_is_assumed_of_facts_makes_a_guard_needless(tmp_path: Path) -> None:
    condition = "method = 'card' AND mcc > 3"
    relation = "method <> 'card' OR mcc IS NOT NULL"
    assert load_pack(with_condition(tmp_path / "a", condition, relation))
    other = "method <> 'qr' OR mcc IS NOT NULL"
    (problem,) = problems_of(with_condition(tmp_path / "b", condition, other))
    assert problem.code == "terms.could_be_unknown"


def test_a_clause_that_later_editions_keep_is_told_once(tmp_path: Path) -> None:
    folder = with_condition(tmp_path, "mcc > 3")
    assert len(problems_of(folder)) == 1
