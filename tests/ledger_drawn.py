"""Random requests of every kind, replays and nonsense included, and where they are tried."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from oferta.core.ledger.types import Kind, Limit, NewAccount, Transfer

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
DECISIONS = [UUID(int=n + 1) for n in range(3)]


def new_accounts(tag: str) -> list[NewAccount]:
    return [
        NewAccount(key=f"{tag}/issuer", unit="KZT"),
        NewAccount(key=f"{tag}/anna", unit="KZT", limit=Limit.DEBITS),
        NewAccount(key=f"{tag}/boris", unit="KZT", limit=Limit.DEBITS),
        NewAccount(key=f"{tag}/card", unit="KZT", limit=Limit.DEBITS, floor=-60),
        NewAccount(key=f"{tag}/loan", unit="KZT", limit=Limit.CREDITS, floor=-20),
        NewAccount(key=f"{tag}/closed", unit="KZT"),
        NewAccount(key=f"{tag}/points", unit="POINTS"),
    ]


class Drawer:
    """Draws batches; `accounts` are the ids of `new_accounts`, in order."""

    def __init__(self, seed: int, accounts: list[int]) -> None:
        self.random = random.Random(seed)
        self.accounts = accounts
        self.past: list[Transfer] = []
        self.batches: list[list[Transfer]] = []

    def batch(self) -> list[Transfer]:
        if self.batches and self.random.random() < 0.08:
            return self.random.choice(self.batches)
        size = self.random.choice((1, 3, 10, 40))
        drawn = [self.transfer() for _ in range(size)]
        self.batches = [*self.batches[-30:], drawn]
        return drawn

    def transfer(self) -> Transfer:
        if self.past and self.random.random() < 0.06:
            return self.again()
        kind = self.random.choice((0, 0, 0, 0, 1, 1, 2, 2, 3))
        one = self.resolution(Kind(kind)) if kind >= 2 else self.movement(Kind(kind))
        self.past = [*self.past[-400:], one]
        return one

    def again(self) -> Transfer:
        one = self.random.choice(self.past)
        changed = self.random.random() < 0.3
        linked = self.random.random() < 0.1
        one = one._replace(linked=linked)
        return one._replace(code=one.code + 1) if changed else one

    def movement(self, kind: Kind) -> Transfer:
        issuer, anna, boris, card, loan, closed, points = self.accounts
        debit = self.random.choice((issuer, issuer, issuer, anna, boris, card, card, loan))
        credit = self.random.choice((anna, anna, boris, boris, card, card, loan, issuer))
        if self.random.random() < 0.04:
            credit = self.random.choice((closed, points, 9_999_999, 2**70, 0, -4))
        amount = self.random.choice((1, 5, 20, 50, 100, 100, 0, -3, 2**62, 2**62 - 1))
        reverses = None
        expires = None
        if kind is Kind.PENDING and self.random.random() < 0.5:
            expires = DAY + timedelta(minutes=self.random.randrange(200))
        if kind is Kind.SINGLE and self.random.random() < 0.15:
            reverses, debit, credit, amount = self.random_id(), 0, 0, None  # type: ignore[assignment]
            if self.random.random() < 0.2:
                amount = 5
        return self._made(
            kind, debit=debit, credit=credit, amount=amount, expires_at=expires, reverses=reverses
        )

    def resolution(self, kind: Kind) -> Transfer:
        choices = (None, None, 1, 20, 60) if kind is Kind.POST else (None, None, None, 50)
        return self._made(
            kind, pending_id=self.random_id(), amount=self.random.choice(choices), debit=0, credit=0
        )

    def random_id(self) -> UUID:
        return self.random.choice(self.past[-60:]).id if self.past else self._id()

    def _made(self, kind: Kind, **fields: object) -> Transfer:
        return Transfer(
            id=self._id(),
            decision_id=self.random.choice(DECISIONS),
            event_at=DAY - timedelta(hours=self.random.randrange(50)),
            kind=kind,
            linked=self.random.random() < 0.2,
            code=self.random.randrange(3),
            **fields,  # type: ignore[arg-type]
        )

    def _id(self) -> UUID:
        drawn = self.random.getrandbits(128)
        head = 0x019D << 112 | (drawn & ((1 << 112) - 1))
        return UUID(int=head & ~(0xF << 76) | 7 << 76)
