"""A performance: what it costs, what the terms give back, the hall, and reserving places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oferta.core.decisions.naming import Name
from oferta.core.parties import queries as parties
from oferta.core.parties.login_errors import Blocked
from oferta.core.parties.types import Customer
from oferta.core.parties.web.origin import client_address
from oferta.core.terms.types import Kind, Type
from oferta.core.terms.writing import show
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import guessing, listing, queries, reserving
from oferta.services.tickets.delivering.errors import BadAddress, DeliveryNotOffered
from oferta.services.tickets.errors import (
    BadBasket,
    BadPromo,
    NotOnSale,
    OrderReused,
    PlaceTaken,
    QuotaExhausted,
    SoldOut,
    TooManyGuesses,
    TooManyHeld,
    UnknownPerformance,
)
from oferta.services.tickets.listing import Left, SeatLeft
from oferta.services.tickets.models import Performance
from oferta.services.tickets.types import Basket, OrderBrief, Stage
from oferta.services.tickets.web import parts, tries
from oferta.services.tickets.web.shop import delivery, door, ordering, plan
from oferta.services.tickets.web.shop.ordering import Given
from oferta.services.tickets.web.shop.promise import promise

#: A basket that cannot be, and one that others were quicker for.
_WRONG, _CONFLICT = 422, 409
#: Why nothing is held, in words.
_REFUSED: Mapping[type[Exception], str] = {
    PlaceTaken: "tickets.order.taken",
    SoldOut: "tickets.order.sold_out",
    QuotaExhausted: "tickets.order.sold_out",
    NotOnSale: "tickets.order.not_on_sale",
    OrderReused: "tickets.order.changed",
    BadPromo: "tickets.order.bad_promo",
    TooManyGuesses: "tickets.order.too_many_guesses",
    TooManyHeld: "tickets.order.too_many_held",
    BadBasket: "tickets.order.nothing",
    DeliveryNotOffered: "tickets.delivery.gone",
    BadAddress: "tickets.delivery.wrong.unreadable",
}
#: Where on the form it is said, if not at the places.
_FIELDS: Mapping[type[Exception], str] = {
    BadPromo: "promo",
    DeliveryNotOffered: "delivery",
    BadAddress: "delivery",
}
#: More of one category at once are counted by typing.
_CHOICES_MAX = 20


@dataclass(frozen=True, slots=True)
class Offered:
    """A category on the page."""

    left: Left
    #: Price and fee together.
    total: Money
    nominal: Money
    price: Money
    service_fee: Money
    #: How its seats are drawn on the plan.
    kind: int
    #: Numbers that may be asked for, and the one that was.
    numbers: range
    number: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for the page of a performance."""

    request: HttpRequest
    performance: Performance
    customer: Customer | None
    language: Language
    now: datetime


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, performance_id: UUID) -> HttpResponse:
    """Show a performance with its terms and hall; POST reserves the places that were ticked."""
    try:
        found = queries.performance(performance_id)
    except UnknownPerformance as error:
        raise Http404(error.code) from None
    if found.stage == Stage.DRAFT:
        raise Http404(UnknownPerformance.code)
    customer = parts.reader(request)
    if not parts.may_act(request):
        return render(request, "acting/refused.html", {"token": "my"}, status=403)
    language = language_of(request.LANGUAGE_CODE)
    asked = Asked(request, found, customer, language, clock.now())
    if request.method == "POST":
        return _reserve(asked)
    addresses = parties.addresses([customer.id]).get(customer.id, {}) if customer else {}
    return _shown(asked, ordering.fresh(customer, addresses), {})


def _reserve(asked: Asked) -> HttpResponse:
    """Hold the places, or show the form again with what is wrong; nothing ticked is lost."""
    given = ordering.read(asked.request.POST)
    errors: dict[str, Any] = dict(ordering.wrong(given, asked.performance, asked.customer))
    open_ = delivery.ways(asked.performance, asked.language, now=asked.now)
    found = delivery.find(open_, given.offer)
    chosen = found.way if found else None
    errors |= ordering.wrong_delivery(given, chosen)
    want = ordering.wanted(given, asked.performance.id)
    if want is None:
        errors["places"] = "tickets.order.either"
    elif not want:
        errors.setdefault("places", "tickets.order.nothing")
    if errors or not want:
        return _shown(asked, given, errors, status=_WRONG)
    basket = ordering.basket(
        given, asked.performance.id, want, asked.customer, asked.language, chosen
    )
    try:
        made = _held(asked, basket)
    except Blocked:
        return redirect("security:home")
    except tuple(_REFUSED) as error:
        return _refused(asked, given, error)
    return _led_on(asked, made)


