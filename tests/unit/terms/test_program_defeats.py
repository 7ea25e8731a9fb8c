"""General rules, exceptions, exceptions to exceptions; windows; gaps and conflicts."""

from __future__ import annotations

import pytest
from made import (
    AMOUNT,
    GIVEN,
    amount,
    clause,
    const,
    decide,
    edition,
    equals,
    fact,
    holds,
    pack,
)

from oferta.core.terms.errors import (
    Conflict,
    DivisionByZero,
    Gap,
    MissingFact,
    OutOfBounds,
    PackInvalid,
    UnknownQuestion,
)
from oferta.core.terms.program import Program, compile_program
from oferta.core.terms.types import (
    Binary,
    Field,
    IsNull,
    Kind,
    Not,
    Pack,
    Rounded,
    Truth,
    Type,
    Window,
)

INSURANCE = (
    clause("general", then=100),
    clause("insurance", holds("insured"), 0, defeats=["general"]),
    clause("own-insurer", holds("own"), defeats=["insurance"]),
)


def program(made: Pack) -> Program:
    return compile_program(made, made.editions[-1], "q")


def test_the_general_rule_decides_where_no_exception_holds() -> None:
    assert decide(pack(edition(INSURANCE))).decided_by == ("general",)


def test_an_exception_defeats_the_general_rule() -> None:
    decided = decide(pack(edition(INSURANCE)), insured=True)
    assert (decided.outcome, decided.decided_by) == ({"amount": 0}, ("insurance",))


def test_a_lifting_clause_gives_the_general_rule_its_say_again() -> None:
    made = pack(edition(INSURANCE))
    decided = decide(made, insured=True, own=True)
    assert decided.decided_by == ("general",)
    verdict = program(made).verdict(decided.mask)
    assert verdict.applied == ("general", "insurance", "own-insurer")
    assert verdict.defeated == {"insurance": ("own-insurer",)}
    assert verdict.lifted == {"general": ("insurance",)}
    assert verdict.deciding == ("general",)


@pytest.mark.parametrize(
    ("facts", "by"),
    [
        ({}, ("c0",)),
        ({"insured": True}, ("c1",)),
        ({"insured": True, "own": True}, ("c0", "c2")),
        ({"insured": True, "own": True, "app": True}, ("c1", "c3")),
    ],
)
def test_an_exception_to_an_exception_to_an_exception(
    facts: dict[str, bool], by: tuple[str, ...]
) -> None:
    odd, even = 1, 2  # what stands again after two exceptions says the same as the second one
    chain = [
        clause("c0", then=odd),
        clause("c1", holds("insured"), even, defeats=["c0"]),
        clause("c2", holds("own"), odd, defeats=["c1"]),
        clause("c3", holds("app"), even, defeats=["c2"]),
    ]
    decided = decide(pack(edition(chain)), **facts)
    assert decided.decided_by == by


def test_a_lifting_clause_lifted_itself_lifts_nothing() -> None:
    made = pack(edition([*INSURANCE, clause("not-in-app", holds("app"), defeats=["own-insurer"])]))
    assert amount(made, insured=True, own=True, app=True) == 0


def test_a_clause_that_does_not_apply_defeats_nothing() -> None:
    made = pack(edition([clause("a", then=1), clause("b", holds("app"), 2, defeats=["a"])]))
    assert amount(made, app=False) == 1


def test_a_circle_of_defeats_is_refused_with_its_clauses() -> None:
    made = pack(edition([clause("a", then=1, defeats=["b"]), clause("b", then=2, defeats=["a"])]))
    with pytest.raises(PackInvalid) as refused:
        program(made)
    assert "a, b" in refused.value.problems[0].what


@pytest.mark.parametrize(("on", "paid"), [(9, 1), (10, 2), (20, 2), (21, 1)])
def test_both_ends_of_a_window_are_included(on: int, paid: int) -> None:
    campaign = clause("campaign", then=2, defeats=["general"], window=Window(10, 20))
    assert amount(pack(edition([clause("general", then=1), campaign])), on=on) == paid


@pytest.mark.parametrize(
    ("window", "on", "stands"),
    [(Window(10, None), 10**6, True), (Window(10, None), 9, False), (Window(None, 20), -5, True)],
)
def test_a_window_may_be_open(window: Window, on: int, stands: bool) -> None:
    made = pack(edition([clause("a", then=1), clause("b", then=2, defeats=["a"], window=window)]))
    assert amount(made, on=on) == (2 if stands else 1)


def test_the_windows_are_read_for_the_day_that_is_given() -> None:
    made = pack(edition([clause("a", then=1, window=Window(10, 20))]))
    assert program(made).decide(GIVEN, on=15).day == 15
    with pytest.raises(Gap):
        program(made).decide(GIVEN, on=25)


def test_nothing_that_decides_is_a_gap() -> None:
    made = pack(edition([clause("a", holds("app"), 1)]))
    with pytest.raises(Gap) as stopped:
        program(made).decide(GIVEN)
    assert (stopped.value.code, stopped.value.mask) == ("terms.gap", 0)


def test_a_question_without_clauses_is_a_gap_and_no_crash() -> None:
    with pytest.raises(Gap):
        program(pack(edition([]))).bare(100, *GIVEN.values())


