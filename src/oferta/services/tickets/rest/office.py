"""What the office does about requests for money back, by the API; each act as on its pages.

A token acts for a member of staff who works cases. Each act has an id of its own and is kept with
who did it; the same act sent twice is one act. Nobody works on their own order.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field, StrictBool, StrictInt, StrictStr

from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.schemas import Day, Id, LanguageTag, Money, Told, Words, answers
from oferta.services.tickets.kinds import ActKind, Intake
from oferta.services.tickets.models import Application, Payout
from oferta.services.tickets.refunding import claims, handing, office, queue
from oferta.services.tickets.refunding.errors import UnknownApplication, UnknownPayout
from oferta.services.tickets.refunding.office import Doing, PaperIntake
from oferta.services.tickets.refunding.types import ApplicationBrief, Filing
from oferta.services.tickets.rest.refund_schemas import ApplicationTold, RefundTold
from oferta.services.tickets.rest.refunds import application_told, refund_told
from oferta.services.tickets.rest.schemas import told
from oferta.services.tickets.rest.staff import OfficeActGiven, clerk, shown
from oferta.services.tickets.types import PayoutState

router = Router()
_SCOPE = "cases:resolve"
_DESK = Needs(_SCOPE)
_REQUEST = "/tickets/refund-applications/{uuid:application_id}"
_Contact = Annotated[StrictStr, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
_Reason = Annotated[StrictStr, Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]


class RegistrationGiven(OfficeActGiven):
    """A request that came on paper, by mail or by phone."""

    id: Id = Field(description="Your own: the same id is the same request.")
    order_id: Id
    tickets: Annotated[list[Id], Field(min_length=1, max_length=1_000)]
    reason: _Reason
    accepted: Annotated[StrictInt, Field(ge=0, lt=2**63)] = Field(
        0, description="Minor units that the buyer named, if they did."
    )
    bank_details: Words = ""
    channel: Literal["post", "email", "phone", "office"]
    sent_on: Day = Field(description="The postmark's day: days are counted from it.")
    email: _Contact = Field("", description="As they stand in the request.")
    phone: Annotated[_Contact, Field(max_length=40)] = ""
    verified: Words = Field("", description="How the payer was known, if not by these.")
    passport_seen: StrictBool = False


class ExtensionGiven(OfficeActGiven):
    """Why the review takes longer; the buyer reads it."""

    words: Annotated[Words, Field(min_length=1)]


class ReferralGiven(OfficeActGiven):
    """The case that an authority or court has about a request."""

    reference: Annotated[StrictStr, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]*$")]


class PayoutEndGiven(OfficeActGiven):
    """What became of money that goes by hand."""

    arrived: StrictBool = Field(description="False: it came back.")


class QueuedApplicationTold(Told):
    """A request without an answer."""

    id: UUID
    number: int
    order_id: UUID
    state: str
    answer_by: date
    late: bool


class QueuedRefundTold(Told):
    """Money that is owed."""

    id: UUID
    order_id: UUID
    amount: Money
    state: str
    due_on: date
    late: bool
    by_hand: list[UUID] = Field(description="Payouts that a person must say the end of.")


class RefundQueueTold(Told):
    """What waits, what is past its day first; a hundred of each at most."""

    applications: list[QueuedApplicationTold]
    refunds: list[QueuedRefundTold]


class OfficeActTold(Told):
    """An act."""

    id: UUID
    kind: str
    at: datetime
    staff_id: UUID | None = Field(description="Null: the buyer.")
    words: str
    day: date | None
    channel: str
    reference: str


class HandPayoutTold(Told):
    """Money that goes by hand and is under way."""

    id: UUID
    refund_id: UUID
    means: str
    amount: Money
    started_at: datetime


class OfficeApplicationTold(Told):
    """A request with what the office did about it."""

    application: ApplicationTold
    extended: bool
    acts: list[OfficeActTold]
    by_hand: list[HandPayoutTold]
    letters: list[str]


@router.get("/tickets/refund-queue", auth=_DESK, response=answers(RefundQueueTold, 422))
def get_refund_queue(
    request: HttpRequest, show: Literal["late", "open", "money"] = "open"
) -> RefundQueueTold:
    """Read what waits in the office; that it was read is noted for each customer."""
    clerk(request, _SCOPE)
    today = clock.now().date()
    requests, money = queue.requests(show, today), queue.money(show, today)
    parts = queue.by_hand(money)
    seen = caller_of(request).shown
    seen.update(one.order.party_id for one in requests)
    seen.update(one.order.party_id for one in money)
    return RefundQueueTold(
        applications=[
            QueuedApplicationTold(
                id=one.id,
                number=one.number,
                order_id=one.order_id,
                state=one.state,
                answer_by=one.answer_by,
                late=one.answer_by < today,
            )
            for one in requests
        ],
        refunds=[
            QueuedRefundTold(
                id=one.id,
                order_id=one.order_id,
                amount=told(one.amount, one.order.currency),
                state=one.state,
                due_on=one.due_on,
                late=one.due_on < today,
                by_hand=[part.id for part in parts.get(one.id, ())],
            )
            for one in money
        ],
    )


@router.get(f"{_REQUEST}/office", auth=_DESK, response=answers(OfficeApplicationTold, 404))
def get_refund_office(request: HttpRequest, application_id: UUID) -> OfficeApplicationTold:
    """Read a request with the acts of the office and the money that goes by hand."""
    _doing(request, application_id, application_id)
    row = Application.objects.select_related("order").get(id=application_id)
    unit = row.order.currency
    by_hand = Payout.objects.filter(
        refund__application=row, payment__isnull=True, state=PayoutState.STARTED
    )
    return OfficeApplicationTold(
        application=application_told(claims.application(application_id)),
        extended=row.extended,
        acts=[
            OfficeActTold(
                id=one.id,
                kind=ActKind(one.kind),
                at=one.at,
                staff_id=one.by,
                words=one.words,
                day=one.day,
                channel=one.channel,
                reference=one.reference,
            )
            for one in row.acts.order_by("at", "id")
        ],
        by_hand=[
            HandPayoutTold(
                id=one.id,
                refund_id=one.refund_id,
                means=one.means,
                amount=told(one.amount, unit),
                started_at=one.started_at,
            )
            for one in by_hand.order_by("started_at", "id")
        ],
        letters=list(row.letters.order_by("made_at").values_list("kind", flat=True)),
    )


@router.post(
    "/tickets/registered-refund-applications",
    auth=_DESK,
    response=answers(ApplicationTold, 404, 409, body=True),
)
def register_refund_application(request: HttpRequest, given: RegistrationGiven) -> ApplicationTold:
    """Register a request that came on paper, by mail or by phone, and decide it."""
    actor = clerk(request, _SCOPE)
    shown(request, given.order_id, actor)
    filing = Filing(
        id=given.id,
        order_id=given.order_id,
        tickets=tuple(given.tickets),
        reason=given.reason,
        words=given.words.strip(),
        accepted=given.accepted,
        bank_details=given.bank_details.strip(),
    )
    taken = PaperIntake(
        channel=Intake(given.channel),
        sent_on=given.sent_on,
        email=given.email,
        phone=given.phone,
        verified=given.verified,
        passport_seen=given.passport_seen,
    )
    doing = Doing(id=given.act_id, actor=actor, now=clock.now())
    return application_told(office.register(filing, taken, doing))


@router.post(
    f"{_REQUEST}/extension", auth=_DESK, response=answers(ApplicationTold, 404, 409, body=True)
)
def extend_refund_review(
    request: HttpRequest, application_id: UUID, given: ExtensionGiven
) -> ApplicationTold:
    """Make the review of a request longer, once; the buyer is told why and until when."""
    doing = _doing(request, application_id, given.act_id)
    return application_told(office.extend(application_id, given.words, doing))


@router.post(
    f"{_REQUEST}/referral", auth=_DESK, response=answers(ApplicationTold, 404, 409, body=True)
)
def refer_refund_application(
    request: HttpRequest, application_id: UUID, given: ReferralGiven
) -> ApplicationTold:
    """Note the number that an authority or court gave to a case about a request."""
    doing = _doing(request, application_id, given.act_id)
    made = office.refer(application_id, given.reference, given.words.strip(), doing)
    return application_told(made)


@router.post(
    f"{_REQUEST}/originals", auth=_DESK, response=answers(ApplicationTold, 404, 409, body=True)
)
def take_in_originals(
    request: HttpRequest, application_id: UUID, given: OfficeActGiven
) -> ApplicationTold:
    """Note that the originals of paper tickets were handed in; the money that waited is sent."""
    doing = _doing(request, application_id, given.act_id)
    return application_told(office.surrender(application_id, doing))


@router.post(
    "/tickets/payouts/{uuid:payout_id}/end",
    auth=_DESK,
    response=answers(RefundTold, 404, 409, body=True),
)
def end_hand_payout(request: HttpRequest, payout_id: UUID, given: PayoutEndGiven) -> RefundTold:
    """Note that money which goes by hand was handed over, or came back and is owed again."""
    actor = clerk(request, _SCOPE)
    row = Payout.objects.select_related("refund").filter(id=payout_id, payment=None).first()
    if row is None:
        raise UnknownPayout(payout=str(payout_id))
    shown(request, row.refund.order_id, actor)
    doing = Doing(id=given.act_id, actor=actor, now=clock.now())
    office.by_hand(payout_id, doing, arrived=given.arrived)
    return refund_told(claims.refund(row.refund_id)[0])


@router.get(
    f"{_REQUEST}/papers/{{kind}}",
    auth=_DESK,
    response=answers(None, 404, 422),
    openapi_extra={
        "responses": {
            200: {
                "content": {
                    media: {"schema": {"type": "string", "format": "binary"}}
                    for media in ("application/zip", "application/pdf")
                }
            }
        }
    },
)
def get_refund_paper(
    request: HttpRequest,
    application_id: UUID,
    kind: Literal["file", "receipt", "organiser", "demand", "costs", "complaint"],
    language: LanguageTag = "en",
) -> HttpResponse:
    """Read the file of a request for an authority, its receipt, or a letter that was written."""
    _doing(request, application_id, application_id)
    rows = Application.objects.select_related(
        "order__performance__hall__venue", "order__performance__organiser", "order__operator"
    )
    row = rows.filter(id=application_id).first()
    if row is None:
        raise UnknownApplication(application=str(application_id))
    made = handing.paper(row, kind, language=language, now=clock.now())
    answer = HttpResponse(made.content, content_type=made.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _doing(request: HttpRequest, application_id: UUID, act_id: UUID) -> Doing:
    """Return who acts; that the request was opened is noted."""
    actor = clerk(request, _SCOPE)
    found: ApplicationBrief = claims.application(application_id)
    shown(request, found.order_id, actor)
    return Doing(id=act_id, actor=actor, now=clock.now())