def _held(asked: Asked, basket: Basket) -> OrderBrief:
    """Hold the places; guests hold so many, and a promo code is not guessed."""
    guest = None if asked.customer else client_address(asked.request)
    if not basket.promo.strip():
        return reserving.reserve(basket, now=asked.now, guest_from=guest)
    who = tries.who(asked.request, asked.customer.id if asked.customer else None)
    with guessing.trying(guessing.Kind.PROMO, who, wrong=BadPromo, now=asked.now):
        return reserving.reserve(basket, now=asked.now, guest_from=guest)


def _refused(asked: Asked, given: Given, error: Exception) -> HttpResponse:
    """Show the form again with why nothing is held."""
    if isinstance(error, PlaceTaken):
        lost = set(error.places)
        given.seats = tuple(one for one in given.seats if one not in lost)
        return _shown(asked, given, {"taken": lost}, status=_CONFLICT)
    if isinstance(error, OrderReused):  # the form was changed after it was sent: it is a new order
        given.basket = uuid7()
    field = "promo" if isinstance(error, BadPromo | TooManyGuesses) else "places"
    return _shown(asked, given, {field: _REFUSED[type(error)]}, status=_CONFLICT)


def _led_on(asked: Asked, made: OrderBrief) -> HttpResponse:
    token = "my" if asked.customer is not None else door.of_guest(made.id)
    return redirect("tickets:order", token, made.id)


def _shown(
    asked: Asked, given: Given, errors: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    performance, now = asked.performance, asked.now
    left = listing.categories(performance.id, now=now)
    offered = [_offered(asked, one, place, given) for place, one in enumerate(left)]
    numbered = any(one.numbered for one in left)
    seats = listing.seats(performance.id, now=now) if numbered else ()
    free = sum(one.left for one in left)
    on_sale = parts.can_buy(performance, now=now)
    ways = delivery.ways(performance, asked.language, now=now) if on_sale and free else ()
    context = {
        "performance": performance,
        "zone": performance.hall.venue.time_zone,
        "titled": parts.title(performance.titles, asked.language),
        "chip": parts.stage(performance, left=free, now=now),
        "where": parts.where(performance.hall.venue),
        "offered": offered,
        "hall": _hall(asked, offered, seats, given, closed=not on_sale) if seats else None,
        "ways": ways,
        "said_once": delivery.common(ways),
        "promise": promise(performance, left, asked.language, now=now) if on_sale else None,
        "buys": on_sale and free > 0,
        "sold_out": on_sale and free == 0,
        "opens": performance.stage == Stage.ON_SALE and now < performance.sale_starts_at,
        "customer": asked.customer,
        "given": given,
        "errors": errors,
        "taken": _places(seats, errors.get("taken", ())),
        "history": parts.address("tickets:history", performance.id),
        "waiting": parts.address("tickets:waiting", "my", performance.id),
        "sign_in": parts.address("account_login"),
    }
    return render(asked.request, "tickets/shop/performance.html", context, status=status)


def _offered(asked: Asked, one: Left, place: int, given: Given) -> Offered:
    unit, price = asked.performance.currency, one.price
    most = min(one.left, asked.performance.per_order_max, _CHOICES_MAX)
    return Offered(
        left=one,
        total=Money(price.price + price.service_fee, unit),
        nominal=Money(price.nominal, unit),
        price=Money(price.price, unit),
        service_fee=Money(price.service_fee, unit),
        kind=place % plan.KINDS,
        numbers=range(1, most + 1),
        number=given.counts.get(one.id, 0),
    )


def _hall(
    asked: Asked, offered: list[Offered], seats: Any, given: Given, *, closed: bool
) -> plan.Hall:
    type_ = Type(Kind.MONEY, unit=asked.performance.currency)
    priced = {
        one.left.id: plan.Priced(show(one.total.minor, type_, asked.language), one.kind)
        for one in offered
    }
    return plan.Hall(seats=seats, priced=priced, chosen=set(given.seats), closed=closed)


def _places(seats: Any, lost: Any) -> list[Name]:
    """Return the places that others took, in words."""
    found: list[SeatLeft] = [one for one in seats if one.id in lost]
    return [parts.place(one.sector, one.row, one.number) for one in found]
