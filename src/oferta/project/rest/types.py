"""What crosses the door of the API's own room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from oferta.core.parties.types import Permission

#: Every address of the API starts so.
BELOW = "/api/v1/"


class Scope(StrEnum):
    """How far a token reaches."""

    TERMS_READ = "terms:read"
    DECISIONS_READ = "decisions:read"
    #: Submits events: the operator's own systems, since what is decided moves money.
    DECISIONS_WRITE = "decisions:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    #: Says who customers are, by evidence seen; tiers and what hangs on them follow.
    IDENTITY_WRITE = "identity:write"
    #: Has the file with all of a customer's data made, and fetches it.
    DATA_EXPORT = "data:export"
    #: Asks in a customer's name that they be erased.
    DATA_ERASE = "data:erase"
    LEDGER_READ = "ledger:read"
    CASES_READ = "cases:read"
    #: Opens disputes for customers and brings evidence.
    CASES_WRITE = "cases:write"
    #: Answers cases: only of a token that acts for a member of staff.
    CASES_RESOLVE = "cases:resolve"
    NOTICES_READ = "notices:read"
    CLUB_READ = "club:read"
    CLUB_WRITE = "club:write"
    TICKETS_READ = "tickets:read"
    #: Reserves and pays.
    TICKETS_WRITE = "tickets:write"
    #: Scans at a gate.
    TICKETS_ADMIT = "tickets:admit"
    #: Reads what organisers are owed, and where they are paid.
    TICKETS_FIGURES = "tickets:figures"
    #: Settles with organisers and orders their payment: only of a token that acts for staff.
    TICKETS_SETTLE = "tickets:settle"
    WEBHOOKS_MANAGE = "webhooks:manage"


#: What a customer may do with a token or a session of theirs, for what is their own.
CUSTOMER_SCOPES = frozenset(
    {
        Scope.TERMS_READ,
        Scope.DECISIONS_READ,
        Scope.CUSTOMERS_READ,
        Scope.CASES_READ,
        Scope.CASES_WRITE,
        Scope.NOTICES_READ,
        Scope.CLUB_READ,
        Scope.CLUB_WRITE,
        Scope.TICKETS_READ,
        Scope.TICKETS_WRITE,
    }
)


#: What only a token that acts for a member of staff may reach: a person stands behind each act.
STAFF_ALONE = frozenset({Scope.CASES_RESOLVE, Scope.TICKETS_SETTLE})


#: What one person alone gives away at the desk: what everybody may read. A token that reads
#: customers' data, moves money or writes to people would make its maker all of that at once; such
#: ones are made on the machine itself, by who answers for it.
DESK_SCOPES = frozenset({Scope.TERMS_READ})


#: What a member of staff must be allowed to do for a token that acts for them to reach so far. The
#: rest is for operators' systems alone.
OF_STAFF: dict[Scope, Permission] = {
    Scope.TERMS_READ: Permission.FIND,
    Scope.DECISIONS_READ: Permission.SEE_DECISIONS,
    Scope.CUSTOMERS_READ: Permission.SEE_CUSTOMERS,
    Scope.IDENTITY_WRITE: Permission.RECORD_IDENTITY,
    Scope.DATA_EXPORT: Permission.EXPORT_DATA,
    Scope.DATA_ERASE: Permission.ERASE_DATA,
    Scope.LEDGER_READ: Permission.SEE_TRANSFERS,
    Scope.CASES_READ: Permission.SEE_CASES,
    Scope.CASES_WRITE: Permission.WORK_CASES,
    Scope.CASES_RESOLVE: Permission.WORK_CASES,
    Scope.NOTICES_READ: Permission.SEE_CUSTOMERS,
    Scope.CLUB_READ: Permission.SEE_BALANCES,
    Scope.TICKETS_READ: Permission.SEE_CUSTOMERS,
    Scope.TICKETS_ADMIT: Permission.ADMIT,
    Scope.TICKETS_FIGURES: Permission.SEE_FIGURES,
    Scope.TICKETS_SETTLE: Permission.SETTLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token to make. Of `party_id` and `staff_id` at most one is set; none: an operator's system.

    `owner` is whose system it is; tokens of one owner share their idempotency keys.
    """

    name: str
    owner: str
    #: Of `Scope`.
    scopes: frozenset[str]
    party_id: UUID | None = None
    staff_id: UUID | None = None
    expires_at: datetime | None = None
    #: Requests in a minute.
    per_minute: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token on file. Its text is shown once, when it is made, and not kept."""

    id: UUID
    #: The start of its text, by which people tell it from others.
    prefix: str
    name: str
    owner: str
    scopes: tuple[str, ...]
    party_id: UUID | None
    staff_id: UUID | None
    per_minute: int
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def works(self, now: datetime) -> bool:
        """Tell whether it opens the door at a moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many requests a caller has left."""

    limit: int
    left: int
    #: Seconds until all of them are there again.
    reset_seconds: int
    #: Seconds to wait; 0 if the request may go on.
    wait_seconds: int = 0
