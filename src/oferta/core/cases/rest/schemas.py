"""Cases as the API takes and tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictStr

from oferta.core.cases.types import Case, Kind, NewEvidence, Status
from oferta.kernel.rest.schemas import Facts, Given, Id, Told, Words, one_of

_Kind = Annotated[Kind, one_of(Kind)]
_Status = Annotated[Status, one_of(Status)]
_Answer = Annotated[Words, Field(min_length=1)]
_Link = Annotated[StrictStr, Field(max_length=500)]


class EvidenceGiven(Given):
    """Something that the customer or staff brings."""

    words: _Answer
    link: _Link = Field("", description="Where the document lies.")

    def evidence(self) -> NewEvidence:
        """Return it as the room takes it."""
        return NewEvidence(words=self.words, link=self.link)


class DisputeGiven(Given):
    """A customer objects to a decision about them."""

    decision_id: Id
    words: _Answer = Field(description="Of the customer.")
    evidence: Annotated[list[EvidenceGiven], Field(max_length=20)] = Field([])


class ResolutionGiven(Given):
    """How staff answer a case. Upheld rests on one of corrected facts and a granted outcome."""

    status: Literal["upheld", "partly_upheld", "rejected"]
    reason: _Answer = Field(description="Shown to the customer.")
    facts: Facts | None = Field(None, description="Those that differ; the terms decide again.")
    outcome: Facts | None = Field(None, description="Every field of the answer, granted.")


class ApprovalGiven(Given):
    """The second person's word on a proposed answer."""

    proposal_id: Id = Field(description="Of the proposal that was read: `proposal_id` of the case.")


class EvidenceTold(Told):
    """Evidence on file."""

    words: str
    link: str
    added_at: datetime


class EntryTold(Told):
    """A line of the log."""

    at: datetime
    what: str
    by: str = Field(description="Of staff; empty if the customer or the system did it.")


class CaseTold(Told):
    """A case from opening to answer."""

    id: UUID
    kind: _Kind
    decision_id: UUID | None
    party_id: UUID | None
    status: _Status
    words: str
    opened_at: datetime
    due_at: datetime = Field(description="By when it is answered.")
    reason: str = Field(description="The answer's.")
    resolved_at: datetime | None
    override_id: UUID | None = Field(description="The decision that came of it.")


class CaseWhole(CaseTold):
    """A case with its evidence and log."""

    evidence: list[EvidenceTold]
    log: list[EntryTold]
    proposed: bool = Field(description="An answer waits for its second person.")
    proposal_id: UUID | None = Field(description="Of the answer that waits; told to staff alone.")


def told_case(item: Case) -> CaseTold:
    """Return a case in a list."""
    return CaseTold(**_head(item))


def whole_case(item: Case, *, to_staff: bool) -> CaseWhole:
    """Return a case; names of staff only to staff and the operator's systems."""
    return CaseWhole(
        **_head(item),
        evidence=[
            EvidenceTold(words=one.words, link=one.link, added_at=one.added_at)
            for one in item.evidence
        ],
        log=[
            EntryTold(at=one.at, what=one.what, by=one.actor if to_staff else "")
            for one in item.log
        ],
        proposed=item.proposal is not None,
        proposal_id=item.proposal.id if to_staff and item.proposal else None,
    )


def _head(item: Case) -> dict[str, Any]:
    return {name: getattr(item, name) for name in CaseTold.model_fields}
