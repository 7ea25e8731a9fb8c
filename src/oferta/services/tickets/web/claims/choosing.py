"""One refund: how far its money is, and where it shall go if that is not known (TR-100)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.parties import blocks
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.i18n import language_of
from oferta.services.tickets.models import MissingRefund, Refund
from oferta.services.tickets.refunding import paying_out, story
from oferta.services.tickets.refunding.errors import CannotPayOut
from oferta.services.tickets.settling import missing
from oferta.services.tickets.types import RefundState
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.claims import labels
from oferta.services.tickets.web.claims.tracker import money_of

#: Of money that has not gone yet.
_OPEN = (RefundState.DUE, RefundState.AWAITING_CHOICE, RefundState.CAME_BACK)
#: Characters of bank details.
BANK_MAX = 1_000


@require_safe
@for_customer
def choose(
    request: HttpRequest, *, customer: Customer, token: str, refund_id: UUID
) -> HttpResponse:
    """Show a refund: how much, by when, from whom, how far it is, what it waits for."""
    return _page(request, labels.refund_of(customer, refund_id), token)


@require_POST
@for_customer
def send(request: HttpRequest, *, customer: Customer, token: str, refund_id: UUID) -> HttpResponse:
    """Take the buyer's word where their money goes, and send it at once.

    By a personal link too: whoever holds it got it at the contact of the order. Who is blocked
    keeps their money and is answered by a person first.
    """
    row = labels.refund_of(customer, refund_id)
    given = request.POST.get("bank", "")
    blocked = blocks.in_force(customer.id) is not None
    error_key = "tickets.refund.wrong.blocked" if blocked else _send(request, row.id, given)
    if error_key:
        return _page(request, row, token, error_key)
    return redirect("tickets:choose", token, row.id)


@require_POST
@for_customer
def consent(
    request: HttpRequest, *, customer: Customer, token: str, refund_id: UUID
) -> HttpResponse:
    """Pay to the buyer's balance or by a voucher, if they say so themselves (TR-106, TR-109)."""
    row = labels.refund_of(customer, refund_id)
    try:
        paying_out.consent(row.id, request.POST.get("way", ""), now=clock.now())
    except CannotPayOut:
        messages.info(request, "tickets.money.under_way", extra_tags="word")
    else:
        messages.success(request, "tickets.money.chosen", extra_tags="word")
    return redirect("tickets:choose", token, row.id)


def _page(request: HttpRequest, row: Refund, token: str, error_key: str = "") -> HttpResponse:
    place = row.ticket.place
    context = money_of(row) | {
        "token": token,
        "order": row.order,
        "title": parts.title(row.order.performance.titles, language_of(request.LANGUAGE_CODE)),
        "place": parts.seat_place(place.seat, place.category.name),
        "zone": row.order.performance.hall.venue.time_zone,
        "timeline": [(one, f"tickets.story.{one.what}") for one in story.money(row)],
        "error_key": error_key,
        "given": request.POST.get("bank", ""),
        "may_consent": row.state in _OPEN,
        **_missing(row),
    }
    return render(request, "tickets/claims/choose.html", context, status=422 if error_key else 200)


def _missing(row: Refund) -> dict[str, object]:
    """Return what leads to the page of money that an organiser says it paid."""
    known = MissingRefund.objects.filter(refund=row).first()
    if known is not None:
        return {"missing_key": "tickets.missing.follow", "missing_open": known.ended_at is None}
    return {"missing_key": "tickets.missing.link" if missing.may_be_missing(row) else ""}


def _send(request: HttpRequest, refund_id: UUID, given: str) -> str:
    """Send the money where the buyer says; return the key of what is wrong, "" if nothing is."""
    if not given.strip() or len(given) > BANK_MAX:
        return "tickets.refund.wrong.no_bank"
    try:
        paying_out.choose(refund_id, given, now=clock.now())
    except CannotPayOut:  # sent meanwhile: the page says so
        messages.info(request, "tickets.money.under_way", extra_tags="word")
    else:
        messages.success(request, "tickets.money.chosen", extra_tags="word")
    return ""
