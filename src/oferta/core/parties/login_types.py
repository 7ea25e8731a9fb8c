"""What happens to logins, as other rooms hear of it: kernel events and values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from oferta.core.parties.types import Channel
from oferta.kernel.i18n import Language


class Purpose(StrEnum):
    """What a one-time code is for; each has words of its own, so that none passes for another."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"
    #: Put another contact on a login.
    ADD = "add"
    #: Prove again who one is, before a change of factors.
    CONFIRM = "confirm"


class Change(StrEnum):
    """What changed in how somebody signs in; each is told to every contact."""

    NEW_DEVICE = "new_device"
    PASSWORD = "password"  # noqa: S105 - a kind of change
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    #: Somebody asked to remove the second factor; it goes unless cancelled in time.
    REMOVAL_ASKED = "removal_asked"
    REMOVAL_CANCELLED = "removal_cancelled"
    RECOVERY_CODES = "recovery_codes"
    CONTACT_ADDED = "contact_added"
    CONTACT_REMOVED = "contact_removed"
    FROZEN = "frozen"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where one channel reaches a person."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeIssued:
    """A one-time code must reach an address soon, or not at all.

    `code` is empty where there is nobody to let in: the message then says so, and nothing on the
    page or in the clock tells the two apart.
    """

    to: Address
    language: Language
    purpose: Purpose
    code: str
    at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginChanged:
    """How somebody signs in has changed; published in the same database transaction."""

    login_id: UUID
    what: Change
    at: datetime
    #: Of staff alone, who have no inbox, None.
    customer_id: UUID | None
    #: Every address that should hear of it, the one removed included.
    contacts: tuple[Address, ...]
    language: Language
    #: A device, an address: what the words need.
    detail: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeReported:
    """A customer says that somebody else signed in as them; their sessions have ended."""

    customer_id: UUID
    login_id: UUID
    #: Where they said it: a session or a personal link.
    door: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSeen:
    """A browser in which a person signed in."""

    id: int
    agent: str
    first_seen_at: datetime
    last_seen_at: datetime