def test_different_outcomes_are_a_conflict_that_names_the_clauses() -> None:
    made = pack(edition([clause("a", then=1), clause("b", then=2)]))
    for ask in (
        lambda: program(made).decide(GIVEN),
        lambda: program(made).bare(100, *GIVEN.values()),
        lambda: program(made).run(100, tuple(GIVEN.values())),
    ):
        with pytest.raises(Conflict) as stopped:
            ask()
        assert (stopped.value.clauses, stopped.value.mask) == (["a", "b"], 3)


def test_the_same_outcome_twice_is_no_conflict() -> None:
    decided = decide(pack(edition([clause("a", then=1), clause("b", then=1)])))
    assert (decided.outcome, decided.decided_by) == ({"amount": 1}, ("a", "b"))


def test_the_same_outcome_may_come_from_different_arithmetic() -> None:
    twice = {"amount": Binary("*", fact("paid"), fact("count"), fact("paid").type)}
    made = pack(edition([clause("a", then=20_000), clause("b", then=twice)]))
    assert decide(made, paid=10_000, count=2).decided_by == ("a", "b")
    with pytest.raises(Conflict):
        program(made).decide(GIVEN | {"count": 3})


def test_a_null_makes_a_condition_neither_true_nor_false() -> None:
    made = pack(
        edition([clause("is", equals("mcc", 5), 1), clause("is-not", Not(equals("mcc", 5)), 2)])
    )
    assert amount(made, mcc=5) == 1
    assert amount(made, mcc=6) == 2
    with pytest.raises(Gap):
        program(made).decide(GIVEN | {"mcc": None})


def test_is_null_is_never_unknown() -> None:
    null = IsNull(fact("mcc"))
    made = pack(edition([clause("a", null, 1), clause("b", Not(null), 2)]))
    assert (amount(made, mcc=None), amount(made, mcc=0)) == (1, 2)


def test_a_division_by_zero_stops_with_clause_and_field() -> None:
    part = Binary("/", fact("paid"), fact("count"), fact("paid").type)
    share = {"amount": Rounded("down", part, const(1), fact("paid").type)}
    made = pack(edition([clause("share", then=share)]))
    assert amount(made, paid=-10_001, count=-2) == 5_000
    for ask in (
        lambda: program(made).decide(GIVEN | {"count": 0}),
        lambda: program(made).bare(100, *(GIVEN | {"count": 0}).values()),
    ):
        with pytest.raises(DivisionByZero) as stopped:
            ask()
        assert (stopped.value.clause, stopped.value.field) == ("share", "amount")


def test_a_division_by_zero_in_a_defeated_clause_stops_nothing() -> None:
    part = Binary("/", fact("paid"), fact("count"), fact("paid").type)
    share = {"amount": Rounded("down", part, const(1), fact("paid").type)}
    made = pack(edition([clause("share", then=share), clause("none", then=0, defeats=["share"])]))
    assert amount(made, count=0) == 0


@pytest.mark.parametrize(("paid", "within"), [(0, True), (-1, False), (500, True), (501, False)])
def test_an_outcome_outside_the_bounds_of_its_field_stops(paid: int, within: bool) -> None:
    answer = (Field("amount", Type(Kind.MONEY, unit="KZT", minimum=0, maximum=500), {}),)
    made = pack(edition([clause("all", then={"amount": fact("paid")})]), answer=answer)
    if within:
        assert amount(made, paid=paid) == paid
        return
    with pytest.raises(OutOfBounds) as stopped:
        program(made).decide(GIVEN | {"paid": paid})
    assert stopped.value.clause == "all"
    assert stopped.value.value == {-1: "-0.01 KZT", 501: "5.01 KZT"}[paid]
    with pytest.raises(OutOfBounds):
        program(made).bare(100, *(GIVEN | {"paid": paid}).values())


def test_a_constant_outcome_outside_its_bounds_stops_only_where_it_decides() -> None:
    answer = (Field("amount", Type(Kind.MONEY, unit="KZT", minimum=0), {}),)
    made = pack(
        edition([clause("a", then=1), clause("b", holds("app"), -1, defeats=["a"])]), answer=answer
    )
    assert amount(made) == 1
    with pytest.raises(OutOfBounds):
        program(made).bare(100, *(GIVEN | {"app": True}).values())


def test_a_missing_fact_is_named() -> None:
    with pytest.raises(MissingFact) as refused:
        program(pack(edition([clause("a", then=1)]))).decide({"on": 1})
    assert refused.value.fact == "paid"


def test_an_unknown_question_is_told_with_the_known_ones() -> None:
    made = pack(edition([]))
    with pytest.raises(UnknownQuestion) as refused:
        compile_program(made, made.editions[0], "p")
    assert refused.value.known == ["q"]


def test_a_truth_and_a_one_are_different_outcomes() -> None:
    answer = (*AMOUNT, Field("ok", Type(Kind.BOOLEAN), {}))
    yes = {"amount": const(1), "ok": Truth(fact("app")).operand}
    made = pack(edition([clause("a", then=yes)]), answer=answer)
    assert decide(made, app=True).outcome["ok"] is True
