"""A buyer's tickets: the list, and each with its code, as a page, a PDF or a pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.core.parties.web.doors import SESSION
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.services.tickets import gates, papers, phone_codes, showing, waiting
from oferta.services.tickets.codes import qr
from oferta.services.tickets.codes.errors import NoPasses
from oferta.services.tickets.errors import NotYourTicket
from oferta.services.tickets.models import Order, Performance, Ticket
from oferta.services.tickets.types import OrderStatus, Stage, TicketStatus
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.parts import Chip
from oferta.services.tickets.web.shop.door import At, for_ticket

_WORKER = Path(__file__).parents[2] / "static" / "tickets" / "ticket-worker.js"
#: Tickets on the list; older ones stand in the statement and in the export of one's data.
SHOWN = 100
_RETURNED = Chip("tickets.ticket.returned", "warn")
_GIVEN_AWAY = Chip("tickets.ticket.given_away", "info")
_VALID = Chip("tickets.ticket.valid", "good")
_PAST = Chip("tickets.ticket.past")
_NOT_HELD = (Stage.CANCELLED, Stage.REPLACED)


@dataclass(slots=True)
class Outing:
    """A performance that a customer has tickets for."""

    performance: Performance
    titled: parts.Titled
    chip: Chip
    tickets: list[dict[str, Any]]


@require_safe
@for_customer
def listed(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """List a customer's tickets, what they have reserved, and the way to their refunds."""
    now = clock.now()
    language = language_of(request.LANGUAGE_CODE)
    outings = _outings(customer, language, now)
    ahead = [one for one in outings if not _is_over(one.performance, now)]
    reserved = Order.objects.filter(
        party_id=customer.id, status=OrderStatus.RESERVED, hold_until__gt=now
    ).select_related("performance__hall__venue")
    context = {
        "token": token,
        "ahead": sorted(ahead, key=lambda one: one.performance.starts_at),
        "past": [one for one in outings if _is_over(one.performance, now)],
        "reserved": [
            (one, parts.title(one.performance.titles, language))
            for one in reserved.order_by("hold_until")
        ],
        "waits": _waits(customer, language),
        "refunds": parts.address("tickets:refunds", token),
        # Money is no page of a link's.
        "purse": parts.address("tickets:purse", token) if token == SESSION else "",
    }
    return render(request, "tickets/shop/mine.html", context)


@require_safe
@for_ticket
def ticket(request: HttpRequest, *, at: At, ticket: Ticket, holds: bool) -> HttpResponse:
    """Show a ticket with its code, which opens the door once."""
    now = clock.now()
    order, performance = ticket.order, ticket.performance
    venue = performance.hall.venue
    context = {
        "token": at.token,
        "frame": at.frame,
        "order": order,
        "ticket": ticket,
        "performance": performance,
        "zone": venue.time_zone,
        "titled": parts.title(performance.titles, language_of(request.LANGUAGE_CODE)),
        "where": parts.where(venue),
        "place": parts.seat_place(ticket.place.seat, ticket.place.category.name),
        "chip": _ticket_chip(ticket, now, holds=holds),
        "code": _drawn(ticket, now) if holds else "",
        "kit": showing.kit(ticket) if holds else None,
        "print_is_nothing": phone_codes.print_is_nothing(ticket),
        "until": int((performance.starts_at + gates.AFTER).timestamp() * 1_000),
        "opens_at": performance.starts_at - gates.DOORS,
        "paid": parts.money(ticket.line.price + ticket.line.service_fee, order.currency),
        "holds": holds,
        "apple": papers.has_passes() and not phone_codes.print_is_nothing(ticket),
        "history": parts.address("tickets:history", performance.id),
        **_ways_on(at, ticket, holds=holds),
    }
    return render(request, "tickets/shop/ticket.html", context)


