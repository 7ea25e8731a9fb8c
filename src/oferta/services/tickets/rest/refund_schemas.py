"""What the API takes and tells of refunds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, StrictStr

from oferta.core.terms.explanation import Explanation
from oferta.kernel.i18n import Language
from oferta.kernel.rest.schemas import Day, Given, Id, Money, Name, Told, Words, one_of
from oferta.services.tickets.refunding.calendar import Standing
from oferta.services.tickets.refunding.quoting import Way
from oferta.services.tickets.types import ApplicationState, RefundState

_Value = Annotated[StrictStr, Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]
_MediaType = Annotated[StrictStr, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
_Tickets = Annotated[list[Id], Field(max_length=1_000)]


class QuoteGiven(Given):
    """What would be applied with."""

    tickets: _Tickets = Field(default_factory=list, description="None: all that can be given back.")
    reason: _Value = Field(description="A value of the refund terms' fact `reason`.")
    document: _Value = Field("none", description="As if it were here and found genuine.")
    illness_from: Day | None = None
    illness_through: Day | None = None
    account_closed: StrictBool = Field(False, description="The account that paid is closed.")
    language: Language = Field("en", description="Of the explanations.")


class TicketQuoteTold(Told):
    """What comes back for one ticket."""

    ticket_id: UUID
    place: str
    decision: str = Field(description="`paid`, `refused`, or what it would wait for.")
    base: str
    percent: int = Field(description="In ten-thousandths of a percent.")
    ticket_money: Money
    service_fee: Money
    delivery: Money
    total: Money
    kept_fee: Money = Field(description="Of fee and delivery: what stays with the operator.")
    edition: str = Field(description="That decided: the buyer's own, or a later one that helps.")
    decided_by: list[str]


class CalendarDayTold(Told):
    """A day between the request and the performance."""

    day: date
    standing: Annotated[Standing, one_of(Standing)]
    counts: bool


class LadderStepTold(Told):
    """From this day on the same request would give so much."""

    first_day: date
    decision: str
    total: Money


class AlternativeTold(Told):
    """Something else that could be claimed, and what it would give."""

    way: Annotated[Way, one_of(Way)]
    reason: str
    document: str
    decision: str
    total: Money


class QuoteTold(Told):
    """What the terms give now. Nothing is stored."""

    order_id: UUID
    reason: str
    total: Money = Field(description="Send its minor units as `accepted` when you apply.")
    tickets: list[TicketQuoteTold]
    explanations: list[Explanation]
    calendar: list[CalendarDayTold]
    ladder: list[LadderStepTold]
    alternatives: list[AlternativeTold]
    answer_by: date
    pays_by: date | None
    way: str = Field(description="Where the money would go, by the terms.")


class ApplicationGiven(Given):
    """A request for money back."""

    id: Id = Field(description="Your own: the same id is the same request, however often sent.")
    order_id: Id
    tickets: Annotated[_Tickets, Field(min_length=1)]
    reason: _Value
    words: Words = ""
    accepted: Annotated[StrictInt, Field(ge=0, lt=2**63)] = Field(
        description="Minor units that the quote named; if the terms give less, nothing is filed."
    )
    explanation: Words = Field("", description="Why names in order and document differ.")
    names_match: StrictBool = True
    bank_details: Words = ""


class RefundTold(Told):
    """Money on its way."""

    id: UUID
    ticket_id: UUID
    amount: Money
    state: Annotated[RefundState, one_of(RefundState)]
    due_on: date
    owner: str = Field(description="Who must pay it.")
    means: str
    decision_id: UUID


class ApplicationTicketTold(Told):
    """A ticket of a request."""

    ticket_id: UUID
    decision_id: UUID | None = Field(description="The latest; null: a person has it.")


class ApplicationTold(Told):
    """A request, how far it is, by when it is answered and by whom."""

    id: UUID
    number: int = Field(description="What people say on the phone.")
    order_id: UUID
    reason: str
    state: Annotated[ApplicationState, one_of(ApplicationState)]
    filed_at: datetime
    answer_by: date
    owner: str
    tickets: list[ApplicationTicketTold]
    refunds: list[RefundTold]


class ApplicationsTold(Told):
    """The requests about an order."""

    applications: list[ApplicationTold]


class RefundDocumentGiven(Given):
    """A document that proves a reason, of 10 MB at most."""

    id: Id = Field(description="Your own: the same id is the same document.")
    kind: _Value = Field(description="A value of the refund terms' fact `document`.")
    name: Name
    media_type: _MediaType
    content: Annotated[StrictStr, Field(min_length=1)] = Field(description="In base64.")
    illness_from: Day | None = Field(None, description="As the document says; staff check it.")
    illness_through: Day | None = None


class ExplanationGiven(Given):
    """Why the names differ."""

    words: Annotated[Words, Field(min_length=1)]


class BankDetailsGiven(Given):
    """Where money that waits for a choice shall go."""

    bank_details: Annotated[Words, Field(min_length=1)]


class RefundDocumentTold(Told):
    """A document on file."""

    id: UUID
    kind: str
    name: str
    media_type: str
    content: str = Field(description="In base64.")
    received_at: datetime
    authenticity: str
    illness_from: date | None
    illness_through: date | None


class RefundDocumentsTold(Told):
    """The documents of a request, the latest first."""

    documents: list[RefundDocumentTold]


_ActId = Annotated[
    Id | None, Field(description="Your own: the same id is the same act. Null: an act of its own.")
]


class RefundCheckGiven(Given):
    """What staff found of a document."""

    act_id: _ActId = None
    words: Words = Field("", description="Kept with the act.")
    authenticity: _Value = Field(description="`genuine` or `false_information`.")
    illness_from: Day | None = Field(None, description="Null leaves what the buyer said.")
    illness_through: Day | None = None
    names_match: StrictBool = True


class RefundAnswerGiven(Given):
    """What the organiser says."""

    act_id: _ActId = None
    words: Words = Field("", description="Its own words.")
    answer: _Value = Field(description="A value of the refund terms' fact `organiser_answer`.")


class CancellationGiven(Given):
    """A performance is cancelled."""

    source: Annotated[StrictStr, Field(min_length=1, max_length=300)] = Field(
        description="Whose official word it rests on."
    )


class CancellationTold(Told):
    """What was returned by this call."""

    performance_id: UUID
    returned: int = Field(description="Tickets; a call again goes on where one was cut off.")
