"""`combine: sum, max, min` and limits: by amount and by count, per period."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made import (
    AMOUNT,
    CHANNEL,
    GIVEN,
    MONEY,
    amount,
    clause,
    const,
    day,
    decide,
    edition,
    fact,
    holds,
    limit,
    pack,
)

from oferta.core.terms.errors import Conflict, OutOfBounds
from oferta.core.terms.limits import holder_key, limit_windows
from oferta.core.terms.program import compile_program
from oferta.core.terms.types import Field, LimitEffect, Pack, Type, Window

THREE = (clause("a", then=300), clause("b", then=100), clause("c", holds("app"), 300))


def bare(made: Pack, **facts: object) -> tuple[object, ...]:
    given = GIVEN | facts
    program = compile_program(made, made.editions[0], "q")
    return program.bare(given["on"], *(given[name] for name in program.names))[1]


def test_a_sum_adds_what_every_deciding_clause_gives() -> None:
    decided = decide(pack(edition(THREE), combine="sum"), app=True)
    assert (decided.outcome, decided.decided_by) == ({"amount": 700}, ("a", "b", "c"))


def test_the_greatest_decides_and_names_only_those_that_gave_it() -> None:
    made = pack(edition(THREE), combine="max")
    decided = decide(made, app=True)
    assert (decided.outcome, decided.decided_by) == ({"amount": 300}, ("a", "c"))
    program = compile_program(made, made.editions[0], "q")
    assert program.run(100, tuple(GIVEN.values()))[1].deciding == ("a",)


def test_the_least_decides() -> None:
    assert decide(pack(edition(THREE), combine="min")).decided_by == ("b",)


def test_equal_best_values_with_other_fields_different_are_a_conflict() -> None:
    answer = (*AMOUNT, Field("how", CHANNEL, {}))
    one = {"amount": const(5), "how": const("app", CHANNEL)}
    other = {"amount": const(5), "how": const("pos", CHANNEL)}
    made = pack(
        edition([clause("a", then=one), clause("b", then=other)]), combine="max", answer=answer
    )
    with pytest.raises(Conflict) as stopped:
        compile_program(made, made.editions[0], "q").decide(GIVEN)
    assert stopped.value.clauses == ["a", "b"]


def test_the_bounds_of_a_field_are_held_by_the_sum_and_not_by_its_parts() -> None:
    answer = (Field("amount", Type(MONEY.kind, "KZT", minimum=0), {}),)
    parts = [clause("price", then=500), clause("fee", then={"amount": fact("paid")})]
    made = pack(edition(parts), combine="sum", answer=answer)
    assert amount(made, paid=-400) == 100
    with pytest.raises(OutOfBounds) as stopped:
        compile_program(made, made.editions[0], "q").decide(GIVEN | {"paid": -501})
    assert stopped.value.clause == "price, fee"


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "left", "after"),
    [(0, 500, 300), (199, 301, 300), (201, 299, 299), (500, 0, 0), (900, 0, 0)],
)
def test_an_amount_limit_leaves_what_is_left(used: int, left: int, after: int) -> None:
    made = pack(edition([clause("a", then=300)], limits=[limit("cap", 500)]))
    decided = decide(made, cap_used=used)
    assert decided.outcome == {"amount": after}
    assert decided.limited == (LimitEffect("cap", 500, used, left, 300, after),)
    assert bare(made, cap_used=used) == (after,)


@pytest.mark.parametrize(("used", "after"), [(0, 300), (1, 0), (2, 0)])
def test_a_count_limit_leaves_nothing_once_it_is_reached(used: int, after: int) -> None:
    made = pack(edition([clause("a", then=300)], limits=[limit("once", 1, kind="count")]))
    assert amount(made, once_used=used) == after


@pytest.mark.parametrize("kind", ["amount", "count"])
def test_a_limit_never_raises_a_negative_field(kind: str) -> None:
    made = pack(edition([clause("back", then=-300)], limits=[limit("cap", 1, kind=kind)]))
    assert amount(made, cap_used=1) == -300


def test_limits_cut_one_after_another_in_published_order() -> None:
    limits = [limit("day", 250, period="day"), limit("month", 200)]
    decided = decide(
        pack(edition([clause("a", then=300)], limits=limits)), day_used=0, month_used=50
    )
    assert [(x.limit, x.before, x.after) for x in decided.limited] == [
        ("day", 300, 250),
        ("month", 250, 150),
    ]


def test_a_limit_of_some_clauses_leaves_the_others_alone() -> None:
    clauses = [clause("a", then=300), clause("b", holds("app"), 400, defeats=["a"])]
    made = pack(edition(clauses, limits=[limit("cap", 100, clauses=("b",))]))
    assert decide(made, cap_used=0).limited == ()
    assert amount(made, app=True, cap_used=0) == 100


def test_the_same_constant_outcome_is_limited_whichever_clause_came_first() -> None:
    clauses = [clause("a", then=300), clause("b", then=300)]
    made = pack(edition(clauses, limits=[limit("cap", 100, clauses=("b",))]))
    assert amount(made, cap_used=0) == 100
    assert bare(made, cap_used=0) == (100,)


@pytest.mark.parametrize(("on", "after"), [(9, 300), (10, 100), (20, 100), (21, 300)])
def test_a_campaign_limits_only_while_it_runs(on: int, after: int) -> None:
    cap = limit("cap", 100, period="campaign", window=Window(10, 20))
    made = pack(edition([clause("a", then=300)], limits=[cap]))
    assert amount(made, on=on, cap_used=0) == after


def test_a_limit_not_yet_in_force_cuts_nothing() -> None:
    cap = limit("cap", 100, in_force=Window(101, None))
    made = pack(edition([clause("a", then=300)], limits=[cap]))
    assert amount(made, on=100, cap_used=0) == 300
    assert amount(made, on=101, cap_used=0) == 100


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("day", "2024-02-29", "2024-03-01"),
        ("month", "2024-02-01", "2024-03-01"),
        ("campaign", "2024-01-15", "2024-03-16"),
    ],
)
def test_a_window_says_which_days_are_summed(period: str, start: str, end: str) -> None:
    window = Window(day("2024-01-15"), day("2024-03-15"))
    made = edition([], limits=[limit("cap", 1, period=period, window=window)])
    (found,) = limit_windows(made, "q", GIVEN, day("2024-02-29"))
    assert (found.start, found.end, found.used) == (day(start), day(end), "cap_used")


def test_december_ends_with_the_year_and_so_does_the_last_month_there_is() -> None:
    made = edition([], limits=[limit("cap", 1)])
    (found,) = limit_windows(made, "q", GIVEN, day("2024-12-31"))
    assert (found.start, found.end) == (day("2024-12-01"), day("2025-01-01"))
    (last,) = limit_windows(made, "q", GIVEN, day("9999-12-31"))
    assert last.end == day("9999-12-31") + 1


def test_limits_that_do_not_stand_have_no_window() -> None:
    cap = limit("cap", 1, in_force=Window(None, 10))
    assert limit_windows(edition([], limits=[cap]), "q", GIVEN, 11) == []
    assert limit_windows(edition([], limits=[cap]), "p", GIVEN, 10) == []


def test_different_holders_never_share_a_key() -> None:
    two = replace(limit("cap", 1), per=("who", "channel"))
    pairs = [("A", "app"), ("A|channel=s3:app", ""), ("", "A"), (None, "null"), ("null", None)]
    keys = {holder_key(two, {"who": who, "channel": channel}) for who, channel in pairs}
    assert len(keys) == len(pairs)
