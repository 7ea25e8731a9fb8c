"""No unit is lost or minted, whatever is asked in whatever order."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ledger_drawn import DAY, Drawer, new_accounts
from ledger_memory import MemoryLedger
from ledger_oracle import new_state, open_account, post
from oferta.core.ledger.rules import AccountState
from oferta.core.ledger.types import Limit, Transfer

RUNS, STEPS = 60, 40
OPERATIONS_MIN = 100_000
#: Transfers asked in one step, so that the whole comes to `OPERATIONS_MIN` at least.
PER_STEP = 130


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        wanted = new_accounts("m")
        accounts = {
            place: AccountState(one.unit, one.limit, one.floor, one.key.endswith("closed"))
            for place, one in enumerate(wanted, start=1)
        }
        self.ledger = MemoryLedger(accounts, DAY)
        self.oracle = new_state()
        for place, one in enumerate(wanted, start=1):
            open_account(self.oracle, place, one.unit, one.limit, one.floor)
            self.oracle["accounts"][place]["closed"] = one.key.endswith("closed")
        self.drawer = Drawer(0, list(accounts))

    @rule(seed=st.integers(0, 2**32 - 1))
    def ask(self, seed: int) -> None:
        self.drawer.random.seed(seed)
        asked: list[Transfer] = []
        while len(asked) < PER_STEP:
            asked += self.drawer.batch()
        counted[0] += len(asked)
        got = [result.code.name for result in self.ledger.post(asked)]
        assert got == post(self.oracle, asked, DAY)

    @rule(account=st.integers(1, 7), closed=st.booleans())
    def close(self, account: int, closed: bool) -> None:
        self.ledger.book.accounts[account].closed = closed
        self.oracle["accounts"][account]["closed"] = closed

    @invariant()
    def every_unit_sums_to_zero(self) -> None:
        for unit in ("KZT", "POINTS"):
            own = [one for one in self.ledger.book.accounts.values() if one.unit == unit]
            assert sum(one.credits_posted - one.debits_posted for one in own) == 0
            assert sum(one.credits_pending - one.debits_pending for one in own) == 0

    @invariant()
    def every_total_equals_its_history(self) -> None:
        assert self.ledger.totals() == self.ledger.history()

    @invariant()
    def no_account_is_beyond_its_limit(self) -> None:
        for one in self.ledger.book.accounts.values():
            debits = one.debits_posted + one.debits_pending
            credits_ = one.credits_posted + one.credits_pending
            assert one.limit != Limit.DEBITS or debits <= one.credits_posted - one.floor
            assert one.limit != Limit.CREDITS or credits_ <= one.debits_posted - one.floor

    @invariant()
    def the_totals_are_those_of_the_oracle(self) -> None:
        want = {
            id_: (one["dp"], one["cp"], one["dh"], one["ch"])
            for id_, one in self.oracle["accounts"].items()
        }
        assert self.ledger.totals() == want


counted = [0]


def test_no_unit_is_lost_or_minted_in_100_000_random_operations() -> None:
    counted[0] = 0
    case = LedgerMachine.TestCase
    case.settings = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    case("runTest").runTest()
    assert counted[0] >= OPERATIONS_MIN
