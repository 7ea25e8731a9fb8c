"""A request as the terms read it, and as others see it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from oferta.kernel.money import Money
from oferta.services.tickets.models import Application, Document, Refund
from oferta.services.tickets.refunding.errors import (
    UnknownApplication,
    UnknownDocument,
    UnknownRefund,
)
from oferta.services.tickets.refunding.facts import Claim
from oferta.services.tickets.refunding.types import ApplicationBrief, RefundBrief
from oferta.services.tickets.types import ApplicationState, RefundState


def application(application_id: UUID) -> ApplicationBrief:
    """Return a request.

    Raises:
        UnknownApplication: there is none.
    """
    row = Application.objects.filter(id=application_id).first()
    if row is None:
        raise UnknownApplication(application=str(application_id))
    return brief(row)


def applications_of(order_id: UUID) -> list[ApplicationBrief]:
    """Return the requests about an order, the latest first."""
    rows = Application.objects.filter(order_id=order_id)
    return [brief(row) for row in rows.order_by("-number")]


def refund(refund_id: UUID) -> tuple[RefundBrief, UUID]:
    """Return a refund, and the order that it belongs to.

    Raises:
        UnknownRefund: there is none.
    """
    row = Refund.objects.filter(id=refund_id).first()
    if row is None:
        raise UnknownRefund(refund=str(refund_id))
    return refund_brief(row), row.order_id


def documents_of(application_id: UUID) -> list[Document]:
    """Return the documents of a request, the latest first."""
    rows = Document.objects.filter(application_id=application_id)
    return list(rows.order_by("-received_at", "-id"))


def application_of(document_id: UUID) -> UUID:
    """Return the request that a document belongs to.

    Raises:
        UnknownDocument: there is none.
    """
    row = Document.objects.filter(id=document_id).only("application_id").first()
    if row is None:
        raise UnknownDocument(document=str(document_id))
    return row.application_id


def claim_of(row: Application, *, now: datetime) -> Claim:
    """Return a request with all that has come by now; days still run from when it was filed."""
    paper = _paper(row)
    return Claim(
        reason=row.reason,
        requested_at=row.filed_at,
        decided_at=now,
        document=paper.kind if paper else "none",
        document_received_at=paper.received_at if paper else None,
        document_check=paper.authenticity if paper else "not_checked",
        illness_from=paper.illness_from if paper else None,
        illness_through=paper.illness_through if paper else None,
        names_match=row.names_match,
        names_explained=bool(row.explanation),
        organiser_answer=row.organiser_answer,
        review_extended=row.extended,
        bank_details_given=bool(row.bank_details),
    )


def brief(row: Application) -> ApplicationBrief:
    """Return a request's row as others see it."""
    tickets = list(row.tickets.order_by("id"))
    refunds = Refund.objects.filter(application=row).order_by("id")
    return ApplicationBrief(
        id=row.id,
        number=row.number,
        order_id=row.order_id,
        reason=row.reason,
        state=ApplicationState(row.state),
        filed_at=row.filed_at,
        answer_by=row.answer_by,
        owner=row.owner,
        tickets=tuple(one.ticket_id for one in tickets),
        decisions=tuple(one.decision_id for one in tickets),
        refunds=tuple(refund_brief(one) for one in refunds),
    )


def refund_brief(row: Refund) -> RefundBrief:
    """Return a refund's row as others see it."""
    return RefundBrief(
        id=row.id,
        ticket_id=row.ticket_id,
        amount=Money(row.amount, row.currency),
        state=RefundState(row.state),
        due_on=row.due_on,
        owner=row.owner,
        means=row.means,
        decision_id=row.decision_id,
    )


def _paper(row: Application) -> Document | None:
    """Return the document that counts: one found genuine before others, else the latest."""
    papers = list(row.documents.order_by("-received_at", "-id"))
    genuine = [one for one in papers if one.authenticity == "genuine"]
    return next(iter(genuine or papers), None)
