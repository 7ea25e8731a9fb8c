"""A ticket to take along: as a PDF, as a pass for a telephone's wallet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.schemas import LanguageTag, answers
from oferta.services.tickets import papers, queries
from oferta.services.tickets.errors import UnknownTicket

router = Router()
_READ = Needs("tickets:read", own=True)
_PDF, _PASS = "application/pdf", "application/vnd.apple.pkpass"


def _file(media_type: str) -> dict[str, Any]:
    """Describe an answer that is a file."""
    return {"responses": {200: {"content": {media_type: {"schema": _BINARY}}}}}


_BINARY = {"type": "string", "format": "binary"}


@router.get(
    "/tickets/{uuid:ticket_id}/paper",
    auth=_READ,
    response=answers(None, 404, 409),
    openapi_extra=_file(_PDF),
)
def get_ticket_paper(
    request: HttpRequest, ticket_id: UUID, language: LanguageTag = "en"
) -> HttpResponse:
    """Read a ticket as a PDF of one page; its holder's alone, and only while it is valid."""
    _ensure_held(request, ticket_id)
    return _answer(papers.pdf(ticket_id, language=language), _PDF, f"ticket-{ticket_id}.pdf")


@router.get(
    "/tickets/{uuid:ticket_id}/apple-pass",
    auth=_READ,
    response=answers(None, 404, 409),
    openapi_extra=_file(_PASS),
)
def get_ticket_pass(
    request: HttpRequest, ticket_id: UUID, language: LanguageTag = "en"
) -> HttpResponse:
    """Read a ticket as an Apple Wallet pass, if the operator has a certificate of Apple's."""
    _ensure_held(request, ticket_id)
    made = papers.wallet_pass(ticket_id, language=language)
    return _answer(made, _PASS, f"ticket-{ticket_id}.pkpass")


def _ensure_held(request: HttpRequest, ticket_id: UUID) -> None:
    """Let the holder through: whoever gave a ticket away must not get its new code."""
    hidden = UnknownTicket(ticket=str(ticket_id))
    caller_of(request).ensure_sees(queries.ticket(ticket_id).holder_id, hidden)


def _answer(made: bytes, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(made, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
