"""A ticket to take along: its code, a PDF, a pass for a telephone's wallet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.schemas import LanguageTag, Told, answers
from oferta.services.tickets import papers, queries, showing
from oferta.services.tickets.codes import base45, signed
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


class TicketCodeTold(Told):
    """What a holder's telephone shows, and makes the codes of other moments of."""

    text: str = Field(description="What the QR code holds now.")
    signed: str = Field(description="In hexadecimal: the bytes that stay the same.")
    secret: str = Field(
        description="In hexadecimal: HMAC-SHA-256 of the step (8 bytes, big-endian, moments since "
        "1970 by `step_seconds`) begins with the 4 bytes that change. Empty: none do."
    )
    step_seconds: int


@router.get(
    "/tickets/{uuid:ticket_id}/code", auth=_READ, response=answers(TicketCodeTold, 404, 409)
)
def get_ticket_code(request: HttpRequest, ticket_id: UUID) -> TicketCodeTold:
    """Read the code for its holder's telephone, also for when there is no connection."""
    _ensure_held(request, ticket_id)
    ticket = papers.valid(ticket_id)
    kit = showing.kit(ticket)
    text = showing.text_now(ticket, now=clock.now())
    return TicketCodeTold(
        text=text,
        signed=kit.raw if kit else base45.decode(text).hex(),
        secret=kit.secret if kit else "",
        step_seconds=int(signed.STEP.total_seconds()),
    )


def _ensure_held(request: HttpRequest, ticket_id: UUID) -> None:
    """Let the holder through: whoever gave a ticket away must not get its new code."""
    hidden = UnknownTicket(ticket=str(ticket_id))
    caller_of(request).ensure_sees(queries.ticket(ticket_id).holder_id, hidden)


def _answer(made: bytes, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(made, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
