"""What is refused about logins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class BadContact(OfertaError):
    """What was typed is neither an e-mail address nor a phone number with its country code."""

    code: ClassVar[str] = "parties.bad_contact"
    given: str


@dataclass(eq=False, kw_only=True)
class ContactTaken(OfertaError):
    """The contact leads to another login already."""

    code: ClassVar[str] = "parties.contact_taken"
    channel: str


@dataclass(eq=False, kw_only=True)
class LastContact(OfertaError):
    """Without this contact nobody could get back in; add another one first."""

    code: ClassVar[str] = "parties.last_contact"
    channel: str


@dataclass(eq=False, kw_only=True)
class AlreadyClaimed(OfertaError):
    """The customer has a login already, or the login has a customer."""

    code: ClassVar[str] = "parties.already_claimed"
    customer_id: str


@dataclass(eq=False, kw_only=True)
class ProofMissing(OfertaError):
    """Holding a link alone is not enough: sign up with the contact to which we write."""

    code: ClassVar[str] = "parties.proof_missing"
    customer_id: str


@dataclass(eq=False, kw_only=True)
class StillWaiting(OfertaError):
    """The second factor is removed only after the waiting time, unless somebody stops it."""

    code: ClassVar[str] = "parties.still_waiting"
    due_at: datetime


@dataclass(eq=False, kw_only=True)
class NotForStaff(OfertaError):
    """A member of staff gets a new second factor from an administrator, not by waiting."""

    code: ClassVar[str] = "parties.not_for_staff"
    login: str


@dataclass(eq=False, kw_only=True)
class Blocked(OfertaError):
    """The customer is blocked: they may read, export and appeal, but not act."""

    code: ClassVar[str] = "parties.blocked"
    customer_id: str
    reason: str
    clause: str
