"""Settlement at the desk: what organisers are owed, settling, ordering and ending payments."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.iso20022 import NotWritable
from oferta.kernel.money import Money
from oferta.services.tickets.models import Organiser, OrganiserPayment, Performance
from oferta.services.tickets.settling import acting, consoles, releasing
from oferta.services.tickets.settling.errors import NoContract, NoPayer
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.console import showing

_FILES = {"csv": "text/csv; charset=utf-8", "xml": "application/xml; charset=utf-8"}


@require_safe
@for_staff(Permission.SEE_FIGURES)
def overview(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List the organisers with what is due to them, and the performances that wait for it."""
    language = language_of(request.LANGUAGE_CODE)
    now = clock.now()
    context = {
        "actor": actor,
        "organisers": consoles.every_organiser(),
        "due": [_brief(one, language, now) for one in releasing.due(now=now)],
    }
    return render(request, "tickets/console/settling.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.SEE_FIGURES)
def organiser(request: HttpRequest, *, actor: Actor, organiser_key: str) -> HttpResponse:
    """Show what is between us and an organiser; a POST puts what is due into a payment."""
    found = get_object_or_404(Organiser, key=organiser_key)
    if request.method == "POST":
        return _order(request, actor, organiser_key)
    language = language_of(request.LANGUAGE_CODE)
    page = showing.page_of(request)
    shown, more = consoles.performances(organiser_key, page=page)
    now = clock.now()
    context = {
        "actor": actor,
        "organiser": found,
        "contract": consoles.contract(organiser_key),
        "owed": consoles.owed(organiser_key),
        "shown": [{**_brief(one.performance, language, now), "held": one.held} for one in shown],
        "next": page + 1 if more else None,
        "payments": [
            (one, Money(one.amount, one.currency)) for one in consoles.payments(organiser_key)
        ],
        "may_settle": actor.may(Permission.SETTLE),
    }
    return render(request, "tickets/console/settling_organiser.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.SEE_FIGURES)
def performance(
    request: HttpRequest, *, actor: Actor, organiser_key: str, show_id: UUID
) -> HttpResponse:
    """Show the settlement report of a performance; a POST settles it up to now."""
    found = consoles.performance(organiser_key, show_id)
    if found is None:
        raise Http404("performance")
    if request.method == "POST":
        return _settle(request, actor, found)
    context = {
        "actor": actor,
        "frame": "desk.html",
        "may_settle": actor.may(Permission.SETTLE),
        **showing.of_performance(request, found, now=clock.now()),
    }
    return render(request, "tickets/console/performance.html", context)


@require_safe
@for_staff(Permission.SETTLE)
def payment_file(
    request: HttpRequest, *, actor: Actor, payment_id: UUID, kind: str
) -> HttpResponse:
    """Send a payment as ISO 20022 pain.001 or CSV."""
    row = get_object_or_404(OrganiserPayment, id=payment_id)
    if kind not in _FILES:
        raise Http404("kind")
    try:
        text = acting.file_of(row, kind, actor=actor, now=clock.now())
    except (NoPayer, NotWritable) as error:
        name = error.code.partition(".")[2]
        messages.error(request, f"tickets.console.{name}", extra_tags="word")
        return redirect("tickets:settling_organiser", row.organiser_id)
    return HttpResponse(
        text,
        content_type=_FILES[kind],
        headers={"Content-Disposition": f'attachment; filename="payment-{row.id}.{kind}"'},
    )


@require_POST
@for_staff(Permission.SETTLE)
def payment_ended(request: HttpRequest, *, actor: Actor, payment_id: UUID) -> HttpResponse:
    """Note what the bank says of a payment: it is there, or it came back."""
    row = get_object_or_404(OrganiserPayment, id=payment_id)
    came_back = request.POST.get("became") == "came_back"
    try:
        acting.ended(payment_id, came_back=came_back, actor=actor, now=clock.now())
    except OfertaError:
        messages.error(request, "tickets.console.not_noted", extra_tags="word")
    else:
        messages.success(request, "tickets.console.noted", extra_tags="word")
    return redirect("tickets:settling_organiser", row.organiser_id)


def _brief(one: Performance, language: Language, now: datetime) -> dict[str, Any]:
    return {
        "performance": one,
        "titled": parts.title(one.titles, language),
        "chip": parts.stage(one, now=now),
        "zone": one.hall.venue.time_zone,
    }


def _order(request: HttpRequest, actor: Actor, organiser_key: str) -> HttpResponse:
    _ensure_may_settle(actor)
    unit = request.POST.get("unit", "")
    try:
        acting.order(organiser_key, unit, actor=actor, now=clock.now())
    except NoContract:
        messages.error(request, "tickets.console.no_contract", extra_tags="word")
    except OfertaError:
        messages.error(request, "tickets.console.nothing_due", extra_tags="word")
    else:
        messages.success(request, "tickets.console.ordered", extra_tags="word")
    return redirect("tickets:settling_organiser", organiser_key)


def _settle(request: HttpRequest, actor: Actor, found: Performance) -> HttpResponse:
    _ensure_may_settle(actor)
    try:
        acting.settle(found, actor=actor, now=clock.now())
    except OfertaError:
        messages.error(request, "tickets.console.nothing_to_settle", extra_tags="word")
    else:
        messages.success(request, "tickets.console.settled", extra_tags="word")
    return redirect("tickets:settling_performance", found.organiser_id, found.id)


def _ensure_may_settle(actor: Actor) -> None:
    """Refuse who may read but not settle."""
    if not actor.may(Permission.SETTLE):
        raise PermissionDenied("parties.not_permitted")
