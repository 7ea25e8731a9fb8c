"""Agreements, consents and requests for data, as other rooms see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from oferta.core.parties.types import Channel
from oferta.kernel.i18n import Language


class How(StrEnum):
    """How a customer accepted an edition (RM-41); never merged into one flag (RM-42)."""

    #: By pressing a button that says so.
    CLICK = "click"
    #: By using the service.
    USE = "use"
    #: By merely reading a page of it: the weakest evidence of the three.
    VIEW = "view"
    #: Not accepted at all: applied without asking, since no right falls, and told.
    TOLD = "told"


class Standing(StrEnum):
    """How a customer stands to the newest edition of a pack."""

    #: They accepted it, or it applies without asking.
    BOUND = "bound"
    #: A right falls: they are asked.
    ASKED = "asked"
    #: They were asked and said no.
    DECLINED = "declined"


class ExportState(StrEnum):
    """Where a request for all one's data stands."""

    ASKED = "asked"
    MADE = "made"
    #: The file was thrown away after its days.
    EXPIRED = "expired"
    FAILED = "failed"


class ErasureState(StrEnum):
    """Where a request for erasure stands."""

    WAITING = "waiting"
    #: The person thought better of it.
    WITHDRAWN = "withdrawn"
    #: Something stood in the way when it was due: money, an open case.
    REFUSED = "refused"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Under what circumstances somebody agreed: evidence beside the agreement itself."""

    #: Language of the words that were shown.
    language: Language
    #: Path of the page, without the secrets that some addresses hold.
    page: str = ""
    #: Digest of the session or link: tells two sessions apart, opens neither.
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """That a customer accepted an edition."""

    id: UUID
    customer_id: UUID
    pack: str
    edition: str
    edition_digest: str
    how: How
    at: datetime
    language: Language
    text_digest: str
    page: str
    #: The signed receipt as a text; `oferta receipt verify` proves it without a database.
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One entry of the history of a customer's consents."""

    purpose: str
    channel: Channel
    given: bool
    version: int
    language: Language
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A request for all one's data."""

    id: UUID
    customer_id: UUID
    state: ExportState
    language: Language
    asked_at: datetime
    made_at: datetime | None
    expires_at: datetime | None
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A request that what is personal be erased."""

    id: UUID
    customer_id: UUID
    state: ErasureState
    asked_at: datetime
    due_at: datetime
    ended_at: datetime | None
    gives_up: tuple[str, ...]
    report: dict[str, object]


# --- what other rooms are told (kernel.events) ----------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionCame:
    """A newer edition concerns these customers: they are asked, or told that it applies."""

    customer_ids: tuple[UUID, ...]
    pack: str
    edition: str
    #: A right falls, so that each is asked to accept.
    asks: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMade:
    """The file with all of a customer's data lies ready."""

    customer_id: UUID
    export_id: UUID
    expires_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureAsked:
    """A customer asked to be erased; until `due_at` they may think better of it."""

    customer_id: UUID
    erasure_id: UUID
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRefused:
    """A request for erasure was not carried out: something stands in the way."""

    customer_id: UUID
    erasure_id: UUID
    at: datetime
