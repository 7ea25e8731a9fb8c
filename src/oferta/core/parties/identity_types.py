"""Who customers are, as other rooms see it: kinds, evidence, credentials, blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class PartyKind(StrEnum):
    """What a customer is in law."""

    PERSON = "person"
    ORGANISATION = "organisation"


class MemberRole(StrEnum):
    """What a person may do for an organisation."""

    #: Everything, members included.
    OWNER = "owner"
    #: Acts in its name.
    AGENT = "agent"
    #: Reads.
    READER = "reader"


#: How far a customer's identity is known.
TIER_MAX = 3
#: What somebody can have before them, and how far it takes.
SEEN: Mapping[str, int] = {"document": 2, "register": 2, "meeting": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a verifier found: a proof, how far it takes, and until when it holds."""

    kind: str
    #: 1 a contact; 2 a document or a state's own register; 3 a meeting in person.
    tier: int
    #: Where it can be found again: never the document itself.
    reference: str
    checked_by: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceEntry:
    """A proof on file."""

    id: UUID
    kind: str
    tier: int
    reference: str
    checked_by: str
    at: datetime
    expires_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialEntry:
    """A status on file."""

    id: UUID
    kind: str
    reference: str
    checked_by: str
    holds_from: datetime
    holds_until: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person who acts for an organisation."""

    person_id: UUID
    role: MemberRole
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged:
    """Who acts for an organisation changed; published in the same database transaction."""

    organisation_id: UUID
    person_id: UUID
    #: None: they act for it no more.
    role: MemberRole | None
    at: datetime
    #: The member of staff at whose word alone it was done, if it was one.
    staff_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEntry:
    """A block in force or lifted."""

    id: UUID
    customer_id: UUID
    reason: str
    pack: str
    edition: str
    clause: str
    since: datetime
    lifted_at: datetime | None
    #: The member of staff who answers for it.
    by_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerBlocked:
    """A customer was blocked; published in the database transaction that did it."""

    block: BlockEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockLifted:
    """A block was lifted; published in the database transaction that did it."""

    customer_id: UUID
    reason: str
    at: datetime
    #: The member of staff who lifted it.
    by_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialEnding:
    """A status ends soon; published once for each."""

    customer_id: UUID
    kind: str
    holds_until: datetime
    at: datetime
