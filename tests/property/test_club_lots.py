"""Lots: nothing is lost or minted, and no split of a refund ends differently."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count, pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from oferta.services.club.lots import Lot, Use, give_back, in_order, spend, usable
from oferta.services.club.purse import Kind, Move, Purse

DAY = date(2024, 5, 16)
AMOUNTS = st.integers(1, 10_000)
DAYS = st.one_of(st.none(), st.integers(-5, 5).map(lambda n: DAY + timedelta(days=n)))


@given(st.lists(st.tuples(AMOUNTS, DAYS), max_size=8), st.integers(0, 50_000))
def test_what_expires_first_is_used_first(
    given_lots: list[tuple[int, date | None]], amount: int
) -> None:
    """BC-68."""
    lots = [Lot(n, DAY, last, left) for n, (left, last) in enumerate(given_lots)]
    uses, missing = spend(lots, amount)
    assert sum(one.amount for one in uses) + missing == amount
    assert missing == max(0, amount - sum(one.left for one in lots))
    taken = [one.lot_id for one in uses]
    assert taken == [one.id for one in in_order(lots)][: len(taken)]
    by_id = {one.id: one for one in lots}
    assert all(use.amount == by_id[use.lot_id].left for use in uses[:-1])


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.data())
def test_any_split_of_a_refund_returns_to_the_same_lots(
    used: list[int], data: st.DataObject
) -> None:
    """BC-69."""
    uses = [Use(n, amount) for n, amount in enumerate(used)]
    whole = data.draw(st.integers(1, sum(used)))
    cuts = sorted({0, whole, *data.draw(st.lists(st.integers(0, whole), max_size=5))})
    split: dict[int, int] = {}
    for start, end in pairwise(cuts):
        for use in give_back(uses, start, end - start):
            split[use.lot_id] = split.get(use.lot_id, 0) + use.amount
    assert split == {use.lot_id: use.amount for use in give_back(uses, 0, whole)}
    assert sum(split.values()) == whole


class AMember(RuleBasedStateMachine):
    """Everything that can happen to a member's lots, beside a plain balance."""

    def __init__(self) -> None:
        super().__init__()
        self.purse = Purse(1, 0, {})
        self.amounts: dict[int, int] = {}
        self.balance = 0
        self.numbers = count(1)
        self.spent: dict[UUID, list[Move]] = {}
        self.clawed: dict[UUID, list[Move]] = {}
        self.written: list[Move] = []

    def _new(self) -> UUID:
        return UUID(int=next(self.numbers))

    def _done(self) -> tuple[UUID, int]:
        return self._new(), len(self.purse.moves)

    @rule(amount=AMOUNTS, last_day=DAYS)
    def earns(self, amount: int, last_day: date | None) -> None:
        number = len(self.amounts)
        self.amounts[number] = amount
        self.purse.lots[number] = Lot(number, DAY, last_day, amount)
        self.balance += amount
        self.purse.settle(self._new())

    @rule(share=st.floats(0, 1))
    def spends(self, share: float) -> None:
        amount = int(self.purse.usable(DAY) * share)
        decision, start = self._done()
        self.purse.spend(amount, decision, DAY)
        self.spent[decision] = [one for one in self.purse.moves[start:] if one.kind is Kind.SPENT]
        self.balance -= amount

    @precondition(lambda self: self.amounts)
    @rule(amount=AMOUNTS, data=st.data())
    def is_clawed_back(self, amount: int, data: st.DataObject) -> None:
        lot = data.draw(st.sampled_from([None, *self.amounts]))
        decision, start = self._done()
        self.purse.take_back(lot, amount, decision)
        made = self.purse.moves[start:]
        self.clawed[decision] = [one for one in made if one.kind is Kind.CLAWED_BACK]
        self.balance -= amount

    @precondition(lambda self: self.clawed)
    @rule(data=st.data())
    def is_forgiven(self, data: st.DataObject) -> None:
        decision = data.draw(st.sampled_from(sorted(self.clawed)))
        moves = self.clawed.pop(decision)
        self.purse.undo(moves, self._new())
        self.balance += sum(-one.amount if one.lot_id is not None else one.amount for one in moves)

    @precondition(lambda self: self.spent)
    @rule(data=st.data())
    def is_refunded(self, data: st.DataObject) -> None:
        decision = data.draw(st.sampled_from(sorted(self.spent)))
        uses = [
            Use(one.lot_id, -one.amount)
            for one in self.spent.pop(decision)
            if one.lot_id is not None
        ]
        self.purse.restore(uses, self._new())
        self.balance += sum(one.amount for one in uses)

    @rule()
    def late_lots_expire(self) -> None:
        self.purse.settle(self._new())
        for lot in list(self.purse.lots.values()):
            if lot.left and lot.last_day is not None and lot.last_day < DAY:
                self.purse.expire(lot.id, self._new(), lot.left)
                self.balance -= lot.left

    @invariant()
    def nothing_is_lost_or_minted(self) -> None:
        lots = self.purse.lots.values()
        assert sum(one.left for one in lots) - self.purse.owed == self.balance
        assert self.purse.owed >= 0
        assert all(0 <= one.left <= self.amounts[one.id] for one in lots)
        assert 0 <= usable(lots, self.purse.owed, DAY) <= max(0, self.balance)

    @invariant()
    def who_owes_has_nothing_left(self) -> None:
        assert self.purse.owed == 0 or not any(one.left for one in self.purse.lots.values())

    @invariant()
    def the_moves_tell_the_whole_story(self) -> None:
        owed = sum(one.amount for one in self.purse.moves if one.lot_id is None)
        assert owed == self.purse.owed
        for lot in self.purse.lots.values():
            moved = sum(one.amount for one in self.purse.moves if one.lot_id == lot.id)
            assert lot.left == self.amounts[lot.id] + moved


TestAMember = AMember.TestCase
TestAMember.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
