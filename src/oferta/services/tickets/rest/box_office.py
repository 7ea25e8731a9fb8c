"""What staff and the operator's systems do about refunds: documents, answers, cancellations."""

from __future__ import annotations

import base64
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.kernel.rest.access import Needs
from oferta.kernel.rest.schemas import answers
from oferta.services.tickets.refunding import cancelling, claims, office
from oferta.services.tickets.refunding.office import Check, Doing
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
from oferta.services.tickets.rest.staff import clerk, shown

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
    _doing(request, application_id)
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
    doing = _doing(request, claims.application_of(document_id), given.act_id)
    found = Check(
        document_id=document_id,
        authenticity=given.authenticity,
        illness_from=given.illness_from,
        illness_through=given.illness_through,
        names_match=given.names_match,
        words=given.words.strip(),
    )
    return application_told(office.check(found, doing))


@router.post(
    "/tickets/refund-applications/{uuid:application_id}/organiser-answer",
    auth=_DESK,
    response=answers(ApplicationTold, 404, 409, body=True),
)
def note_organiser_answer(
    request: HttpRequest, application_id: UUID, given: RefundAnswerGiven
) -> ApplicationTold:
    """Note what the organiser says of a request; the terms decide anew at once."""
    doing = _doing(request, application_id, given.act_id)
    words = given.words.strip()
    return application_told(office.organiser_answers(application_id, given.answer, words, doing))


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


def _doing(request: HttpRequest, application_id: UUID, act_id: UUID | None = None) -> Doing:
    """Return who works on a request: a member of staff, and not the buyer themselves."""
    actor = clerk(request, _DESK.scope)
    shown(request, claims.application(application_id).order_id, actor)
    return Doing(id=act_id or uuid7(), actor=actor, now=clock.now())
