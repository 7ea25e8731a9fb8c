"""The box office's pages: sell, find an order, print, take originals in, give cash back, shift."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oferta.core.parties.errors import NotPermitted, OwnAct
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import listing, papers, queries, till
from oferta.services.tickets.errors import (
    BadBasket,
    OrderClosed,
    PaymentDeclined,
    PaymentUnclear,
    QuotaExhausted,
    SoldOut,
    UnknownOrder,
    UnknownPerformance,
    UnknownTicket,
)
from oferta.services.tickets.listing import Left
from oferta.services.tickets.models import Order, Performance, Ticket
from oferta.services.tickets.refunding import corrected
from oferta.services.tickets.refunding.errors import (
    CannotPayOut,
    UnknownCorrection,
    UnknownRefund,
)
from oferta.services.tickets.types import (
    Basket,
    Buyer,
    Carrier,
    Delivery,
    SaleChannel,
    TicketStatus,
    Wanted,
)
from oferta.services.tickets.web import parts

LISTED = 30
NAME_MAX, CONTACT_MAX, COUNT_MAX, COUNT_DIGITS = 200, 200, 100, 4
#: What went wrong with a sale, in words that a cashier can say.
_WRONG = {
    SoldOut: "sold_out",
    QuotaExhausted: "sold_out",
    BadBasket: "basket",
    PaymentDeclined: "declined",
    PaymentUnclear: "unclear",
    OrderClosed: "closed",
}


@require_safe
@for_staff(Permission.TAKE_PAYMENTS)
def counter(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show what is on, and find an order by the code that its buyer reads out."""
    code = request.GET.get("code", "")
    if code.strip():
        try:
            return redirect("tickets:counter_order", till.order_called(code).id)
        except UnknownOrder:
            pass
    now, language = clock.now(), language_of(request.LANGUAGE_CODE)
    found = listing.coming(now=now, after=None, limit=LISTED)
    context = {
        "actor": actor,
        "code": code,
        "performances": [_shown(one, language) for one in found if parts.can_buy(one, now=now)],
    }
    return render(request, "tickets/gate/counter.html", context, status=404 if code else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.TAKE_PAYMENTS)
def sale(request: HttpRequest, *, actor: Actor, performance_id: UUID) -> HttpResponse:
    """Sell places of a performance over the counter (TR-70, TR-71)."""
    now = clock.now()
    try:
        performance = queries.performance(performance_id)
    except UnknownPerformance:
        raise Http404 from None
    left = listing.categories(performance_id, channel=SaleChannel.BOX_OFFICE, now=now)
    wrong, errors = "", {}
    if request.method == "POST":
        errors = _missing(request, left)
    if request.method == "POST" and not errors:
        try:
            basket = _basket(request, performance, left)
            made = till.sell(basket, request.POST.get("means", ""), cashier_id=actor.id, now=now)
        except OfertaError as error:
            wrong = _WRONG.get(type(error), "refused")
        else:
            return redirect("tickets:counter_order", made.id)
    context = {
        "actor": actor,
        **_shown(performance, language_of(request.LANGUAGE_CODE)),
        "categories": [
            {
                "row": one,
                "price": Money(one.price.price + one.price.service_fee, performance.currency),
                "count": request.POST.get(f"count-{one.id}", "0"),
            }
            for one in left
        ],
        "given": request.POST,
        "order_id": uuid7(),
        "ways": [(one, f"tickets.counter.means.{one}") for one in till.ways()],
        "wrong_key": f"tickets.counter.wrong.{wrong}" if wrong else "",
        "errors": errors,
    }
    status = 422 if wrong or errors else 200
    return render(request, "tickets/gate/sale.html", context, status=status)


@require_safe
@for_staff(Permission.TAKE_PAYMENTS)
def order(request: HttpRequest, *, actor: Actor, order_id: UUID) -> HttpResponse:
    """Show an order with its tickets to print, forms to take in and cash to give back."""
    found = _order(order_id)
    performance = queries.performance(found.performance_id)
    tickets = [
        {
            "row": one,
            "place": parts.seat_place(one.place.seat, one.place.category.name),
            "valid": one.status == TicketStatus.VALID,
            "paper": one.carrier == Carrier.PAPER,
        }
        for one in till.tickets_of(found)
    ]
    due = [
        {"row": one, "amount": Money(one.amount, found.currency)} for one in till.cash_due(found)
    ]
    context = {
        "actor": actor,
        **_shown(performance, language_of(request.LANGUAGE_CODE)),
        "order": found,
        "status_key": f"tickets.counter.status.{found.status}",
        "total": Money(found.total, found.currency),
        "tickets": tickets,
        "due": due,
        "cheaper": corrected.cash_due(found.id),
    }
    return render(request, "tickets/gate/order.html", context)


