"""A buyer's refund: the quote, the request, what comes after it, where the money goes."""

from __future__ import annotations

import base64
from binascii import Error as BadBase64
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.errors import BadFields
from oferta.kernel.rest.schemas import answers
from oferta.services.tickets import queries
from oferta.services.tickets.errors import UnknownOrder
from oferta.services.tickets.refunding import applying, claims, coming, paying_out, previewing
from oferta.services.tickets.refunding.errors import UnknownApplication, UnknownRefund
from oferta.services.tickets.refunding.previewing import Asked
from oferta.services.tickets.refunding.quoting import Quote
from oferta.services.tickets.refunding.types import ApplicationBrief, Filing, Paper, RefundBrief
from oferta.services.tickets.rest.refund_schemas import (
    AlternativeTold,
    ApplicationGiven,
    ApplicationsTold,
    ApplicationTicketTold,
    ApplicationTold,
    BankDetailsGiven,
    CalendarDayTold,
    ExplanationGiven,
    LadderStepTold,
    QuoteGiven,
    QuoteTold,
    RefundDocumentGiven,
    RefundTold,
    TicketQuoteTold,
)
from oferta.services.tickets.rest.schemas import as_told, told

router = Router()
_READ, _WRITE = Needs("tickets:read", own=True), Needs("tickets:write", own=True)


@router.post(
    "/tickets/orders/{uuid:order_id}/refund-quote",
    auth=_READ,
    response=answers(QuoteTold, 404, 409, body=True),
)
def quoterefund_told(request: HttpRequest, order_id: UUID, given: QuoteGiven) -> QuoteTold:
    """Say what a request would give now, by which clauses, and what would change it.

    Nothing is stored. The days that count are drawn one by one; the ladder says from which day on
    the same request gives something else, the alternatives what else could be claimed.
    """
    _ensure_own(request, order_id, UnknownOrder(order=str(order_id)))
    asked = Asked(
        order_id=order_id,
        tickets=tuple(given.tickets),
        reason=given.reason,
        document=given.document,
        illness_from=given.illness_from,
        illness_through=given.illness_through,
        account_closed=given.account_closed,
    )
    found = previewing.preview(asked, language=given.language, now=clock.now())
    return _quote(order_id, found)


@router.get(
    "/tickets/orders/{uuid:order_id}/refund-applications",
    auth=_READ,
    response=answers(ApplicationsTold, 404),
)
def list_refund_applications(request: HttpRequest, order_id: UUID) -> ApplicationsTold:
    """Read the requests about an order, the latest first."""
    _ensure_own(request, order_id, UnknownOrder(order=str(order_id)))
    found = claims.applications_of(order_id)
    return ApplicationsTold(applications=[application_told(one) for one in found])


@router.post(
    "/tickets/refund-applications",
    auth=_WRITE,
    response=answers(ApplicationTold, 404, 409, body=True),
)
def apply_forrefund_told(request: HttpRequest, given: ApplicationGiven) -> ApplicationTold:
    """File a request; the terms decide it at once, or say what it waits for.

    Idempotent by the request's id.
    """
    _ensure_own(request, given.order_id, UnknownOrder(order=str(given.order_id)))
    filing = Filing(
        id=given.id,
        order_id=given.order_id,
        tickets=tuple(given.tickets),
        reason=given.reason,
        words=given.words,
        accepted=given.accepted,
        explanation=given.explanation,
        names_match=given.names_match,
        bank_details=given.bank_details,
    )
    return application_told(applying.apply(filing, now=clock.now()))


@router.get(
    "/tickets/refund-applications/{uuid:application_id}",
    auth=_READ,
    response=answers(ApplicationTold, 404),
)
def get_refund_application(request: HttpRequest, application_id: UUID) -> ApplicationTold:
    """Read how far a request is, and the refunds that came of it with their days."""
    return application_told(_own(request, application_id))


@router.post(
    "/tickets/refund-applications/{uuid:application_id}/withdraw",
    auth=_WRITE,
    response=answers(ApplicationTold, 404, 409),
)
def withdraw_refund_application(request: HttpRequest, application_id: UUID) -> ApplicationTold:
    """Take an open request back; its tickets stay good."""
    _own(request, application_id)
    return application_told(applying.withdraw(application_id, now=clock.now()))


