"""What Catala's tests of exceptions and of proofs say of their cases, Oferta says of them, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from catala_cases import ANSWER, CatalaCase, catala_cases

from oferta.core.terms.check import check
from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import PackInvalid, TermsError
from oferta.core.terms.loader import load_pack
from oferta.core.terms.types import Example
from oferta.core.terms.values import parse_value

CASES = catala_cases()


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_a_case_comes_out_as_its_source_says_and_the_check_finds_what_is_wrong(
    one: CatalaCase, tmp_path: Path
) -> None:
    folder = one.written(tmp_path)
    report = check(folder)
    found = {(problem.code, problem.where) for problem in report.problems}
    assert found == one.finds, "\n".join(map(str, report.problems))
    try:
        pack = load_pack(folder)
    except PackInvalid:
        assert one.finds
        assert not one.cases
        return
    assert one.cases
    terms = Terms([pack])
    for example, case in zip(pack.examples, one.cases, strict=True):
        (answer,) = pack.questions[example.question].answer
        came_out = outcome_or_code(terms, pack.name, example)
        value = case.get("error") or parse_value(case["value"], answer.type)
        assert came_out == value, case


def outcome_or_code(terms: Terms, pack: str, example: Example) -> object:
    try:
        return terms.decide(pack, example.question, example.facts).outcome[ANSWER]
    except TermsError as error:
        return error.code


def test_the_cases_hold_exceptions_gaps_and_overlaps() -> None:
    assert len(CASES) >= 55
    codes = [code for one in CASES for code, _ in one.finds]
    assert codes.count("terms.has_gap") >= 12
    assert codes.count("terms.has_conflict") >= 10
    assert sum(not one.finds for one in CASES) >= 15
