"""The pure rules on dictionaries instead of tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from oferta.core.ledger.rules import AccountState, Book, evaluate
from oferta.core.ledger.types import Kind, Result, Transfer


class MemoryLedger:
    """Keeps what the tables keep and posts through `rules.evaluate`."""

    def __init__(self, accounts: dict[int, AccountState], now: datetime) -> None:
        self.book = Book(now=now, accounts=accounts)

    def post(self, transfers: Sequence[Transfer]) -> list[Result]:
        results = evaluate(self.book, transfers)
        self.book.rows.clear()
        self.book.new_refusals.clear()
        return results

    def totals(self) -> dict[int, tuple[int, int, int, int]]:
        return {
            id_: (
                one.debits_posted,
                one.credits_posted,
                one.debits_pending,
                one.credits_pending,
            )
            for id_, one in self.book.accounts.items()
        }

    def history(self) -> dict[int, tuple[int, int, int, int]]:
        """Sum the journal anew, row by row."""
        summed = {id_: [0, 0, 0, 0] for id_ in self.book.accounts}
        for row in self.book.known.values():
            moved = 0 if row.kind == Kind.PENDING else row.amount
            held = row.amount if row.kind == Kind.PENDING else -(row.held or 0)
            summed[row.debit][0] += moved
            summed[row.credit][1] += moved
            summed[row.debit][2] += held
            summed[row.credit][3] += held
        return {id_: (one[0], one[1], one[2], one[3]) for id_, one in summed.items()}
