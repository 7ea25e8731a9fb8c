"""What crosses the door of the gates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from oferta.services.tickets.kinds import PhoneCode


class IncidentKind(StrEnum):
    """What went wrong at the gate."""

    #: One ticket was admitted at two gates that did not know of one another.
    DOUBLE_SCAN = "double_scan"
    #: Admitted by a gate without a connection after it had been revoked.
    REVOKED_ADMITTED = "revoked_admitted"
    #: Admitted by a gate without a connection, without the code of that half minute.
    UNPROVEN_SCREEN = "unproven_screen"


class Proof(StrEnum):
    """How a ticket was shown at the gate."""

    #: Its number was read out, and a document looked at.
    NUMBER = "number"
    #: A code that stays the same: a paper form, a print, a wallet pass.
    STILL = "still"
    #: A code with the bytes that change each half minute.
    SCREEN = "screen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a code at the gate says, once its signature has been checked."""

    #: The ticket's short number.
    serial: int
    #: Raised by transfer, refund and "my code leaked"; an older one opens nothing.
    generation: int
    proof: Proof = Proof.STILL
    #: Of a screen's code: the rounds of the performance's key under which it is one of now.
    rounds: tuple[int, ...] = ()


class GateAnswer(StrEnum):
    """What the gate's screen says."""

    ADMITTED = "admitted"
    #: Somebody came in with it before (TR-123).
    USED = "used"
    #: It was given back (TR-128).
    RETURNED = "returned"
    #: A newer code was issued for this ticket (TR-124, TR-125).
    REPLACED = "replaced"
    #: Of another performance.
    ELSEWHERE = "elsewhere"
    #: Not today.
    ANOTHER_DAY = "another_day"
    #: The performance does not take place.
    CANCELLED = "cancelled"
    #: A picture of a telephone: the code on it is not one of now (TR-125).
    OLD_SCREEN = "old_screen"
    #: A print, a pass or a picture where the telephone itself must be shown.
    SCREEN_NEEDED = "screen_needed"
    #: No ticket of ours.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReply:
    """What became of one scan."""

    answer: GateAnswer
    ticket_id: UUID | None = None
    holder_name: str = ""
    #: 1 the first time, one more for each time they came in again.
    entry: int = 0
    #: Of a used one: where and when somebody came in with it.
    gate: str = ""
    admitted_at: datetime | None = None
    #: The clauses that decided where the terms were asked: a second time at the gate.
    decided_by: tuple[str, ...] = ()
    #: This scan was told before; nothing happened now.
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineScan:
    """Somebody whom a gate without a connection let in."""

    serial: int
    generation: int
    #: The scanner's own name for the scan.
    key: str
    at: datetime
    #: The bytes that change, as they were read; b"": there were none.
    suffix: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """What came of the scans of a gate without a connection."""

    id: UUID
    scans: int
    admitted: int
    incidents: int
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateList:
    """What a gate needs to work without a connection."""

    performance: int
    #: Serial to the least generation that opens; 0: none does, the ticket was given back.
    revoked: dict[int, int]
    #: Serials with which somebody is inside, or was.
    admitted: tuple[int, ...]
    at: datetime
    #: What is asked of telephones, and the key that the gate checks their codes with; b"" where
    #: none is needed, and before the days of the performance.
    phone_code: PhoneCode
    phone_key: bytes = field(default=b"", repr=False)
