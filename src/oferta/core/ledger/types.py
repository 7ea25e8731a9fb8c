"""Values that cross the ledger's door: what is asked, what is answered, what is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

#: No amount and no account's total passes this, so that sums of two never leave an int8.
TOTAL_MAX = 2**62 - 1
#: No floor lies lower.
FLOOR_MIN = -(2**61)
#: Codes of services are an int2 above or at zero.
CODE_MAX = 2**15 - 1
#: Account ids are an int8 above zero.
ACCOUNT_ID_MAX = 2**63 - 1


class Kind(IntEnum):
    """What a transfer does; the values are stored."""

    #: Moves money at once.
    SINGLE = 0
    #: Holds money until it is posted, voided or expires.
    PENDING = 1
    #: Moves what a pending transfer holds, or a part of it, and frees the rest.
    POST = 2
    #: Frees what a pending transfer holds.
    VOID = 3


class Limit(IntEnum):
    """The balance constraint of an account, fixed when it is opened; the values are stored."""

    #: The balance may be anything.
    NONE = 0
    #: Debits, held ones included, may not exceed credits (down to the floor): a customer's money.
    DEBITS = 1
    #: Credits, held ones included, may not exceed debits (down to the floor): a customer's debt.
    CREDITS = 2


class ResultCode(IntEnum):
    """What became of one transfer, in order of precedence: the first that applies is answered.

    A *sticky* code read the book to refuse: the ledger remembers it by the transfer's id, and a
    retry is refused with the same code even if the book has changed meanwhile.
    """

    sentence: str
    sticky: bool

    def __new__(cls, value: int, sentence: str, sticky: bool = False) -> Self:
        """Make a member that knows its sentence."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        member.sticky = sticky
        return member

    OK = 0, "The transfer is booked."
    CHAIN_OPEN = 1, "The request ends inside a linked chain; nothing of the chain was tried."
    LINKED_FAILED = 2, "Another transfer of the same linked chain failed; the chain is undone."
    MALFORMED = 3, "A field is missing, out of range or does not belong to this kind."
    AMOUNT_NOT_POSITIVE = 4, "The amount is zero or below; to release a hold whole, void it."
    AMOUNT_TOO_LARGE = 5, "The amount is above 2^62 - 1 minor units."
    SAME_ACCOUNT = 6, "Debit and credit are the same account."
    EXISTS = 7, "The same transfer is booked already; this request changed nothing."
    DIFFERS = 8, "The id was used before with another content; this request changed nothing."
    REVERSED_NOT_FOUND = 9, "No transfer that moved money has the id to be reversed.", True
    REVERSAL_DIFFERS = 10, "The reversal does not mirror the accounts and amount reversed.", True
    ALREADY_REVERSED = 11, "The transfer to be reversed has been reversed before.", True
    HOLD_NOT_FOUND = 12, "No pending transfer has this id.", True
    HOLD_POSTED = 13, "The pending transfer has been posted before.", True
    HOLD_VOIDED = 14, "The pending transfer has been voided before, by request or by expiry.", True
    HOLD_EXPIRED = 15, "The pending transfer's time is over; it can only be voided.", True
    HOLD_DIFFERS = 16, "The accounts, or the amount of a void, are not those of the hold.", True
    OVER_HOLD = 17, "The amount to post is above the amount held.", True
    ACCOUNT_NOT_FOUND = 18, "The debit or the credit account does not exist.", True
    UNIT_MISMATCH = 19, "The two accounts are kept in different units.", True
    ACCOUNT_CLOSED = 20, "The debit or the credit account is closed to new transfers.", True
    TOTAL_TOO_LARGE = 21, "A total of an account would pass 2^62 - 1 minor units.", True
    DEBITS_EXCEED_CREDITS = 22, "The debit account would fall below its floor.", True
    CREDITS_EXCEED_DEBITS = 23, "The credit account would be credited above its debits.", True

    @property
    def text(self) -> str:
        """The stable code for doors and errors, as `ledger.account_closed`."""
        return f"ledger.{self.name.lower()}"

    @property
    def accepted(self) -> bool:
        """Whether the transfer stands in the book: booked now or before."""
        return self in (ResultCode.OK, ResultCode.EXISTS)


