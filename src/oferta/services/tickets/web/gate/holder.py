"""A holder's page of one ticket: a new code, somebody else as the holder, its place given up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.parties.contacts import read_contact
from oferta.core.parties.types import Channel, Customer
from oferta.core.parties.web.access import for_customer
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import Language, language_of
from oferta.services.tickets import issuing, queries, waiting
from oferta.services.tickets.errors import CannotOffer, NotYourTicket, UnknownTicket
from oferta.services.tickets.issuing import Receiver
from oferta.services.tickets.models import Ticket
from oferta.services.tickets.types import TicketStatus
from oferta.services.tickets.web import parts

NAME_MAX, CONTACT_MAX = 200, 200
#: What is done with it, and the words that say that it was.
_ACTS = ("renew", "give", "offer", "keep")


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False, acts=True)
def hold(request: HttpRequest, *, customer: Customer, token: str, ticket_id: UUID) -> HttpResponse:
    """Show what a holder can do with a ticket, and do it (TR-52, TR-124, TR-125, TR-127)."""
    ticket = _own(ticket_id, customer)
    wrong = ""
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in _ACTS:
            raise Http404
        wrong = _done(request, ticket, customer, act)
        if not wrong:
            messages.success(request, f"tickets.hold.done.{act}", extra_tags="word")
            held = queries.ticket(ticket_id).holder_id == customer.id
            if held:
                return redirect("tickets:hold", token, ticket_id)
            return redirect("my:home", token)
    language = language_of(request.LANGUAGE_CODE)
    venue = ticket.performance.hall.venue
    context: dict[str, Any] = {
        "token": token,
        "ticket": ticket,
        "titled": parts.title(ticket.performance.titles, language),
        "zone": venue.time_zone,
        "where": parts.where(venue),
        "place": parts.seat_place(ticket.place.seat, ticket.place.category.name),
        "given": request.POST,
        "wrong": wrong,
        "wrong_key": f"tickets.hold.wrong.{wrong}" if wrong else "",
        "back": parts.address("tickets:ticket", token, ticket_id),
        **_offer(ticket, customer, language),
    }
    return render(request, "tickets/gate/hold.html", context, status=422 if wrong else 200)


def _done(request: HttpRequest, ticket: Ticket, customer: Customer, act: str) -> str:
    """Do what is asked; return why it was not done."""
    now = clock.now()
    try:
        if act == "renew":
            issuing.renew(ticket.id, holder_id=customer.id, now=now)
        elif act == "give":
            receiver = _receiver(request)
            issuing.give_to(ticket.id, receiver, holder_id=customer.id, now=now)
        elif act == "offer":
            waiting.offer(ticket.id, customer.id, now=now)
        else:
            waiting.keep(ticket.id, customer.id)
    except CannotOffer as error:
        return error.reason
    except NotYourTicket:
        return "used"
    except OfertaError:
        return "receiver"
    return ""


def _receiver(request: HttpRequest) -> Receiver:
    """Return who shall get the ticket.

    Raises:
        OfertaError: the contact is neither an e-mail address nor a phone number.
    """
    told = read_contact(request.POST.get("contact", "").strip()[:CONTACT_MAX])
    mail = told.channel is Channel.EMAIL
    return Receiver(
        name=request.POST.get("name", "").strip()[:NAME_MAX],
        email=told.address if mail else "",
        phone="" if mail else told.address,
        language=language_of(request.LANGUAGE_CODE),
    )


def _offer(ticket: Ticket, customer: Customer, language: Language) -> dict[str, Any]:
    """Return what comes back if another buyer takes the place, and how far that is."""
    if ticket.order.party_id != customer.id:
        return {"may_offer": False}
    found = waiting.returns(ticket.id, now=clock.now())
    pack = shelf.terms().pack(ticket.order.sale_pack)
    return {
        "may_offer": True,
        "returns": found.amount,
        "pack": pack.name,
        "pack_title": pack.title[language],
        "offered": ticket.offered_at,
        "being_bought": waiting.is_being_bought(ticket),
    }


def _own(ticket_id: UUID, customer: Customer) -> Ticket:
    try:
        ticket = queries.ticket(ticket_id)
    except UnknownTicket:
        raise Http404 from None
    if ticket.holder_id != customer.id or ticket.status != TicketStatus.VALID:
        raise Http404
    return ticket
