"""Frozen values that cross the club's door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import NamedTuple, Protocol, TypeAlias
from uuid import UUID

#: Noon in Almaty (07:00 UTC) is inside the day in every zone concerned.
MOMENT_OF_DAY = time(7, tzinfo=UTC)


class PaymentRow(NamedTuple):
    """One row of a file of card payments, checked but not yet understood."""

    #: In the file, counted from 1; the header is line 1.
    line: int
    paid_on: date
    #: In minor units of the file's currency; below zero for a refund.
    amount: int
    #: ISO 4217 as printed; "" where the file leaves it out.
    currency: str
    merchant: str
    #: As masked by the card's issuer.
    card: str
    #: The payer's own category, not the merchant's.
    category: str

    @property
    def at(self) -> datetime:
        """Return the moment that stands for the day, which is all that the record knows."""
        return datetime.combine(self.paid_on, MOMENT_OF_DAY)


class BadRow(NamedTuple):
    """A row that cannot be a payment; the rest of the file goes on without it."""

    file: str
    line: int
    column: str
    given: str
    expected: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.column} is {self.given!r}. Expected {self.expected}."
        )


class Row(Protocol):
    """What the club needs to know of a payment, however it came in."""

    @property
    def at(self) -> datetime:
        """When it was paid."""

    @property
    def paid_on(self) -> date:
        """The club's day of it."""

    @property
    def amount(self) -> int:
        """In minor units of the source's currency; below zero for a refund."""

    @property
    def merchant(self) -> str:
        """As the source names the seller."""

    @property
    def card(self) -> str:
        """As the source names the card."""


class Payment(NamedTuple):
    """A purchase (or a refund) with its identity and its place among exact repeats."""

    row: Row
    #: The same row gives the same key in every run, so that nothing is decided twice.
    key: str
    #: 0 for the first of rows equal in every column, then 1, 2, …
    repeat_no: int
    #: Of a refund whose record names its purchase; "" where the purchase must be looked for.
    purchase_key: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """A file that was read: what can be decided, in that order, and what cannot."""

    payments: list[Payment]
    bad_rows: list[BadRow]


@dataclass(slots=True)
class Purchase:
    """A purchase that refunds may be matched to."""

    key: str
    paid_on: date
    #: In minor units of the club's currency, above zero.
    amount: int
    #: Refunded so far, in the same units.
    refunded: int = 0
    #: Its number among equal ones; above 0 a person checks whether it was a purchase at all.
    repeat_no: int = 0
    #: By question; read only for a purchase that a refund was matched to.
    earned: dict[str, Earned] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """What may still be refunded."""
        return self.amount - self.refunded


@dataclass(slots=True)
class Earned:
    """What one funder gave for a purchase, in minor units."""

    rate: int
    amount: int
    clawed_back: int = 0
    held: bool = False


#: A member's account and a seller.
Pair: TypeAlias = tuple[int, str]
#: Day; the greater refund before the smaller, so that a whole purchase finds its like; key.
Place: TypeAlias = tuple[date, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A refund as the club understood it, whichever way it came."""

    key: str
    card: str
    merchant: str
    at: datetime
    paid_on: date
    #: Above zero, minor units of the club's currency.
    amount: int
    repeat_no: int
    #: The purchase that its record names; "": whichever fits.
    named: str
    party_id: UUID
    #: The ledger's account of the member.
    member: int

    @property
    def pair(self) -> Pair:
        """What a refund that names no purchase has in common with it: who paid, and where."""
        return self.member, self.merchant

    @property
    def place(self) -> Place:
        """Its place in the order that counts."""
        return self.paid_on, -self.amount, self.key


@dataclass(frozen=True, slots=True)
class Share:
    """One funder's part in a refund."""

    #: The earning question.
    question: str
    funder: int
    earned: Earned


@dataclass(slots=True)
class Tally:
    """How many decisions a clause made and what they came to, in minor units."""

    decisions: int = 0
    amount: int = 0
    held: int = 0


@dataclass(slots=True)
class ReplayReport:
    """What a replay did, for people and scripts."""

    rows: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    #: Events decided in this run, and in earlier ones.
    decided_now: int = 0
    decided_before: int = 0
    #: Event key to what stopped, refused or rejected it.
    failed: dict[str, str] = field(default_factory=dict)
    #: Exact repeats whose accrual waits for a person.
    repeats_held: int = 0
    #: Refunds whose purchase is not on file.
    refunds_unmatched: int = 0
    #: Refunds that wait for their purchase.
    refunds_waiting: int = 0
    #: `clauses[question][deciding clause ids]`; a claw-back counts as taken, not given.
    clauses: dict[str, dict[str, Tally]] = field(default_factory=dict)
