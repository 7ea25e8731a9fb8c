"""What crosses the door of notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from oferta.kernel.i18n import Language

#: Pack, edition and clause whose title a notice cites.
Citation: TypeAlias = tuple[str, str, str]


class DeliveryState(StrEnum):
    """Where one delivery stands."""

    WAITING = "waiting"
    #: A worker holds it until its lease ends.
    SENDING = "sending"
    DELIVERED = "delivered"
    #: Given up after the last attempt.
    FAILED = "failed"
    #: Kept back: the customer got enough of this kind today, or no longer consents, or it was
    #: stopped; the delivery says which.
    SUPPRESSED = "suppressed"


class BatchState(StrEnum):
    """Where a batch of notices stands."""

    OPEN = "open"
    #: Too many to send without a person's word.
    HELD = "held"
    DONE = "done"
    #: Part of a mass message that somebody stopped: nothing more of it goes out.
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFailed:
    """Event: a notice could not be delivered by a channel and will not be tried again."""

    notice_id: UUID
    party_id: UUID
    kind: str
    channel: str
    #: Code of the refusal.
    error: str
    at: datetime


class NewNotice(NamedTuple):
    """Something to tell a customer, in the language they read now."""

    party_id: UUID
    language: Language
    kind: str
    params: Mapping[str, Any] = MappingProxyType({})
    cites: tuple[Citation, ...] = ()
    decision_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A notice in words."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice as the customer's inbox shows it."""

    id: UUID
    party_id: UUID
    kind: str
    language: Language
    params: Mapping[str, Any]
    cites: tuple[Citation, ...]
    decision_ids: tuple[UUID, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a channel is given to deliver."""

    #: Stays the same through retries: receivers may use it to drop a repeat.
    delivery_id: UUID
    address: str
    language: Language
    subject: str
    body: str
    #: Of an advertisement: the address that withdraws consent to it by one POST.
    withdrawal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What keeps a mistake from reaching everybody."""

    #: Of one kind to one customer in a day, by channels outside the web; the inbox shows all.
    per_party_per_kind_per_day_max: int = 20
    #: More than this in one batch waits for a person.
    batch_max: int = 5_000
    #: So does the batch that would bring the last 24 hours above this.
    day_max: int = 200_000
    #: People whom one member of staff may reach in 24 hours without a second person.
    alone_max: int = 100
    #: Messages of one mass message in a minute.
    per_minute: int = 600
