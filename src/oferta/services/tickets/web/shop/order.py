"""An order: reserved until a moment, paid, or over; paying for it, and letting it go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from oferta.core.ledger import queries as ledger
from oferta.core.notices import actions as notices
from oferta.core.notices import outgoing
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.core.parties.web.doors import SESSION
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import language_of
from oferta.kernel.money import Money
from oferta.services.tickets import guessing, means, paying, queries, reserving, sandbox, vouchers
from oferta.services.tickets.errors import (
    BadPayment,
    OrderClosed,
    PaymentDeclined,
    PaymentUnclear,
    SaleRefused,
    TooManyGuesses,
)
from oferta.services.tickets.means import Choice
from oferta.services.tickets.models import Order, Payment, Performance, Voucher
from oferta.services.tickets.refunding import choosing, corrected
from oferta.services.tickets.types import OrderBrief, OrderStatus, Pay, PaymentState
from oferta.services.tickets.web import parts, tries
from oferta.services.tickets.web.shop import delivery
from oferta.services.tickets.web.shop.door import At, for_buyer

_WRONG = 422
#: The notice with a guest's personal link.
LINK = "tickets.order_link"
#: The means that pays what nothing of the buyer's own does.
CARD = "card"
#: Means of their own that are ticked at once, and letters of a code, at most.
_OWN_MAX, _CODE_MAX = 50, 200
_OPEN = (PaymentState.STARTED, PaymentState.AUTHORISED)
#: What the sandbox is told to do, and the words of it.
_TRIALS = {
    "": "tickets.pay.trial_works",
    sandbox.DECLINE: "tickets.pay.trial_declines",
    sandbox.TIMEOUT: "tickets.pay.trial_hangs",
    sandbox.LOST: "tickets.pay.trial_lost",
}


#: Why it is not paid, in words; what a means of ours refuses is told by its code.
_REFUSED: Mapping[type[Exception], str] = {
    PaymentDeclined: "tickets.pay.declined",
    OrderClosed: "tickets.pay.closed",
    BadPayment: "tickets.pay.wrong",
    SaleRefused: "tickets.pay.refused",
    TooManyGuesses: "tickets.pay.too_many_guesses",
}


@require_http_methods(["GET", "HEAD"])
@for_buyer()
def page(request: HttpRequest, *, at: At, order: Order) -> HttpResponse:
    """Show an order as it stands."""
    return _shown(request, at, order)


@require_POST
@for_buyer(acts=True)
def pay(request: HttpRequest, *, at: At, order: Order) -> HttpResponse:
    """Pay an order whole; one whose earlier payment is unclear is cleared up instead."""
    now = clock.now()
    try:
        if request.POST.get("look"):
            paying.clear_up(order.id, now=now)
        else:
            paying.pay(order.id, _pays(request, at, order) if order.total else [], now=now)
    except PaymentUnclear:  # the page says so: it is no mistake of the buyer's
        return redirect("tickets:order", at.token, order.id)
    except OfertaError as error:
        again = queries.order_row(order.id)
        key = _REFUSED.get(type(error), "tickets.pay.means_refused")
        code = "" if type(error) in _REFUSED else error.code
        return _shown(request, at, again, error=key, code=code)
    if at.customer is None:
        _send_link(order)
    messages.success(request, "tickets.pay.done", extra_tags="word")
    return redirect("tickets:order", at.token, order.id)


@require_POST
@for_buyer()
def abandon(request: HttpRequest, *, at: At, order: Order) -> HttpResponse:
    """Let a reservation go; its places are free to others at once."""
    try:
        reserving.abandon(order.id)
    except OrderClosed:
        return redirect("tickets:order", at.token, order.id)
    messages.success(request, "tickets.pay.abandoned", extra_tags="word")
    return redirect("tickets:performance", order.performance_id)


def _pays(request: HttpRequest, at: At, order: Order) -> list[Pay]:
    """Return what pays: what of the buyer's own was ticked as far as it goes, then the card."""
    left, parts_ = order.total, []
    ticked = set(request.POST.getlist("own")[:_OWN_MAX])
    for number, one in enumerate(_own(at, order)):
        amount = min(one.available.minor, left)
        if str(number) in ticked and amount > 0:
            parts_.append(Pay(means=one.means, amount=amount, instrument=one.instrument))
            left -= amount
    code = request.POST.get("voucher", "").strip()[:_CODE_MAX]
    if code and left:
        who = tries.who(request, at.customer.id if at.customer else None)
        guessing.try_voucher(code, who, now=clock.now())
        worth = min(_worth(code, order.currency), left)
        # One that is not known is named too: the means says so itself, and nothing is charged.
        parts_.append(Pay(means=vouchers.NAME, amount=worth or left, instrument=code))
        left -= worth or left
    if left:
        card = request.POST.get("instrument", "").strip()[:_CODE_MAX]
        parts_.append(Pay(means=CARD, instrument=card))
    return parts_


