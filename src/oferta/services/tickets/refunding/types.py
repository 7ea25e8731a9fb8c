"""What crosses the door of refunds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from oferta.kernel.money import Money
from oferta.services.tickets.types import ApplicationState, RefundState


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A request for money back as the buyer sends it; the same id is the same request."""

    id: UUID
    order_id: UUID
    #: Of the order; part of it may be given back (TR-11).
    tickets: tuple[UUID, ...]
    #: A value of the terms' fact `reason`.
    reason: str
    #: In the buyer's own words (TR-51).
    words: str = ""
    #: Minor units: what the quote said and the buyer agreed to (TR-82).
    accepted: int = 0
    #: Why the names in the order and in the document differ; "" if they do not (TR-46).
    explanation: str = ""
    names_match: bool = True
    bank_details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document that proves a reason, as it was sent."""

    id: UUID
    #: A value of the terms' fact `document`.
    kind: str
    name: str
    media_type: str
    content: bytes
    #: As the buyer reads them off it; staff check them (TR-43).
    illness_from: date | None = None
    illness_through: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundBrief:
    """Money on its way: its amount, its day, who must pay it, how far it has come."""

    id: UUID
    ticket_id: UUID
    amount: Money
    state: RefundState
    due_on: date
    owner: str
    means: str
    decision_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationBrief:
    """A request as the buyer and the desk see it."""

    id: UUID
    number: int
    order_id: UUID
    reason: str
    state: ApplicationState
    filed_at: datetime
    answer_by: date
    owner: str
    tickets: tuple[UUID, ...]
    #: The latest Decision about each ticket, in their order; None: a person has it (see its case).
    decisions: tuple[UUID | None, ...]
    refunds: tuple[RefundBrief, ...]
