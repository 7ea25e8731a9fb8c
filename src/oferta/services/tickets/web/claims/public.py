"""What is open to who did not sign in: the blank form, and the way back to one's own request."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from oferta.core.notices import actions as sending
from oferta.core.notices import outgoing
from oferta.core.notices import queries as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.i18n import language_of
from oferta.services.tickets import guessing
from oferta.services.tickets.errors import TooManyGuesses
from oferta.services.tickets.guessing import Kind
from oferta.services.tickets.models import Order
from oferta.services.tickets.refunding import letters, office
from oferta.services.tickets.web import tries
from oferta.services.tickets.web.claims import labels
from oferta.services.tickets.web.claims.tracker import as_file

_PDF = "application/pdf"
#: The notice that carries a link, and how long after one the next is sent.
LINK = "tickets.refund_link"
NOT_SOONER = timedelta(minutes=5)


@require_safe
def form(request: HttpRequest) -> HttpResponse:
    """Hand out the blank form of an application, in the page's language (TR-69)."""
    from oferta.services.tickets.codes import sheets  # noqa: PLC0415 - a large library, read late

    language = language_of(request.LANGUAGE_CODE)
    made = sheets.pdf([letters.form(None, language)], language=language)
    return as_file(made, _PDF, "refund-form.pdf")


@require_safe
@for_customer
def form_of(
    request: HttpRequest, *, customer: Customer, token: str, order_id: UUID
) -> HttpResponse:
    """Hand out the form filled with what we know of an order (TR-68)."""
    from oferta.services.tickets.codes import sheets  # noqa: PLC0415 - a large library, read late

    del token
    order = labels.order_of(customer, order_id)
    language = language_of(request.LANGUAGE_CODE)
    made = sheets.pdf([letters.form(order, language)], language=language)
    return as_file(made, _PDF, f"refund-form-{order.code}.pdf")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Send a link to the order's own mailbox, if its e-mail and phone are named (TR-61).

    The answer is the same whether there is such an order or not, and each try counts.
    """
    sent = request.method == "POST"
    if sent:
        try:
            guessing.take(Kind.ORDER, tries.who(request, None), now=clock.now())
        except TooManyGuesses:
            return render(request, "tickets/claims/find.html", {"too_many": True}, status=429)
        code = request.POST.get("code", "").strip()[:40].replace("\0", "")
        order = Order.objects.filter(code=code).first()
        email, phone = request.POST.get("email", "")[:200], request.POST.get("phone", "")[:40]
        if order is not None and office.matches(order, email=email, phone=phone):
            _send(order)
    return render(request, "tickets/claims/find.html", {"sent": sent})


def _send(order: Order) -> None:
    """Send a link to the pages of an order's payer, at the contact that we have; not too often."""
    now = clock.now()
    last = [one for one in notices.inbox(order.party_id, limit=20) if one.kind == LINK]
    if last and now - last[0].created_at < NOT_SOONER:
        return
    token = parties.link_token(order.party_id)
    address = f"{outgoing.site()}{reverse('tickets:refunds', args=[token])}"
    language = parties.languages([order.party_id]).get(order.party_id, "ru")
    told = NewNotice(order.party_id, language, LINK, {"code": order.code, "address": address})
    sending.send([told], now=now)
