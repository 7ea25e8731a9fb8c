"""What crosses the door of decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from oferta.core.parties.types import Actor
from oferta.core.terms.types import Coded
from oferta.kernel.errors import OfertaError


class Status(StrEnum):
    """What came of a question."""

    #: Answered; what the plan moves has moved.
    DECIDED = "decided"
    #: A gap, a conflict or an impossible outcome: no money moved, a person takes over.
    STOPPED = "stopped"
    #: The ledger refused the transfers: no money moved.
    REFUSED = "refused"
    #: Nothing could be asked and nothing is stored. Of answers only, never of a Decision.
    REJECTED = "rejected"


class Basis(StrEnum):
    """What an outcome rests on."""

    #: The clauses in force.
    TERMS = "terms"
    #: Staff granted it, with a reason.
    GRANTED = "granted"


#: Error of a question that could be answered, in an event of which another question stopped.
HELD_BACK = "decisions.held_back"

#: Question to field to coded value.
Outcomes: TypeAlias = Mapping[str, Mapping[str, Coded]]


class Movement(NamedTuple):
    """One transfer that an outcome asks for.

    `kind` is one of the ledger's (single, pending, post, void). `amount` is in minor units, above
    zero; None, with a post or a void, means all that is held.
    """

    question: str
    debit: int
    credit: int
    amount: int | None
    code: int
    kind: str = "single"
    pending_id: UUID | None = None
    expires_at: datetime | None = None


class NoticeDraft(NamedTuple):
    """What to tell the customer: a kind of notice and the values its words need."""

    kind: str
    params: Mapping[str, Any] = MappingProxyType({})


class Plan(NamedTuple):
    """What follows from outcomes: transfers, linked with one another, and one notice."""

    movements: tuple[Movement, ...] = ()
    notice: NoticeDraft | None = None


#: Pure: (outcomes of some of the event's questions, the event's context) to what follows.
Planner: TypeAlias = Callable[[Outcomes, Mapping[str, Any]], Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and must be decided, whole or not at all."""

    #: The caller's idempotency key, with its own first words: "club/payment/<id>".
    key: str
    pack: str
    questions: tuple[str, ...]
    #: Facts of all the questions together, as the terms read them.
    facts: Mapping[str, object]
    event_at: datetime
    #: Name of a registered plan.
    plan: str
    #: What the plan needs beside the outcome (ledger accounts, labels): JSON values.
    context: Mapping[str, Any] = field(default_factory=dict)
    party_id: UUID | None = None
    #: The edition that the customer keeps, as a ticket keeps that of its sale; None: by the day.
    edition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitShare:
    """What one decision used of one limit."""

    limit: str
    holder: str
    since: date
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A stored answer. Facts and edition reproduce it for ever."""

    id: UUID
    key: str
    question: str
    pack: str
    edition: str
    edition_digest: str
    day: date
    event_at: datetime
    decided_at: datetime
    party_id: UUID | None
    #: Values as written canonically; null stays None.
    facts: Mapping[str, Any]
    #: Coded values; None if stopped.
    outcome: Mapping[str, Coded] | None
    decided_by: tuple[str, ...]
    mask: int
    status: Status
    error: str
    error_facts: Mapping[str, Any]
    basis: Basis
    plan: str
    context: Mapping[str, Any]
    uses: tuple[LimitShare, ...]
    #: What it moved, in order.
    transfer_ids: tuple[UUID, ...]
    digest: bytes
    overrides: UUID | None = None
    reason: str = ""
    actor_id: UUID | None = None
    approver_id: UUID | None = None
    #: The event named the edition; otherwise the day chose it.
    edition_kept: bool = False

    @property
    def kept_edition(self) -> str | None:
        """The edition that decides whatever the day is, if the event named one."""
        return self.edition if self.edition_kept else None


def _no_decisions() -> tuple[Decision, ...]:
    return ()


class Answer(NamedTuple):
    """What became of one event of a batch."""

    key: str
    status: Status
    #: Makes the Decisions: a batch has a thousand, and hardly anybody reads them all.
    made: Callable[[], tuple[Decision, ...]] = _no_decisions
    #: Why it was rejected.
    error: OfertaError | None = None
    #: The event was decided before; this is that answer and nothing happened now.
    replayed: bool = False

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Its Decisions in the order of the event's questions; empty if rejected."""
        return self.made()


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Staff put another Decision in the place of one, by corrected facts or by a grant.

    Exactly one of `facts` (what differs from the old Decision's) and `outcome` (every field of
    the answer, values as written) is given.
    """

    decision_id: UUID
    reason: str
    actor: Actor
    approver: Actor | None = None
    facts: Mapping[str, object] | None = None
    outcome: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """A Decision to be made again because something came late, by the terms and nobody's grant."""

    decision_id: UUID
    #: What differs from its facts; what is used of limits is not told, it follows.
    facts: Mapping[str, object] = field(default_factory=dict)
    #: What is added to its context if it is replaced.
    context: Mapping[str, Any] = field(default_factory=dict)
    #: Replace it though it comes out the same: what it is about has changed.
    force: bool = False


class Recounted(NamedTuple):
    """A Decision that came out otherwise, and the one in its place."""

    old: Decision
    new: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """Whether a stored Decision comes out again from its facts and edition."""

    decision_id: UUID
    equal: bool
    #: The edition's text is, by its digest, the one that decided.
    edition_unchanged: bool
    stored: Mapping[str, Any]
    again: Mapping[str, Any]


class DecisionBrief(NamedTuple):
    """As much of a Decision as others must know to ask for the rest."""

    id: UUID
    key: str
    pack: str
    question: str
    status: Status
    party_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionsMade:
    """Event: a batch was decided; published once a batch, in its database transaction."""

    #: Makes the list: it costs nothing where nobody asks for it.
    made: Callable[[], list[DecisionBrief]]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionStopped:
    """Event: a Decision stopped and waits for a person."""

    decision_id: UUID
    party_id: UUID | None
    error: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOverridden:
    """Event: `new_id` stands in the place of `old_id`."""

    old_id: UUID
    new_id: UUID
    party_id: UUID | None
    at: datetime
