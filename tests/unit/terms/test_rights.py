"""What a new edition takes from the customer is found by a case, or proved to be nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from made import AMOUNT, clause, const, edition, equals, fact, limit, pack
from small_pack import a_pack, problems_of

from oferta.core.terms.loader import load_pack
from oferta.core.terms.program import compile_program
from oferta.core.terms.proving import compare
from oferta.core.terms.proving.rights import Loss, loss, rights_fall
from oferta.core.terms.types import Compare, Field, Kind, Pack, Type

PACKS = Path(__file__).parents[3] / "terms"


def good(way: Any) -> tuple[Field, ...]:
    return (replace(AMOUNT[0], good=way),)


def two(old: Any, new: Any, way: Any = "more", **more: Any) -> Pack:
    first, second = edition(**old), edition(**new, start=50)
    return pack(first, second, answer=good(way), **more)


def falls(made: Pack) -> list[Any]:
    return rights_fall(made, *made.editions, "q")


def rate(percent: int) -> dict[str, Any]:
    return {"clauses": [clause("all", None, percent)]}


def test_a_lower_amount_is_a_fall_where_more_is_good_and_none_where_less_is() -> None:
    (found,) = falls(two(rate(100), rate(90)))
    assert (found.field, found.loss, found.before, found.after) == (
        "amount", Loss.LESS, "1.00 KZT", "0.90 KZT",
    )  # fmt: skip
    assert found.clauses_before == ("all (editions/2024-01-01.yaml:7)",)
    assert falls(two(rate(90), rate(100))) == []
    assert falls(two(rate(100), rate(90), "less")) == []
    assert falls(two(rate(90), rate(100), "less"))[0].loss is Loss.LESS


def test_a_field_without_a_direction_may_fall_by_any_difference() -> None:
    (found,) = falls(two(rate(90), rate(100), ""))
    assert found.loss is Loss.DIFFERS
    assert falls(two(rate(90), rate(100), "any")) == []


def test_a_fall_is_a_case_that_both_editions_really_decide_so() -> None:
    old = {"clauses": [clause("all", None, {"amount": fact("paid")})]}
    exception = clause("app", equals("channel", "app"), 7, defeats=["all"])
    made = two(old, {"clauses": [*old["clauses"], exception]}, facts=None)
    (found,) = falls(made)
    before, after = (compile_program(made, one, "q").decide(found.case) for one in made.editions)
    assert before.outcome["amount"] > after.outcome["amount"] == 7  # type: ignore[operator]
    assert found.facts["channel"] == "app"
    assert after.decided_by == ("app",)


def test_a_gap_in_the_new_edition_is_a_fall_and_one_in_the_old_is_none() -> None:
    some = {"clauses": [clause("some", equals("channel", "app"), 5)]}
    (found,) = falls(two(rate(5), some))
    assert (found.field, found.loss, found.after) == ("", Loss.NO_ANSWER, "terms.gap")
    assert falls(two(some, rate(5))) == []


def test_a_new_edition_whose_clauses_only_lift_others_takes_every_answer() -> None:
    none = {"clauses": [clause("lifts", equals("channel", "app"))]}
    (found,) = falls(two(rate(100), none))
    assert (found.field, found.loss, found.after) == ("", Loss.NO_ANSWER, "terms.gap")
    assert falls(two(none, rate(100))) == []


def test_a_conflict_in_the_new_edition_is_a_fall() -> None:
    new = {"clauses": [clause("one", None, 5), clause("two", equals("channel", "app"), 6)]}
    found = falls(two(rate(5), new))
    assert [(one.loss, one.after) for one in found] == [(Loss.NO_ANSWER, "terms.conflict")]


def test_a_limit_that_came_or_was_lowered_is_a_fall_and_a_raised_one_is_none() -> None:
    high, low = ({**rate(100), "limits": [limit("cap", most)]} for most in (500, 400))
    (found,) = falls(two(rate(100), low))
    assert int(found.case["cap_used"]) > 300
    assert falls(two(high, low))[0].loss is Loss.LESS
    assert falls(two(low, high)) == []
    assert falls(two(low, rate(100))) == []


def test_an_equal_outcome_under_another_limit_is_no_equal_edition() -> None:
    high, low = ({**rate(100), "limits": [limit("cap", most)]} for most in (500, 400))
    made = two(high, low)
    assert compare(made, made.editions, "q").equal is False  # type: ignore[arg-type]
    same = two(high, high)
    assert compare(same, same.editions, "q").equal is True  # type: ignore[arg-type]


@pytest.mark.parametrize("combine", ["sum", "max", "min"])
def test_questions_that_combine_clauses_are_compared_too(combine: str) -> None:
    first = [clause("one", equals("channel", "app"), 5), clause("two", None, 6)]
    second = [clause("one", equals("channel", "app"), 4), clause("two", None, 6)]
    made = two({"clauses": first}, {"clauses": second}, combine=combine)
    found = [one.loss for one in falls(made)]
    assert found == ([] if combine == "max" else [Loss.LESS])
    equal = compare(made, made.editions, "q").equal  # type: ignore[arg-type]
    assert equal is (combine == "max")


def test_only_days_from_the_new_edition_on_are_asked_about() -> None:
    over = clause("old", Compare("<", fact("on"), const(50, fact("on").type)), 9, defeats=["all"])
    made = two({"clauses": [*rate(5)["clauses"], over]}, rate(5))
    assert falls(made) == []


def test_the_values_of_an_enum_are_ranked_from_the_best_on() -> None:
    of = Type(Kind.ENUM, values=("paid", "asked", "refused", "lost"))
    field = Field("decision", of, {}, best_first=("paid", "asked"))
    assert loss(field, "paid", "asked") is Loss.LESS
    assert loss(field, "asked", "paid") is None
    assert loss(field, "asked", "refused") is Loss.LESS
    assert loss(field, "refused", "lost") is Loss.DIFFERS


def test_the_app_was_stopped_and_refunds_only_grew() -> None:
    club, tickets = (load_pack(PACKS / name) for name in ("bonus-club", "ticket-refunds"))
    found = rights_fall(club, *club.editions[:2], "bank_bonus")
    assert {one.field: one.loss for one in found} == {"rate": Loss.LESS, "amount": Loss.LESS}
    assert "app-payments-stopped (editions/2023-11-02.yaml:12)" in found[0].clauses_after
    for before, after in pairwise(tickets.editions):
        for question in tickets.questions:
            assert rights_fall(tickets, before, after, question) == []


def test_good_takes_a_way_or_an_enums_own_values(tmp_path: Path) -> None:
    written = "values: {early: W(early), late: W(late)}"
    fine = a_pack(tmp_path, "terms.yaml", written, written + "\n        good: [early]")
    assert load_pack(fine).questions["refund"].answer[2].best_first == ("early",)
    for number, (bad, what) in enumerate(
        {
            "good: [never]": "'never' is not one of its values",
            "good: more": "'more' is no value of good",
        }.items()
    ):
        folder = a_pack(tmp_path / str(number), "terms.yaml", written, f"{written}\n        {bad}")
        (problem,) = problems_of(folder)
        assert (problem.code, problem.what) == ("terms.bad_value", what)
