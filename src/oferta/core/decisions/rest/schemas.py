"""Decisions as the API tells them, events as it takes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictBool, StrictStr

from oferta.core.decisions.rest.values import told_facts, told_outcome
from oferta.core.decisions.types import Basis, Decision, Event, Status
from oferta.core.terms.explanation import Explanation
from oferta.kernel.rest.schemas import (
    Facts,
    Given,
    Id,
    Moment,
    Name,
    Problem,
    Told,
    ValueTold,
    Whole,
    plain_facts,
)

EVENTS_MAX = 1_000
_ContextValue = StrictBool | Whole | Annotated[StrictStr, Field(max_length=2_000)] | None


class EventGiven(Given):
    """Something that happened and must be decided, whole or not at all."""

    key: Name = Field(
        description="Yours: the same key with the same content is answered the same."
        " Begin it with a word of your own, as `till/4711/…`."
    )
    pack: Name
    questions: Annotated[list[Name], Field(min_length=1, max_length=16)]
    facts: Facts = Field(description="Facts of all the questions together.")
    event_at: Moment = Field(description="When it happened; the edition of its day decides.")
    plan: Name = Field("none", description="What follows from the outcome, by name; `none`: only"
                       " the decision is kept.")  # fmt: skip
    context: Annotated[dict[Name, _ContextValue], Field(max_length=50)] = Field(
        {}, description="What the plan needs beside the outcome."
    )
    party_id: Id | None = Field(None, description="The customer whom it concerns and who is told.")

    def event(self) -> Event:
        """Return the event as the room takes it."""
        return Event(
            key=self.key,
            pack=self.pack,
            questions=tuple(self.questions),
            facts=plain_facts(self.facts),
            event_at=self.event_at,
            plan=self.plan,
            context=self.context,
            party_id=self.party_id,
        )


class EventsGiven(Given):
    """A batch: decided in this order in one database transaction."""

    events: Annotated[list[EventGiven], Field(min_length=1, max_length=EVENTS_MAX)]


class Stopped(Told):
    """Why there is no outcome, or why it moved nothing."""

    code: str
    facts: dict[str, Any]


class DecisionBrief(Told):
    """A decision in an answer to its event."""

    id: UUID
    question: str
    status: Status
    outcome: dict[str, ValueTold] | None
    decided_by: list[str] = Field(description="Ids of the clauses that decided.")
    error: Stopped | None


class AnswerTold(Told):
    """What became of an event."""

    key: str
    status: Status = Field(
        description="`decided`: money moved as planned. `stopped`: a person takes over, no money"
        " moved. `refused`: the ledger refused, no money moved. `rejected`: nothing is kept;"
        " mend the event and send it again."
    )
    replayed: bool = Field(description="It was decided before; nothing happened now.")
    decisions: list[DecisionBrief]
    problem: Problem | None = Field(description="Why it was rejected.")


class AnswersTold(Told):
    """What became of a batch, in its order."""

    answers: list[AnswerTold]


class DecisionTold(DecisionBrief):
    """A decision as it is kept for ever."""

    key: str
    pack: str
    edition: str
    edition_digest: str
    day: date
    event_at: datetime
    decided_at: datetime
    party_id: UUID | None
    facts: dict[str, ValueTold]
    basis: Basis = Field(description="`granted`: staff granted it, with a reason.")
    overrides: UUID | None = Field(description="The decision in whose place it stands.")
    reason: str = Field(description="Of staff, where it overrides.")
    transfer_ids: list[UUID]


class WhyTold(Told):
    """Why a decision came out as it did."""

    decision_id: UUID
    overridden_by: UUID | None = Field(description="The decision that counts in its place.")
    text: str = Field(description="The explanation for a terminal; empty if granted.")
    explanation: Explanation | None = Field(description="Null if staff granted it.")


def brief(item: Decision) -> DecisionBrief:
    """Return what an answer tells of a decision."""
    return DecisionBrief(**_brief(item))


def told_decision(item: Decision) -> DecisionTold:
    """Return a decision whole."""
    return DecisionTold(
        **_brief(item),
        key=item.key,
        pack=item.pack,
        edition=item.edition,
        edition_digest=item.edition_digest,
        day=item.day,
        event_at=item.event_at,
        decided_at=item.decided_at,
        party_id=item.party_id,
        facts=told_facts(item),
        basis=item.basis,
        overrides=item.overrides,
        reason=item.reason,
        transfer_ids=list(item.transfer_ids),
    )


def _brief(item: Decision) -> dict[str, Any]:
    return {
        "id": item.id,
        "question": item.question,
        "status": item.status,
        "outcome": told_outcome(item.pack, item.question, item.outcome),
        "decided_by": list(item.decided_by),
        "error": Stopped(code=item.error, facts=dict(item.error_facts)) if item.error else None,
    }