@require_safe
@for_ticket
def code(request: HttpRequest, *, at: At, ticket: Ticket, holds: bool) -> HttpResponse:
    """Return the code as it is now, with our clock: a telephone's changes each half minute."""
    del request, at
    now = clock.now()
    drawn = _drawn(ticket, now) if holds else ""
    if not drawn:
        raise Http404(NotYourTicket.code)
    answer = HttpResponse(drawn)
    kit = showing.kit(ticket)
    answer.headers["Oferta-Now"] = str(int(now.timestamp() * 1_000))
    answer.headers["Oferta-Code"] = kit.version if kit else ""
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """Return the script that keeps a ticket's page where there is no connection.

    Each page takes it for itself alone; no path holds all pages of tickets and nothing else.
    """
    response = HttpResponse(_WORKER.read_bytes(), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"
    return response


@require_safe
@for_ticket
def paper(request: HttpRequest, *, at: At, ticket: Ticket, holds: bool) -> HttpResponse:
    """Return a ticket as a PDF of one page."""
    del at
    language = language_of(request.LANGUAGE_CODE)
    if not holds or ticket.status != TicketStatus.VALID:
        raise Http404(NotYourTicket.code)
    made = papers.pdf(ticket.id, language=language)
    return _file(made, "application/pdf", f"ticket-{ticket.serial}.pdf")


@require_safe
@for_ticket
def wallet_pass(request: HttpRequest, *, at: At, ticket: Ticket, holds: bool) -> HttpResponse:
    """Return a ticket as an Apple Wallet pass, if a certificate of Apple's is set."""
    del at
    if not holds or ticket.status != TicketStatus.VALID:
        raise Http404(NotYourTicket.code)
    try:
        made = papers.wallet_pass(ticket.id, language=language_of(request.LANGUAGE_CODE))
    except NoPasses as error:
        raise Http404(error.code) from None
    return _file(made, "application/vnd.apple.pkpass", f"ticket-{ticket.serial}.pkpass")


def _ways_on(at: At, ticket: Ticket, *, holds: bool) -> dict[str, str]:
    """Return the addresses of what can be done; a guest's link does not reach so far."""
    if at.customer is None or ticket.status != TicketStatus.VALID:
        return {}
    payer = ticket.order.party_id == at.customer.id
    return {
        "hold": parts.address("tickets:hold", at.token, ticket.id) if holds else "",
        "refund": parts.address("tickets:refund", at.token, ticket.order_id) if payer else "",
    }


def _waits(customer: Customer, language: Language) -> list[tuple[Performance, parts.Titled]]:
    """Return the performances that a customer waits for a place of."""
    ids = [one.performance_id for one in waiting.waits_of(customer.id)]
    rows = Performance.objects.filter(id__in=ids).order_by("starts_at") if ids else ()
    return [(one, parts.title(one.titles, language)) for one in rows]


def _outings(customer: Customer, language: Language, now: datetime) -> list[Outing]:
    """Return the tickets that a customer holds or bought, by performance, the latest first."""
    rows = Ticket.objects.filter(Q(holder_id=customer.id) | Q(order__party_id=customer.id))
    rows = rows.select_related(
        "order", "performance__hall__venue", "place__seat", "place__category"
    ).order_by("-performance__starts_at", "performance_id", "serial")
    found: dict[UUID, Outing] = {}
    for row in rows[:SHOWN]:
        if row.performance_id not in found:
            shown = row.performance
            found[row.performance_id] = Outing(
                shown, parts.title(shown.titles, language), parts.stage(shown, now=now), []
            )
        holds = row.holder_id == customer.id
        chip = _ticket_chip(row, now, holds=holds)
        place = parts.seat_place(row.place.seat, row.place.category.name)
        found[row.performance_id].tickets.append(
            {"ticket": row, "place": place, "chip": chip, "holds": holds}
        )
    return list(found.values())


def _ticket_chip(ticket: Ticket, now: datetime, *, holds: bool) -> Chip:
    if ticket.status == TicketStatus.RETURNED:
        return _RETURNED
    if not holds:
        return _GIVEN_AWAY
    return _PAST if _is_over(ticket.performance, now) else _VALID


def _is_over(performance: Performance, now: datetime) -> bool:
    held = performance.stage not in (Stage.ON_SALE, Stage.POSTPONED)
    return held or performance.starts_at + timedelta(days=1) < now


def _drawn(ticket: Ticket, now: datetime) -> str:
    """Return the code as a picture; "" for a ticket that opens nothing."""
    if ticket.status != TicketStatus.VALID or ticket.performance.stage in _NOT_HELD:
        return ""
    text = showing.text_now(ticket, now=now)
    return mark_safe(qr.svg(text, title=str(ticket.serial)))  # noqa: S308 - segno draws a number


def _file(made: bytes, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(made, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
