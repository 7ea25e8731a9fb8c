"""How much an override moves, which decides whether it needs a second person."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from oferta.core.decisions.rules import at_stake
from oferta.core.decisions.types import Movement


def move(debit: int, credit: int, amount: int) -> Movement:
    return Movement(question="bonus", debit=debit, credit=credit, amount=amount, code=1)


def test_only_the_difference_between_the_same_accounts_counts() -> None:
    assert at_stake([move(1, 2, 300)], [move(1, 2, 301)]) == 1


def test_giving_and_taking_back_between_other_accounts_adds_up() -> None:
    assert at_stake([move(1, 2, 300)], [move(1, 3, 300)]) == 600


def test_the_same_money_the_other_way_counts_twice() -> None:
    assert at_stake([move(1, 2, 300)], [move(2, 1, 300)]) == 600


movements = st.lists(
    st.builds(move, st.integers(1, 3), st.integers(4, 6), st.integers(1, 10**9)), max_size=6
)


@given(movements, movements)
def test_what_is_at_stake_does_not_depend_on_which_came_first(
    old: list[Movement], new: list[Movement]
) -> None:
    assert at_stake(old, new) == at_stake(new, old) >= 0


@given(movements)
def test_replacing_a_plan_by_itself_puts_nothing_at_stake(plan: list[Movement]) -> None:
    assert at_stake(plan, list(reversed(plan))) == 0