def _worth(code: str, unit: str) -> int:
    """Return what is left of a voucher, in minor units; the card pays the rest."""
    row = Voucher.objects.filter(digest=vouchers.digest(code), currency=unit).first()
    return 0 if row is None or row.ended_at else ledger.account(row.account_id).balance


def _own(at: At, order: Order) -> list[Choice]:
    """Return what of their own a buyer may pay with: who signed in alone, a link is no wallet."""
    if at.token != SESSION:
        return []
    return [one for one in means.choices(order.party_id, order.currency) if one.available.minor > 0]


def _send_link(order: Order) -> None:
    """Send a guest's personal link to the contact that they gave, never to the screen."""
    token = parties.link_token(order.party_id)
    address = f"{outgoing.site()}{reverse('tickets:mine', args=[token])}"
    language = parties.languages([order.party_id])[order.party_id]
    told = NewNotice(order.party_id, language, LINK, {"code": order.code, "address": address})
    notices.send([told], now=clock.now())


def _shown(
    request: HttpRequest,
    at: At,
    order: Order,
    *,
    error: str = "",
    code: str = "",
) -> HttpResponse:
    now = clock.now()
    performance = queries.performance(order.performance_id)
    brief = queries.brief(order)
    language = language_of(request.LANGUAGE_CODE)
    context = {
        "token": at.token,
        "frame": at.frame,
        "guest": at.customer is None,
        "order": order,
        "brief": brief,
        "performance": performance,
        "zone": performance.hall.venue.time_zone,
        "titled": parts.title(performance.titles, language),
        "where": parts.where(performance.hall.venue),
        "lines": _lines(brief),
        "error": error,
        "code": code,
        "delivery": delivery.state(order),
        **_standing(at, order, performance, now),
        **_links(at, order, now),
    }
    return render(request, "tickets/shop/order.html", context, status=_WRONG if error else 200)


def _standing(at: At, order: Order, performance: Performance, now: datetime) -> dict[str, Any]:
    """Return what can be done with an order now."""
    held = order.status == OrderStatus.RESERVED
    open_ = held and Payment.objects.filter(order=order, state__in=_OPEN).exists()
    over = held and not open_ and order.hold_until <= now
    return {
        "held": held and not open_ and not over,
        "unclear": open_,
        "over": over,
        "paid": order.status == OrderStatus.PAID,
        "own": list(enumerate(_own(at, order))) if held else [],
        "takes_vouchers": vouchers.NAME in means.names(),
        "trials": _trials(),
        "free": order.total == 0,
        "ahead": performance.starts_at > now,
        "corrected": corrected.of_order(order.id) if order.status == OrderStatus.PAID else [],
    }


def _trials() -> dict[str, str]:
    """Return what the sandbox can be told, if it stands behind the card; else nothing."""
    known = CARD in means.names() and means.is_outside(CARD)
    return _TRIALS if known and isinstance(means.provider(CARD), sandbox.Sandbox) else {}


def _links(at: At, order: Order, now: datetime) -> dict[str, str]:
    """Return where a paid order leads on; a guest's link does not reach as far as refunds."""
    if order.status != OrderStatus.PAID:
        return {}
    moved = choosing.choice(order.id, now=now) is not None
    return {
        "choose": parts.address("tickets:my_change", at.token, order.id) if moved else "",
        "refund": parts.address("tickets:refund", at.token, order.id) if at.customer else "",
    }


def _lines(brief: OrderBrief) -> list[dict[str, Any]]:
    unit = brief.total.unit
    return [
        {
            "place": parts.place(one.sector, one.row, one.number, one.category),
            "category": one.category,
            "price": Money(one.price.price, unit),
            "nominal": Money(one.price.nominal, unit),
            "lowered": one.price.nominal != one.price.price,
            "service_fee": Money(one.price.service_fee, unit),
            "ticket_id": one.ticket_id,
        }
        for one in brief.lines
    ]
