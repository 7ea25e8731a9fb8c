"""What a buyer says to a change of their performance: keep the tickets, or give them back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import language_of
from oferta.kernel.ids import uuid7
from oferta.services.tickets.models import Order, Ticket
from oferta.services.tickets.refunding import choosing
from oferta.services.tickets.refunding.choosing import Choice, Said
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.changes import public
from oferta.services.tickets.web.shop.door import At, for_buyer

_CHIPS = {
    Said.NOTHING: parts.Chip("tickets.choice.said.nothing"),
    Said.KEEP: parts.Chip("tickets.choice.said.keep", "good"),
    Said.GIVE_BACK: parts.Chip("tickets.choice.said.give_back", "info"),
}
#: Figures of a sum at most.
_DIGITS = 18


@require_http_methods(["GET", "HEAD", "POST"])
@for_buyer()
def choose(request: HttpRequest, *, at: At, order: Order) -> HttpResponse:
    """Show what may be chosen and until when, and take the buyer's word."""
    if request.method == "POST":
        return _said(request, at, order)
    performance = public.shown_performance(order.performance_id)
    language = language_of(request.LANGUAGE_CODE)
    found = choosing.choice(order.id, now=clock.now())
    open_ = [one for one in found.tickets if one.said is not Said.GIVE_BACK] if found else []
    context = {
        "customer": at.customer,
        "token": at.token,
        "frame": at.frame,
        "order": order,
        "performance": performance,
        "titled": parts.title(performance.titles, language),
        "zone": performance.hall.venue.time_zone,
        "choice": found,
        "instead": parts.title(found.change.instead, language)
        if found and found.change.instead
        else None,
        "tickets": _told(found, order),
        "open": open_,
        "gives": sum(one.amount.minor for one in open_),
        "may_give_back": found is not None and found.decision != "refused",
        "request_id": uuid7(),
        "back": parts.address("tickets:order", at.token, order.id),
    }
    return render(request, "tickets/changes/choose.html", context)


def _said(request: HttpRequest, at: At, order: Order) -> HttpResponse:
    posted = request.POST
    try:
        tickets = [UUID(one) for one in posted.getlist("ticket")]
        if posted.get("choice") == "keep":
            choosing.keep(order.id, tickets, now=clock.now())
            told = "tickets.choice.kept"
        else:
            accepted = sum(_accepted(posted.get(f"sum-{one}", "")) for one in tickets)
            choosing.give_back(
                UUID(posted.get("request", "")),
                order.id,
                tickets,
                accepted=accepted,
                now=clock.now(),
            )
            told = "tickets.choice.given_back"
    except ValueError:
        messages.error(request, "tickets.choice.wrong", extra_tags="word")
    except OfertaError:
        messages.error(request, "tickets.choice.not_now", extra_tags="word")
    else:
        messages.success(request, told, extra_tags="word")
    return redirect("tickets:my_change", at.token, order.id)


def _told(found: Choice | None, order: Order) -> list[dict[str, Any]]:
    """Return each ticket with its place, so that a buyer of several knows which is which."""
    rows = Ticket.objects.filter(order=order).select_related("place__seat", "place__category")
    places = {
        one.id: parts.seat_place(one.place.seat, one.place.category.name)
        for one in (rows if found else ())
    }
    return [
        {"one": one, "place": places[one.ticket_id], "chip": _CHIPS[one.said]}
        for one in (found.tickets if found else ())
    ]


def _accepted(shown: str) -> int:
    """Return what stood beside a ticket on the page that was sent; none stood where none came."""
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < _DIGITS else 0
