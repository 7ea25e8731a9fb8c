"""Where several clauses give the answer, or stand before one, explanations speak of several."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_pack import FIRST, a_pack, small_files

from oferta.core.terms.engine import Terms
from oferta.core.terms.explain import explain
from oferta.core.terms.explanation import Explanation
from oferta.core.terms.loader import load_pack
from oferta.core.terms.types import Pack
from oferta.kernel.i18n import Language

NBSP = "\u00a0"
FACTS = {
    "paid_at": "2020-05-16T12:00:00+05:00",
    "method": "qr",
    "money_paid": "100 KZT",
    "merchant": "Kiosk",
    "own_rate": "2%",
    "foreign_shop": "false",
    "customer": "c1",
    "monthly_cap_used": "0 KZT",
}
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
    assert fields == ["rate", "amount", "hold", "accrual_days"]


def test_a_sum_names_the_clause_of_every_part_and_adds_them_up(tmp_path: Path) -> None:
    rest = "when: method NOT IN (wallets) OR foreign_shop\n    then: {rate: 0%, amount: 0 KZT}"
    third = """when: TRUE\n    then: {rate: -1%, amount: "round_down(money_paid / 3, step)"}"""
    terms = small_files()["terms.yaml"].replace("combine: one", "combine: sum")
    terms = terms.replace("min: 0%, max: 100%}", "max: 100%}")
    files = {"terms__yaml": terms, "examples__yaml": "examples: []"}
    made = load_pack(a_pack(tmp_path, FIRST, rest, third, **files))
    decided = Terms([made]).decide(made.name, "bonus", FACTS)
    assert decided.decided_by == ("wallet-rate", "rest")
    work = explain(made, decided, "en").work
    shown = [(one.clause, one.label, one.result.replace(NBSP, " ")) for one in work]
    assert shown == [
        ("wallet-rate", "rate (en) (“About wallet-rate”)", "2%"),
        ("wallet-rate", "amount (en) (“About wallet-rate”)", "2 KZT"),
        ("rest", "rate (en) (“About rest”)", "\u22121%"),
        ("rest", "amount (en) (“About rest”)", "33 KZT"),
        ("", "rate (en)", "1%"),
        ("", "amount (en)", "35 KZT"),
    ]
    steps = [[step.replace(NBSP, " ") for step in one.steps] for one in work[3:]]
    assert steps == [
        ["100 KZT ÷ 3 ≈ 33.333333 KZT", "rounded down to 1 KZT: 33 KZT"],
        ["2% + (\u22121%) = 1%"],
        ["2 KZT + 33 KZT = 35 KZT"],
    ]
