"""What comes after a request was filed: documents, their check, explanations, the organiser's word.

Each of them asks the terms again at once. A document may come before it is due or long after; the
terms say until when it is taken (TR-48, TR-49).
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.services.tickets.models import Application, Document
from oferta.services.tickets.refunding import applying, claims
from oferta.services.tickets.refunding.errors import BadDocument
from oferta.services.tickets.refunding.types import ApplicationBrief, Paper

#: Bytes of one document.
SIZE_MAX = 10_000_000
#: Documents of one request: all of them are looked at by a person, and go into one file.
NUMBER_MAX = 20
#: What a person at the desk can look at, by how it starts.
KINDS_TAKEN = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}
GENUINE, FALSE = "genuine", "false_information"


def attach(application_id: UUID, paper: Paper, *, now: datetime) -> ApplicationBrief:
    """Add a document to a request and decide anew; the same document again changes nothing.

    Args:
        application_id: an open request.
        paper: PDF, PNG or JPEG, 10 MB at most; the twentieth is the last.
        now: zoned; when it was received.

    Raises:
        UnknownApplication, ApplicationClosed: the request cannot take it.
        BadDocument: another format, too large, one too many, not of a kind that the terms know, or
            its id stands for another request's.
    """
    _check(paper)
    with transaction.atomic():
        row = applying.locked(application_id)
        known = Document.objects.filter(id=paper.id).first()
        if known is not None and known.application_id != row.id:
            raise BadDocument(field="id", given=str(paper.id), expected="one not used before")
        if known is None:
            _check_number(row)
            _check_kind(row, paper)
            Document.objects.create(
                id=paper.id,
                application=row,
                kind=paper.kind,
                name=paper.name,
                media_type=paper.media_type,
                content=paper.content,
                received_at=zoned(now),
                illness_from=paper.illness_from,
                illness_through=paper.illness_through,
            )
            applying.decide_again(row, now=now)
        return claims.brief(row)


def check(  # noqa: PLR0913 - what a member of staff reads off a document
    document_id: UUID,
    authenticity: str,
    *,
    by: UUID,
    now: datetime,
    illness_from: date | None = None,
    illness_through: date | None = None,
    names_match: bool = True,
) -> ApplicationBrief:
    """Note what staff found of a document, and decide anew (TR-42).

    Args:
        document_id: of an open request.
        authenticity: "genuine" or "false_information" (TR-56).
        by: the member of staff.
        now: zoned.
        illness_from: as it stands in the document; None leaves what the buyer said.
        illness_through: likewise.
        names_match: the visitor's name in it is the one of the order (TR-45).

    Raises:
        UnknownApplication, ApplicationClosed, BadDocument: it cannot be noted.
    """
    if authenticity not in (GENUINE, FALSE):
        raise BadDocument(
            field="authenticity", given=authenticity, expected=f"{GENUINE} or {FALSE}"
        )
    with transaction.atomic():
        paper = Document.objects.filter(id=document_id).first()
        if paper is None:
            raise BadDocument(field="document", given=str(document_id), expected="one on file")
        row = applying.locked(paper.application_id)
        paper.authenticity, paper.checked_by = authenticity, by
        paper.illness_from = illness_from or paper.illness_from
        paper.illness_through = illness_through or paper.illness_through
        if paper.illness_from and paper.illness_through:
            _check_days(paper.illness_from, paper.illness_through)
        paper.save()
        row.names_match = names_match
        applying.decide_again(row, now=now)
        return claims.brief(row)


def explain(application_id: UUID, words: str, *, now: datetime) -> ApplicationBrief:
    """Say why the names differ, and decide anew (TR-46).

    Raises:
        UnknownApplication, ApplicationClosed: the request cannot take it.
        BadDocument: nothing was said.
    """
    if not words.strip():
        raise BadDocument(field="explanation", given="", expected="a sentence")
    with transaction.atomic():
        row = applying.locked(application_id)
        row.explanation = words.strip()
        applying.decide_again(row, now=now)
        return claims.brief(row)


def organiser_answers(application_id: UUID, answer: str, *, now: datetime) -> ApplicationBrief:
    """Note what the organiser says, and decide anew; the buyer is told whatever it is (TR-58).

    Args:
        application_id: an open request.
        answer: a value of the terms' fact `organiser_answer`.
        now: zoned.

    Raises:
        UnknownApplication, ApplicationClosed: the request cannot take it.
        BadDocument: no such answer.
    """
    with transaction.atomic():
        row = applying.locked(application_id)
        known = _values(row, "organiser_answer")
        if answer not in known:
            raise BadDocument(field="answer", given=answer, expected=", ".join(known))
        row.organiser_answer = answer
        applying.decide_again(row, now=now)
        return claims.brief(row)


def _check(paper: Paper) -> None:
    start = KINDS_TAKEN.get(paper.media_type)
    if start is None or not paper.content.startswith(start):
        raise BadDocument(
            field="media_type", given=paper.media_type, expected=", ".join(KINDS_TAKEN)
        )
    if len(paper.content) > SIZE_MAX:
        raise BadDocument(
            field="size", given=str(len(paper.content)), expected=f"{SIZE_MAX} bytes at most"
        )
    if paper.illness_from and paper.illness_through:
        _check_days(paper.illness_from, paper.illness_through)


def _check_days(first: date, last: date) -> None:
    if first > last:
        raise BadDocument(
            field="illness_through", given=last.isoformat(), expected=f"{first} or later"
        )


def _check_number(row: Application) -> None:
    number = row.documents.count()
    if number >= NUMBER_MAX:
        raise BadDocument(field="size", given=str(number + 1), expected=f"{NUMBER_MAX} documents")


def _check_kind(row: Application, paper: Paper) -> None:
    known = [one for one in _values(row, "document") if one != "none"]
    if paper.kind not in known:
        raise BadDocument(field="kind", given=paper.kind, expected=", ".join(known))


def _values(row: Application, fact: str) -> tuple[str, ...]:
    return shelf.terms().pack(row.order.refund_pack).facts[fact].type.values
