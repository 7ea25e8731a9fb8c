"""Who takes part, as other rooms see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from oferta.core.parties.identity_types import PartyKind
from oferta.kernel.i18n import Language


class Channel(StrEnum):
    """Ways to reach a customer outside the web pages, each with one address."""

    EMAIL = "email"
    SMS = "sms"


class Role(StrEnum):
    """What a member of staff is there for; one may have several. `rules.PERMISSIONS` says more."""

    #: Works cases: reads what they need, answers, proposes what is above one person.
    CLERK = "clerk"
    CASHIER = "cashier"
    #: Admits at the door or turnstile.
    GATE = "gate"
    MODERATOR = "moderator"
    FINANCE = "finance"
    #: The second person behind what moves much or reaches many.
    APPROVER = "approver"
    #: Answers for the published terms.
    TERMS_OWNER = "terms_owner"
    #: Writes to many customers at once.
    MESSENGER = "messenger"
    #: Reads what others did, and does nothing.
    AUDITOR = "auditor"
    #: Appoints staff and configures; sees no customer.
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing that a member of staff may do or see."""

    FIND = "find"
    SEE_CUSTOMERS = "see_customers"
    #: Read a customer's address, phone and the like in full, for a reason.
    REVEAL_CONTACTS = "reveal_contacts"
    SEE_BALANCES = "see_balances"
    SEE_DECISIONS = "see_decisions"
    SEE_TRANSFERS = "see_transfers"
    SEE_CASES = "see_cases"
    #: Take over, add evidence, answer, propose.
    WORK_CASES = "work_cases"
    #: Give a case to a colleague.
    HAND_OVER_CASES = "hand_over_cases"
    #: Be the second person behind an answer that moves much.
    APPROVE_ANSWERS = "approve_answers"
    #: Record evidence of who a customer is: tiers, credentials.
    RECORD_IDENTITY = "record_identity"
    BLOCK = "block"
    LIFT_BLOCK = "lift_block"
    #: End a customer's sessions after a report.
    END_SESSIONS = "end_sessions"
    EXPORT_DATA = "export_data"
    ERASE_DATA = "erase_data"
    APPROVE_ERASURE = "approve_erasure"
    PREPARE_MESSAGES = "prepare_messages"
    APPROVE_MESSAGES = "approve_messages"
    #: Everybody who sees a send going wrong should be able to stop it.
    STOP_MESSAGES = "stop_messages"
    #: Read a service's totals: what was given, spent, is owed. Shows no customer.
    SEE_FIGURES = "see_figures"
    #: Settle with who is owed money by a service, and order its payment.
    SETTLE = "settle"
    TAKE_PAYMENTS = "take_payments"
    ADMIT = "admit"
    MODERATE = "moderate"
    PREPARE_TERMS = "prepare_terms"
    APPROVE_TERMS = "approve_terms"
    READ_AUDIT = "read_audit"
    APPOINT_STAFF = "appoint_staff"
    APPROVE_APPOINTMENTS = "approve_appointments"
    MANAGE_TOKENS = "manage_tokens"
    #: Django's admin: operators' configuration.
    CONFIGURE = "configure"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to register; `key` is the caller's own name for them and stays the same."""

    key: str
    name: str = ""
    language: Language = "en"
    contacts: Mapping[str, str] = field(default_factory=dict)
    kind: PartyKind = PartyKind.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A registered customer."""

    id: UUID
    key: str
    name: str
    language: Language
    #: How far their identity is known: 0 not at all.
    identity_tier: int
    contacts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A member of staff who does something, and answers for it."""

    id: UUID
    name: str
    roles: frozenset[Role]
    #: What the roles allow.
    permissions: frozenset[Permission]
    #: Mark of the session they act in; "" outside the web.
    session: str = field(default="", compare=False)
    #: Where they act from, as an IP address; "" outside the web.
    address: str = field(default="", compare=False)

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles allows it."""
        return permission in self.permissions


class WhoKind(StrEnum):
    """Kinds of those who act or read."""

    STAFF = "staff"
    CUSTOMER = "customer"
    #: A program with an API token.
    TOKEN = "token"  # noqa: S105 - a kind, no secret
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who acts or reads, for the audit log, if it is no member of staff."""

    kind: WhoKind
    id: UUID | None = None
    name: str = ""
    session: str = ""
    address: str = ""


#: What happens by itself: tasks, the command line of the machine.
SYSTEM = Who(kind=WhoKind.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One line for the audit log: an act, or a reading of somebody's data."""

    #: As `customer.read`, `case.assigned`: the room's word, a dot, what happened.
    what: str
    subject_kind: str = ""
    subject_id: str | UUID = ""
    #: The customers whose data were read or touched.
    parties: tuple[UUID, ...] = ()
    #: Why, in the words of who did it.
    reason: str = ""
    #: JSON values; never a secret, never the data that were read.
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit log."""

    id: UUID
    at: datetime
    who: WhoKind
    who_id: UUID | None
    name: str
    session: str
    address: str
    what: str
    subject_kind: str
    subject_id: str
    parties: tuple[UUID, ...]
    reason: str
    details: Mapping[str, Any]