class Transfer(NamedTuple):
    """A request to move or hold money; whoever repeats it gets the same answer and one effect."""

    #: UUIDv7 made by the caller: the idempotency key.
    id: UUID
    #: The Decision behind it.
    decision_id: UUID
    #: When it happened, zone-aware; may lie before the booking.
    event_at: datetime
    #: Account ids. Zero means "as in the hold" (post, void) or "mirrored" (a reversal).
    debit: int = 0
    credit: int = 0
    #: Minor units. None means "all that is held" (post, void) or "all that was moved" (a reversal).
    amount: int | None = None
    kind: Kind = Kind.SINGLE
    #: The pending transfer that a post or a void resolves.
    pending_id: UUID | None = None
    #: Stands or falls with the next transfer of the request.
    linked: bool = False
    #: What the service calls it; 0 to 32767.
    code: int = 0
    #: When a pending transfer stops holding, zone-aware; None: never by itself.
    expires_at: datetime | None = None
    #: The transfer that this one takes back, whole.
    reverses: UUID | None = None


class Result(NamedTuple):
    """The answer to one transfer; balances (credits less debits, posted) right after it."""

    id: UUID
    code: ResultCode
    debit_balance: int | None = None
    credit_balance: int | None = None


class BookedTransfer(NamedTuple):
    """A row of the journal. Order and names are those of the table's columns that are copied."""

    id: UUID
    kind: int
    debit: int
    credit: int
    #: Minor units moved (single, post), held (pending) or zero (void).
    amount: int
    #: Minor units that a post or a void took off the hold.
    held: int | None
    pending_id: UUID | None
    reverses: UUID | None
    code: int
    event_at: datetime
    decision_id: UUID
    expires_at: datetime | None
    debit_balance: int
    credit_balance: int


class Hold(NamedTuple):
    """A pending transfer that is neither posted nor voided."""

    id: UUID
    debit: int
    credit: int
    amount: int
    expires_at: datetime | None
    decision_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be opened."""

    #: Unique and readable, as `club/member/<uuid>/bonus`.
    key: str
    #: One of `oferta.kernel.money.UNITS`.
    unit: str
    limit: Limit = Limit.NONE
    #: Minor units, zero or below: how far a limited account may go under zero.
    floor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it stands; totals in minor units."""

    id: int
    key: str
    unit: str
    limit: Limit
    floor: int
    closed: bool
    debits_posted: int
    credits_posted: int
    debits_pending: int
    credits_pending: int

    @property
    def balance(self) -> int:
        """Posted credits less posted debits."""
        return self.credits_posted - self.debits_posted


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Posted totals of one account at a moment, in minor units."""

    account_id: int
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        """Credits less debits."""
        return self.credits - self.debits


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One transfer as one account saw it."""

    #: Place in the book; pass the last one to get the next page.
    seq: int
    transfer_id: UUID
    kind: Kind
    code: int
    event_at: datetime
    booked_at: datetime
    #: The account on the other side.
    counterparty: int
    #: Signed minor units added to the balance; zero while only held.
    change: int
    #: Signed minor units that a hold took (minus: debit) or gave back.
    held: int
    #: Posted balance after this line.
    balance: int
    decision_id: UUID
    pending_id: UUID | None
    reverses: UUID | None

    def as_json(self) -> dict[str, Any]:
        """Return the line as JSON values."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: _plain(value) for name, value in values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something the book should not hold."""

    #: Which invariant is broken, as `I2`.
    invariant: str
    #: What was looked at: an account, transfer, seal or unit.
    subject: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What `verify` counted and found."""

    accounts: int
    transfers: int
    holds: int
    seals: int
    #: Transfers booked since the last seal.
    unsealed: int
    findings: tuple[Finding, ...]
    #: Hash of the last seal in hex; publish it to make the past unchangeable.
    head: str

    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """Return the proof as JSON values."""
        counts = {name: getattr(self, name) for name in self.__slots__ if name != "findings"}
        told = [{name: getattr(one, name) for name in one.__slots__} for one in self.findings]
        return {"ok": self.ok, **counts, "findings": told}


def _plain(value: Any) -> Any:
    if isinstance(value, Kind):
        return value.name.lower()
    return value if value is None or isinstance(value, int) else str(value)
