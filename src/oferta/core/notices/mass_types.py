"""Mass messages, and the answers to "did we send this?", as other rooms see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from oferta.core.notices.types import Rendered
from oferta.kernel.i18n import Language

#: A message in each of the five languages.
Words: TypeAlias = Mapping[Language, Rendered]


class Nature(StrEnum):
    """What a mass message is for; it says who may get it."""

    #: About the service that the customer has: needs no consent.
    SERVICE = "service"
    #: Wants to sell something: goes only to those who consent, on the channels of their consent.
    ADVERTISING = "advertising"


class MassState(StrEnum):
    """Where a mass message stands."""

    #: Made and looked at by its maker.
    DRAFT = "draft"
    #: Too many people for one person: it waits for another.
    WAITING = "waiting"
    SENDING = "sending"
    DONE = "done"
    #: Stopped by a person, whatever it was doing.
    STOPPED = "stopped"


class Answer(StrEnum):
    """What can be said of a message that somebody got."""

    #: We sent exactly this.
    OURS = "ours"
    #: We sent a message with this reference; the text was not given, so it is not compared.
    REFERENCE_IS_OURS = "reference_is_ours"
    #: The reference is one of ours, the words are not: somebody borrowed it.
    WORDS_DIFFER = "words_differ"
    #: A false message that is known and answered.
    KNOWN_FALSE = "known_false"
    #: Nothing that we sent is like it.
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMass:
    """A mass message to make."""

    nature: Nature
    words: Words
    #: Name of a registered audience and what it is asked with, as `language` and `kk`.
    audience: str
    chosen: str = ""
    #: Channels outside the inbox to use; empty: every one that a receiver has.
    channels: tuple[str, ...] = ()
    #: The false message that it answers, if it does.
    answers: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mass:
    """A mass message."""

    id: UUID
    nature: Nature
    words: Words
    audience: str
    chosen: str
    channels: tuple[str, ...]
    state: MassState
    #: People on the list, and how many of them it was sent to so far.
    people: int
    sent: int
    maker_id: UUID
    maker: str
    approver: str
    made_at: datetime
    ended_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFalse:
    """A false message that goes round, and what we say to it."""

    #: The text that people got.
    sample: str
    #: What we say, on a public page.
    words: Words
    #: When it was first seen, what is said of the cause, and what of it is confirmed (TR-133).
    seen_at: datetime
    claimed: str = ""
    confirmed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseMessage:
    """A false message and our answer to it."""

    id: UUID
    sample: str
    words: Words
    seen_at: datetime
    claimed: str
    confirmed: str
    maker_id: UUID
    maker: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer to "did we send this?"; it reveals nothing about whom a message was for."""

    answer: Answer
    #: Of what we sent: when and by which channel; None and "" otherwise.
    sent_at: datetime | None = None
    channel: str = ""
    #: Whether the sender is one of ours; None if none was given.
    sender_is_ours: bool | None = None
    #: Our public answers to the false message that it is.
    known: tuple[FalseMessage, ...] = field(default=())
