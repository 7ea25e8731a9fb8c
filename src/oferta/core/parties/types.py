"""Who takes part, as other rooms see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from oferta.kernel.i18n import Language


class Channel(StrEnum):
    """Ways to reach a customer outside the web pages, each with one address."""

    EMAIL = "email"
    SMS = "sms"


class Role(StrEnum):
    """What a member of staff may do: a clerk works cases, an approver is also a second person."""

    CLERK = "clerk"
    APPROVER = "approver"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to register; `key` is the caller's own name for them and stays the same."""

    key: str
    name: str = ""
    language: Language = "en"
    contacts: Mapping[str, str] = field(default_factory=dict)


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
    role: Role
