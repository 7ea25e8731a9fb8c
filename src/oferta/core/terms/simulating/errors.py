"""What can be wrong with a file of events; nothing is simulated and nothing written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class EventsRefused(OfertaError):
    """Base of what is wrong with a file of events."""

    code: ClassVar[str] = "terms.events_refused"
    file: str


@dataclass(eq=False, kw_only=True)
class EventsUnreadable(EventsRefused):
    """The file of events cannot be read as CSV or Parquet; `reason` says why."""

    code: ClassVar[str] = "terms.events_unreadable"
    reason: str


@dataclass(eq=False, kw_only=True)
class EventColumnsMissing(EventsRefused):
    """Facts that the question needs, or columns that were named, are not in the file."""

    code: ClassVar[str] = "terms.event_columns_missing"
    missing: list[str]
    found: list[str] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class EventColumnUnknown(EventsRefused):
    """A column looks like a misspelt fact of the question."""

    code: ClassVar[str] = "terms.event_column_unknown"
    column: str
    did_you_mean: str


@dataclass(eq=False, kw_only=True)
class EventValueWrong(EventsRefused):
    """A value is not of its fact's type: the first such row is named, and how many there are."""

    code: ClassVar[str] = "terms.event_value_wrong"
    #: Of the first such event, counted from 1; the header of a CSV is not counted.
    row: int
    fact: str
    given: str
    expected: str
    rows: int


@dataclass(eq=False, kw_only=True)
class EventFactsDisagree(EventsRefused):
    """The facts of an event cannot be true together; the first is named, and how many there are."""

    code: ClassVar[str] = "terms.event_facts_disagree"
    #: Of the first such event, counted from 1; the header of a CSV is not counted.
    row: int
    assumption: str
    #: As the pack writes it.
    relation: str
    #: Each fact of the relation, as `refunded 5000.00 KZT`.
    given: list[str]
    rows: int


@dataclass(eq=False, kw_only=True)
class EventKeyTwice(EventsRefused):
    """Two events have the same key, or one has none."""

    code: ClassVar[str] = "terms.event_key_twice"
    column: str
    key: str
    rows: int


@dataclass(eq=False, kw_only=True)
class EventKeyNeeded(EventsRefused):
    """Limits count events one after another: name the column that tells them apart."""

    code: ClassVar[str] = "terms.event_key_needed"
    limits: list[str]


@dataclass(eq=False, kw_only=True)
class EngineMissing(OfertaError):
    """The engine is not installed here; `needs` says what would bring it."""

    code: ClassVar[str] = "terms.engine_missing"
    engine: str
    needs: str


@dataclass(eq=False, kw_only=True)
class EngineFailed(OfertaError):
    """The engine did not answer; nothing was written."""

    code: ClassVar[str] = "terms.engine_failed"
    engine: str
    reason: str
