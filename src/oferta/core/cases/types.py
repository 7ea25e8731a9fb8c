"""What crosses the door of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from oferta.core.parties.types import Actor


class Kind(StrEnum):
    """Where a case comes from."""

    #: The customer disputes a Decision.
    DISPUTE = "dispute"
    #: A Decision stopped and needs a person.
    STOPPED = "stopped"
    #: The terms decided, and say that a person looks at it before it is final.
    REVIEW = "review"
    #: A customer says that somebody else signed in as them.
    SECURITY = "security"
    #: The operator blocked a customer; what they write to it is their appeal.
    BLOCK = "block"
    #: Somebody asks about something that was or was not decided; which Decision they mean is not
    #: certain, and perhaps not who they are. Staff tie it to a Decision, and it is a dispute.
    CLAIM = "claim"


#: Cases about a customer, not about a Decision: nothing is overridden when they are answered.
ABOUT_PARTY = (Kind.SECURITY, Kind.BLOCK)
#: Cases without a Decision of their own.
WITHOUT_DECISION = (*ABOUT_PARTY, Kind.CLAIM)


class Status(StrEnum):
    """Where a case stands."""

    OPENED = "opened"
    ASSIGNED = "assigned"
    #: The customer was right: another Decision stands in the place of the disputed one.
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"


#: A case that waits for an answer.
OPEN = (Status.OPENED, Status.ASSIGNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvidence:
    """Something the customer or staff brings: a text, and where the document lies."""

    words: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Evidence on file."""

    words: str
    link: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the case log."""

    at: datetime
    #: "" if the customer or the system did it.
    actor: str
    what: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A resolution that waits for its second person."""

    id: UUID
    actor_id: UUID
    actor: str
    resolution: Status
    reason: str
    facts: Mapping[str, Any] | None
    outcome: Mapping[str, Any] | None
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A dispute, a stopped Decision or a matter of a customer's, from opening to answer."""

    id: UUID
    #: What people say on the phone.
    number: int
    kind: Kind
    #: None for the kinds of `WITHOUT_DECISION`.
    decision_id: UUID | None
    party_id: UUID | None
    status: Status
    words: str
    opened_at: datetime
    due_at: datetime
    #: When the desk was told that the deadline had passed.
    escalated_at: datetime | None
    assignee_id: UUID | None
    assignee: str
    reason: str
    resolved_at: datetime | None
    #: The Decision that came of it.
    override_id: UUID | None
    evidence: tuple[Evidence, ...] = ()
    log: tuple[Entry, ...] = ()
    proposal: Proposal | None = None

    @property
    def is_open(self) -> bool:
        """Whether the case waits for an answer."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How staff answer a case.

    `facts` or `outcome` say what the overriding Decision rests on (see decisions' `Override`);
    both None only if rejected, or if the case is about no Decision.
    """

    status: Status
    #: Shown to the customer.
    reason: str
    actor: Actor
    facts: Mapping[str, object] | None = field(default=None)
    outcome: Mapping[str, object] | None = field(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCase:
    """As much of a new case as others must know to ask for the rest."""

    case_id: UUID
    kind: Kind
    decision_id: UUID | None
    party_id: UUID | None
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesOpened:
    """Cases were opened together; published in the database transaction that opened them."""

    cases: tuple[OpenedCase, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswered:
    """A case was answered; published in the database transaction of the answer."""

    case_id: UUID
    kind: Kind
    party_id: UUID | None
    status: Status
    #: As the customer reads it.
    reason: str
    actor: Actor
    at: datetime
