"""Waiting for a place of a performance that is sold out."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.i18n import language_of
from oferta.services.tickets import queries, waiting
from oferta.services.tickets.errors import (
    BadBasket,
    ContactWaits,
    NotOnSale,
    PlacesLeft,
    UnknownPerformance,
)
from oferta.services.tickets.models import Performance, PriceCategory
from oferta.services.tickets.web import parts

_DIGITS = 18


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False, acts=True)
def page(
    request: HttpRequest, *, customer: Customer, token: str, performance_id: UUID
) -> HttpResponse:
    """Say where a customer stands in the line; POST joins it or leaves it."""
    try:
        performance = queries.performance(performance_id)
    except UnknownPerformance as error:
        raise Http404(error.code) from None
    error_key = ""
    if request.method == "POST":
        error_key = _sent(request, performance, customer)
        if not error_key:
            return redirect("tickets:waiting", token, performance_id)
    language = language_of(request.LANGUAGE_CODE)
    context = {
        "token": token,
        "performance": performance,
        "zone": performance.hall.venue.time_zone,
        "titled": parts.title(performance.titles, language),
        "wait": waiting.wait_of(performance_id, customer.id),
        **_held_for(performance.offer_minutes),
        "categories": PriceCategory.objects.filter(performance=performance).order_by("id"),
        "open": parts.can_buy(performance, now=clock.now()),
        "error": error_key,
    }
    return render(request, "tickets/shop/waiting.html", context, status=409 if error_key else 200)


def _held_for(minutes: int) -> dict[str, object]:
    """Return in words how long an offered place is held."""
    hours, rest = divmod(minutes, 60)
    unit, number = ("minutes", minutes) if rest else ("hours", hours)
    return {"holds_key": f"tickets.wait.holds_{unit}", "holds": number}


def _sent(request: HttpRequest, performance: Performance, customer: Customer) -> str:
    """Join the line or leave it; return the words of why it cannot be, "" if it was done."""
    now = clock.now()
    if request.POST.get("leave"):
        waiting.leave(performance.id, customer.id, now=now)
        return ""
    given = request.POST.get("category", "")
    category = (
        int(given) if given.isascii() and given.isdigit() and len(given) < len("9" * 18) else None
    )
    try:
        waiting.join(performance.id, customer.id, category_id=category, now=now)
    except PlacesLeft:
        return "tickets.wait.places_left"
    except ContactWaits:
        return "tickets.wait.contact"
    except (NotOnSale, BadBasket):
        return "tickets.order.not_on_sale"
    return ""