@require_safe
@for_staff(Permission.TAKE_PAYMENTS)
def form(request: HttpRequest, *, actor: Actor, ticket_id: UUID) -> HttpResponse:
    """Return a ticket to print, as a PDF of one page."""
    del actor
    ticket = _ticket(ticket_id)
    if ticket.status != TicketStatus.VALID:
        raise Http404
    made = papers.pdf(ticket_id, language=language_of(request.LANGUAGE_CODE))
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="ticket-{ticket.serial}.pdf"'
    return response


@require_POST
@for_staff(Permission.TAKE_PAYMENTS)
def take_in(request: HttpRequest, *, actor: Actor, ticket_id: UUID) -> HttpResponse:
    """Note that the originals of a paper ticket were handed in (TR-98)."""
    found = _ticket(ticket_id)
    try:
        till.take_in(ticket_id, cashier=actor, now=clock.now())
    except OwnAct as error:
        raise PermissionDenied(error.code) from None
    except CannotPayOut:
        messages.error(request, "tickets.counter.no_form", extra_tags="word")
    else:
        messages.success(request, "tickets.counter.taken_in", extra_tags="word")
    return redirect("tickets:counter_order", found.order_id)


@require_POST
@for_staff(Permission.TAKE_PAYMENTS)
def hand_out(request: HttpRequest, *, actor: Actor, order_id: UUID) -> HttpResponse:
    """Note that cash was handed to the buyer (TR-97)."""
    found = _order(order_id)
    try:
        if cheaper := request.POST.get("correction"):
            corrected.hand_over(UUID(cheaper), actor=actor, now=clock.now())
        else:
            payout_id = UUID(request.POST.get("payout", ""))
            till.hand_out(payout_id, cashier=actor, now=clock.now())
    except (NotPermitted, OwnAct) as error:
        raise PermissionDenied(error.code) from None
    except (ValueError, UnknownCorrection, UnknownRefund):
        raise Http404 from None
    messages.success(request, "tickets.counter.handed_out", extra_tags="word")
    return redirect("tickets:counter_order", found.id)


@require_safe
@for_staff(Permission.TAKE_PAYMENTS)
def shift(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show a cashier what they took and gave back in the last day."""
    found = till.shift(actor.id, now=clock.now())
    context = {
        "actor": actor,
        "shift": found,
        "takings": [(one, f"tickets.counter.means.{one.means}") for one in found.takings],
    }
    return render(request, "tickets/gate/shift.html", context)


def _missing(request: HttpRequest, left: list[Left]) -> dict[str, str]:
    """Return what a sale cannot do without and was not told: field to the words beside it."""
    given = request.POST
    told = {
        "places": any(_number(given.get(f"count-{one.id}", "")) for one in left),
        "name": given.get("name", "").strip(),
        "contact": given.get("contact", "").strip(),
        "means": given.get("means", "") in till.ways(),
    }
    return {name: f"tickets.counter.missing.{name}" for name, one in told.items() if not one}


def _basket(request: HttpRequest, performance: Performance, left: list[Left]) -> Basket:
    given = request.POST
    paper = given.get("carrier") == Carrier.PAPER
    wanted = tuple(
        Wanted(category_id=one.id, count=number)
        for one in left
        if (number := _number(given.get(f"count-{one.id}", "")))
    )
    contact = given.get("contact", "").strip()[:CONTACT_MAX]
    mail = "@" in contact
    try:
        order_id = UUID(given.get("order", ""))
    except ValueError:
        raise Http404 from None
    return Basket(
        id=order_id,
        performance_id=performance.id,
        wanted=wanted,
        buyer=Buyer(
            name=given.get("name", "").strip()[:NAME_MAX],
            email=contact if mail else "",
            phone="" if mail else contact[:40],
            language=language_of(request.LANGUAGE_CODE),
        ),
        channel=SaleChannel.BOX_OFFICE,
        carrier=Carrier.PAPER if paper else Carrier.ELECTRONIC,
        delivery=Delivery.PICKUP if paper else Delivery.NONE,
    )


def _number(text: str) -> int:
    digits = text.strip()[:COUNT_DIGITS]
    return min(int(digits), COUNT_MAX) if digits.isascii() and digits.isdigit() else 0


def _shown(performance: Performance, language: Language) -> dict[str, Any]:
    venue = performance.hall.venue
    return {
        "performance": performance,
        "titled": parts.title(performance.titles, language),
        "zone": venue.time_zone,
        "where": parts.where(venue),
    }


def _order(order_id: UUID) -> Order:
    try:
        return queries.order_row(order_id)
    except UnknownOrder:
        raise Http404 from None


def _ticket(ticket_id: UUID) -> Ticket:
    try:
        return queries.ticket(ticket_id)
    except UnknownTicket:
        raise Http404 from None
