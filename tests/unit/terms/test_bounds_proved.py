"""Bounds are proved of what comes out: sums, the greatest, the least, what limits leave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from made import AMOUNT, MONEY, clause, const, edition, equals, fact, limit, pack

from oferta.core.terms.errors import OutOfBounds
from oferta.core.terms.program import compile_program
from oferta.core.terms.proving import Finding, prove
from oferta.core.terms.types import Binary, Compare, Pack

LOW = Compare("<=", fact("paid"), const(500))


def found(made: Pack, code: str = "terms.breaks_bounds") -> list[Finding]:
    return [one for one in prove(made) if one.problem.code == code]


def between(low: int | None, high: int | None) -> Any:
    return (replace(AMOUNT[0], type=replace(MONEY, minimum=low, maximum=high)),)


def asked(combine: str, low: int | None, high: int | None, *amounts: Any) -> Pack:
    clauses = [clause("always", None, amounts[0])]
    conditions = [equals("channel", "app"), equals("insured", True)]
    clauses += [
        clause(f"also-{number}", when, then)
        for number, (when, then) in enumerate(zip(conditions, amounts[1:], strict=False))
    ]
    return pack(edition(clauses), combine=combine, answer=between(low, high))


@pytest.mark.parametrize(
    ("combine", "low", "high", "amounts", "breaks"),
    [
        ("sum", 0, 900, (400, 300, 200), False),
        ("sum", 0, 899, (400, 300, 200), True),
        ("sum", 0, 899, (400, -300, 400), False),
        ("sum", 0, None, (400, -300, -200), True),
        ("sum", 0, None, (400, -300, -100), False),
        ("max", 0, 300, (100, 300, 200), False),
        ("max", 0, 299, (100, 300, 200), True),
        ("max", 100, None, (100, -300, 20), False),
        ("max", 101, None, (100, -300, 200), True),
        ("min", None, 100, (100, 300, 200), False),
        ("min", 0, None, (100, 300, -1), True),
    ],
)
def test_what_combined_clauses_come_to_keeps_its_bounds_or_a_case_shows_it(
    combine: str, low: int | None, high: int | None, amounts: tuple[int, ...], breaks: bool
) -> None:
    made = asked(combine, low, high, *amounts)
    told = found(made)
    assert bool(told) == breaks
    assert not found(made, "terms.not_proved")
    for one in told:
        assert "error: terms.out_of_bounds" in one.example


def test_a_sum_of_computed_amounts_is_proved_whole() -> None:
    half = Binary("-", const(1_000), fact("paid"), MONEY)
    kept = clause("rest", LOW, {"amount": half})
    made = pack(
        edition([clause("base", None, 100), kept]), combine="sum", answer=between(0, 1_100),
        facts={"on": fact("on").type, "paid": replace(MONEY, minimum=0, maximum=1_000)},
    )  # fmt: skip
    assert found(made) == []
    lower = replace(made.questions["q"], answer=between(0, 1_099))
    (one,) = found(replace(made, questions={"q": lower}))
    assert one.facts["paid"] == "0.00 KZT"
    program = compile_program(replace(made, questions={"q": lower}), made.editions[0], "q")
    with pytest.raises(OutOfBounds):
        program.decide({"on": 100, "paid": 0})


@pytest.mark.parametrize(("least", "breaks"), [(100, True), (0, False)])
def test_a_limit_that_leaves_less_than_the_least_is_told(least: int, breaks: bool) -> None:
    made = pack(
        edition([clause("all", None, 300)], limits=[limit("cap", 500)]), answer=between(least, None)
    )
    told = found(made)
    assert bool(told) == breaks
    for one in told:
        assert "cap can leave less of its amount" in one.problem.what
        assert "outcome: {amount: 0.00 KZT}" in one.example or "amount: 0." in one.example
