"""The organiser's console: own performances, what they took, what is owed and when."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import language_of
from oferta.kernel.money import Money
from oferta.services.tickets.settling import consoles, organisers
from oferta.services.tickets.settling.consoles import Own
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.console import showing

_REFERENCE_MAX = 100


@require_safe
@for_customer(link=False)
def home(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """List the organisers that the person acts for; one alone is shown at once."""
    found = consoles.organisers_of(customer.id)
    if len(found) == 1:
        return redirect("tickets:organiser", token, found[0].organiser.key)
    return render(request, "tickets/console/home.html", {"token": token, "found": found})


@require_safe
@for_customer(link=False)
def organiser(
    request: HttpRequest, *, customer: Customer, token: str, organiser_key: str
) -> HttpResponse:
    """Show an organiser's performances, what is owed, payments, disputes, refunds of its own."""
    own = own_of(customer, organiser_key)
    language = language_of(request.LANGUAGE_CODE)
    page = showing.page_of(request)
    found, more = consoles.performances(organiser_key, page=page)
    now = clock.now()
    context = {
        "token": token,
        "own": own,
        "shown": [
            {
                "performance": one.performance,
                "titled": parts.title(one.performance.titles, language),
                "chip": parts.stage(one.performance, now=now),
                "zone": one.performance.hall.venue.time_zone,
                "taken": one.taken,
                "places": one.places,
                "full": 100 * one.taken // one.places if one.places else 0,
                "held": one.held,
            }
            for one in found
        ],
        "next": page + 1 if more else None,
        "owed": consoles.owed(organiser_key),
        "payments": [
            (one, Money(one.amount, one.currency)) for one in consoles.payments(organiser_key)
        ],
        "disputes": consoles.disputes(organiser_key),
        "left": [
            {
                "row": one,
                "titled": parts.title(one.order.performance.titles, language),
                "amount": Money(one.amount, one.currency),
            }
            for one in consoles.left_to_pay(organiser_key)
        ],
    }
    return render(request, "tickets/console/organiser.html", context)


@require_safe
@for_customer(link=False)
def performance(
    request: HttpRequest,
    *,
    customer: Customer,
    token: str,
    organiser_key: str,
    show_id: UUID,
) -> HttpResponse:
    """Show a performance's sales and refunds, and what is free and why the rest is not."""
    own = own_of(customer, organiser_key)
    found = consoles.performance(organiser_key, show_id)
    if found is None:
        raise Http404("performance")
    context = {"token": token, "own": own, "frame": "customer.html"}
    context |= showing.of_performance(request, found, now=clock.now())
    return render(request, "tickets/console/performance.html", context)


@require_POST
@for_customer(link=False)  # who is blocked may still say what was paid
def refund_paid(
    request: HttpRequest, *, customer: Customer, token: str, organiser_key: str, unpaid_id: UUID
) -> HttpResponse:
    """Take the organiser's word that it paid a refund itself."""
    own = own_of(customer, organiser_key)
    if not own.may_act:
        raise PermissionDenied("parties.not_permitted")
    if unpaid_id not in {one.id for one in consoles.left_to_pay(organiser_key)}:
        raise Http404("refund")
    reference = request.POST.get("reference", "").strip()[:_REFERENCE_MAX]
    if not reference:
        messages.error(request, "tickets.console.needs_reference", extra_tags="word")
        return redirect("tickets:organiser", token, organiser_key)
    try:
        organisers.paid(unpaid_id, reference=reference, told_by=customer.id, now=clock.now())
    except OfertaError:
        messages.error(request, "tickets.console.not_noted", extra_tags="word")
    else:
        messages.success(request, "tickets.console.noted", extra_tags="word")
    return redirect("tickets:organiser", token, organiser_key)


def own_of(customer: Customer, key: str) -> Own:
    """Return an organiser that is this customer's to see; any other does not exist for them."""
    found = consoles.own(customer.id, key)
    if found is None:
        raise Http404("another's")
    return found
