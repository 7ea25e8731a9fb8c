"""What staff and the operator's systems do about refunds: documents, answers, cancellations."""

from __future__ import annotations

import base64
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from oferta.core.parties import queries as parties
from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.errors import ScopeMissing
from oferta.kernel.rest.schemas import answers
from oferta.services.tickets import queries
from oferta.services.tickets.refunding import cancelling, claims, coming
from oferta.services.tickets.rest.refund_schemas import (
    ApplicationTold,
    CancellationGiven,
    CancellationTold,
    RefundAnswerGiven,
    RefundCheckGiven,
    RefundDocumentsTold,
    RefundDocumentTold,
)
from oferta.services.tickets.rest.refunds import application_told

router = Router()
#: Of a token that acts for a member of staff who works cases; and of the operator's own systems.
_DESK, _OPERATOR = Needs("cases:resolve"), Needs("tickets:write")


@router.get(
    "/tickets/refund-applications/{uuid:application_id}/evidence",
    auth=_DESK,
    response=answers(RefundDocumentsTold, 404),
)
def list_refund_documents(request: HttpRequest, application_id: UUID) -> RefundDocumentsTold:
    """Read what was sent to prove a reason; whose it is is noted."""
    _clerk(request, application_id)
    return RefundDocumentsTold(
        documents=[
            RefundDocumentTold(
                id=one.id,
                kind=one.kind,
                name=one.name,
                media_type=one.media_type,
                content=base64.b64encode(one.content).decode(),
                received_at=one.received_at,
                authenticity=one.authenticity,
                illness_from=one.illness_from,
                illness_through=one.illness_through,
            )
            for one in claims.documents_of(application_id)
        ]
    )


@router.post(
    "/tickets/refund-documents/{uuid:document_id}/check",
    auth=_DESK,
    response=answers(ApplicationTold, 404, 409, body=True),
)
def check_refund_document(
    request: HttpRequest, document_id: UUID, given: RefundCheckGiven
) -> ApplicationTold:
    """Note what was found of a document; the terms decide anew at once."""
    clerk = _clerk(request, claims.application_of(document_id))
    made = coming.check(
        document_id,
        given.authenticity,
        by=clerk,
        now=clock.now(),
        illness_from=given.illness_from,
        illness_through=given.illness_through,
        names_match=given.names_match,
    )
    return application_told(made)


@router.post(
    "/tickets/refund-applications/{uuid:application_id}/organiser-answer",
    auth=_DESK,
    response=answers(ApplicationTold, 404, 409, body=True),
)
def note_organiser_answer(
    request: HttpRequest, application_id: UUID, given: RefundAnswerGiven
) -> ApplicationTold:
    """Note what the organiser says of a request; the terms decide anew at once."""
    _clerk(request, application_id)
    made = coming.organiser_answers(application_id, given.answer, now=clock.now())
    return application_told(made)


@router.post(
    "/tickets/performances/{uuid:performance_id}/cancellation",
    auth=_OPERATOR,
    response=answers(CancellationTold, 404, 409, body=True),
)
def cancel_performance(
    request: HttpRequest, performance_id: UUID, given: CancellationGiven
) -> CancellationTold:
    """Cancel a performance: every ticket is returned and everybody told; nobody has to apply.

    For the operator's own systems. Called again, it goes on where it was cut off.
    """
    del request
    returned = cancelling.cancel(performance_id, source=given.source, now=clock.now())
    return CancellationTold(performance_id=performance_id, returned=returned)


def _clerk(request: HttpRequest, application_id: UUID) -> UUID:
    """Return who works on a request: a member of staff, and not the buyer themselves."""
    caller = caller_of(request)
    if caller.staff_id is None:
        raise ScopeMissing(scope=_DESK.scope)
    order_id = claims.application(application_id).order_id
    party_id = queries.order_row(order_id).party_id
    parties.ensure_not_own(parties.actor(caller.staff_id), party_id)
    caller.ensure_sees(party_id)
    return caller.staff_id