@router.post(
    "/tickets/refund-applications/{uuid:application_id}/documents",
    auth=_WRITE,
    response=answers(ApplicationTold, 404, 409, body=True),
)
def add_refund_document(
    request: HttpRequest, application_id: UUID, given: RefundDocumentGiven
) -> ApplicationTold:
    """Add a document to an open request: a PDF, PNG or JPEG. Idempotent by the document's id."""
    _own(request, application_id)
    try:
        content = base64.b64decode(given.content, validate=True)
    except (BadBase64, ValueError):
        raise BadFields(wrong=[{"at": "body.content", "what": "Must be base64"}]) from None
    paper = Paper(
        id=given.id,
        kind=given.kind,
        name=given.name,
        media_type=given.media_type,
        content=content,
        illness_from=given.illness_from,
        illness_through=given.illness_through,
    )
    return application_told(coming.attach(application_id, paper, now=clock.now()))


@router.post(
    "/tickets/refund-applications/{uuid:application_id}/explanation",
    auth=_WRITE,
    response=answers(ApplicationTold, 404, 409, body=True),
)
def explain_refund_names(
    request: HttpRequest, application_id: UUID, given: ExplanationGiven
) -> ApplicationTold:
    """Say why the names in the order and in the document differ."""
    _own(request, application_id)
    return application_told(coming.explain(application_id, given.words, now=clock.now()))


@router.post(
    "/tickets/refunds/{uuid:refund_id}/bank-details",
    auth=_WRITE,
    response=answers(RefundTold, 404, 409, body=True),
)
def choose_bank_details(
    request: HttpRequest, refund_id: UUID, given: BankDetailsGiven
) -> RefundTold:
    """Say where money shall go that waits for it; it is sent at once."""
    _, order_id = claims.refund(refund_id)
    _ensure_own(request, order_id, UnknownRefund(refund=str(refund_id)))
    paying_out.choose(refund_id, given.bank_details, now=clock.now())
    return refund_told(claims.refund(refund_id)[0])


def application_told(one: ApplicationBrief) -> ApplicationTold:
    """Return a request as the API tells it."""
    return ApplicationTold(
        id=one.id,
        number=one.number,
        order_id=one.order_id,
        reason=one.reason,
        state=one.state,
        filed_at=one.filed_at,
        answer_by=one.answer_by,
        owner=one.owner,
        tickets=[
            ApplicationTicketTold(ticket_id=ticket, decision_id=decision)
            for ticket, decision in zip(one.tickets, one.decisions, strict=True)
        ],
        refunds=[refund_told(refund) for refund in one.refunds],
    )


def _ensure_own(request: HttpRequest, order_id: UUID, error: OfertaError) -> None:
    party_id = queries.order_row(order_id).party_id
    caller_of(request).ensure_sees(party_id, error)


def _own(request: HttpRequest, application_id: UUID) -> ApplicationBrief:
    found = claims.application(application_id)
    hidden = UnknownApplication(application=str(application_id))
    _ensure_own(request, found.order_id, hidden)
    return found


def refund_told(one: RefundBrief) -> RefundTold:
    """Return a refund as the API tells it."""
    return RefundTold(
        id=one.id,
        ticket_id=one.ticket_id,
        amount=as_told(one.amount),
        state=one.state,
        due_on=one.due_on,
        owner=one.owner,
        means=one.means,
        decision_id=one.decision_id,
    )


def _quote(order_id: UUID, found: Quote) -> QuoteTold:
    unit = found.unit
    return QuoteTold(
        order_id=order_id,
        reason=found.claim.reason,
        total=told(found.total, unit),
        tickets=_tickets(found),
        explanations=list(found.explanations),
        calendar=[
            CalendarDayTold(day=one.day, standing=one.standing, counts=one.counts)
            for one in found.calendar
        ],
        ladder=[
            LadderStepTold(
                first_day=one.first_day, decision=one.decision, total=told(one.total, unit)
            )
            for one in found.ladder
        ],
        alternatives=[
            AlternativeTold(
                way=one.way,
                reason=one.claim.reason,
                document=one.claim.document,
                decision=one.decision,
                total=told(one.total, unit),
            )
            for one in found.alternatives
        ],
        answer_by=found.answer_by,
        pays_by=found.pays_by,
        way=found.way,
    )


def _tickets(found: Quote) -> list[TicketQuoteTold]:
    return [
        TicketQuoteTold(
            ticket_id=one.sold.ticket_id,
            place=one.sold.place,
            decision=one.decision,
            base=one.base,
            percent=one.percent,
            ticket_money=told(one.ticket_money, found.unit),
            service_fee=told(one.service_fee, found.unit),
            delivery=told(one.delivery, found.unit),
            total=told(one.total, found.unit),
            kept_fee=told(one.kept_fee, found.unit),
            edition=one.decided.edition,
            decided_by=list(one.decided.decided_by),
        )
        for one in found.tickets
    ]
