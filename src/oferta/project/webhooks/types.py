"""What crosses the door of webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from oferta.kernel.i18n import Language


class Kind(StrEnum):
    """What a message tells."""

    DECISION_MADE = "decision.made"
    DECISION_OVERRIDDEN = "decision.overridden"
    CASE_OPENED = "case.opened"
    CASE_ANSWERED = "case.answered"
    #: A notice could not be delivered by one of its channels, and will not be tried again.
    NOTICE_FAILED = "notice.failed"
    #: Sent when asked for, to try an endpoint.
    TEST = "webhook.test"


#: What an endpoint may ask for.
ASKED_FOR = tuple(kind for kind in Kind if kind is not Kind.TEST)


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    #: A worker holds it until its lease ends.
    SENDING = "sending"
    DELIVERED = "delivered"
    #: Given up after the last attempt; it can be replayed.
    FAILED = "failed"


#: Seconds after the first failure, the second, …: the schedule that Standard Webhooks names.
WAITS_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
ATTEMPTS_MAX = len(WAITS_SECONDS) + 1
#: An endpoint that has failed for so long, without one success, is turned off.
FAILING_MAX = timedelta(days=5)
#: How long messages and the log are kept.
KEPT = timedelta(days=90)
#: How long an old secret signs beside the new one, unless said otherwise.
OVERLAP = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """Where to send what."""

    owner: str
    url: str
    #: Of `Kind`.
    kinds: frozenset[str]
    note: str = ""
    #: E-mail address that is told when the endpoint is turned off; "" for nobody.
    contact: str = ""
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint on file."""

    id: UUID
    owner: str
    url: str
    kinds: tuple[str, ...]
    note: str
    contact: str
    language: Language
    created_at: datetime
    disabled_at: datetime | None
    disabled_because: str
    failing_since: datetime | None

    @property
    def enabled(self) -> bool:
        """Whether messages are sent to it."""
        return self.disabled_at is None


class Told(NamedTuple):
    """Something to tell: its kind and its data, JSON values of ids and codes, no words."""

    kind: Kind
    data: dict[str, object]


class Reply(NamedTuple):
    """What came back from an endpoint."""

    #: Of HTTP; 0 if there was no answer.
    status: int
    #: Why there was no answer; "" if there was one.
    error: str
    milliseconds: int
    #: Status line, headers and the start of the body.
    head: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the endpoint took the message."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message on its way to one endpoint."""

    id: int
    endpoint_id: UUID
    message_id: UUID
    kind: str
    state: State
    attempts: int
    due_at: datetime
    created_at: datetime
    replay: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to deliver, as the log keeps it."""

    at: datetime
    milliseconds: int
    status: int
    error: str
    request: str
    response: str
