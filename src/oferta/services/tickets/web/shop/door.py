"""The doors to an order: a session, a personal link, and for a guest a link to that order alone.

Whoever buys without a login is kept by contacts that nobody has proved. So the screen never shows
them the personal link of that customer, under which a stranger could later read what the true owner
of the address bought: it goes to the contact only. The guest's own browser holds the order's link.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import register_converter

from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.core.parties.web.doors import Door
from oferta.services.tickets import queries
from oferta.services.tickets.errors import UnknownOrder, UnknownTicket
from oferta.services.tickets.models import Order, Ticket

_SALT = "oferta.tickets.order"
_GUEST = "g/"


class At(NamedTuple):
    """Who stands at the door of an order, and how an address through it begins."""

    token: str
    #: None: a guest, who sees this order and nothing else.
    customer: Customer | None

    @property
    def frame(self) -> str:
        """The page's frame: a guest has no sections of their own."""
        return "base.html" if self.customer is None else "customer.html"


class BuyerDoor(Door):
    """The start of an address: `my`, `c/<token>`, or `g/<token>` for a guest's order."""

    regex = rf"{Door.regex}|g/[^/]+"

    def to_python(self, value: str) -> str:
        """Return `my`, the token of a personal link, or a guest's token with its `g/`."""
        return value if value.startswith(_GUEST) else super().to_python(value)

    def to_url(self, value: str) -> str:
        """Return the start of the address."""
        return value if value.startswith(_GUEST) else super().to_url(value)


register_converter(BuyerDoor, "buyer")

View = Callable[..., HttpResponse]


def of_guest(order_id: UUID) -> str:
    """Return the token that opens one order to who made it."""
    return _GUEST + signing.dumps(order_id.hex, salt=_SALT)


def for_buyer(*, acts: bool = False) -> Callable[[View], View]:
    """Give the view `at` and the `order` of the address; one of somebody else's does not exist.

    Args:
        acts: as of `for_customer`: who is blocked is told so instead.
    """

    def wrap(view: View) -> View:
        @for_customer(acts=acts)
        def signed_in(
            request: HttpRequest, *, customer: Customer, token: str, order_id: UUID, **rest: Any
        ) -> HttpResponse:
            order = _order(order_id)
            if order.party_id != customer.id:
                raise Http404(UnknownOrder.code)
            return view(request, at=At(token, customer), order=order, **rest)

        @wraps(view)
        def opened(request: HttpRequest, token: str, order_id: UUID, **rest: Any) -> HttpResponse:
            if not token.startswith(_GUEST):
                return signed_in(request, token=token, order_id=order_id, **rest)
            if _opened_by(token) != order_id:
                raise Http404(UnknownOrder.code)
            return _kept_private(view(request, at=At(token, None), order=_order(order_id), **rest))

        return opened

    return wrap


def for_ticket(view: View) -> View:
    """Give the view `at`, the `ticket` of the address, and whether who is at the door `holds` it.

    It is there for its holder and for who paid for it; whoever gave it away holds it no more.
    """

    @for_customer
    def signed_in(
        request: HttpRequest, *, customer: Customer, token: str, ticket_id: UUID
    ) -> HttpResponse:
        found = _ticket(ticket_id)
        if customer.id not in (found.holder_id, found.order.party_id):
            raise Http404(UnknownTicket.code)
        holds = found.holder_id == customer.id
        return view(request, at=At(token, customer), ticket=found, holds=holds)

    @wraps(view)
    def opened(request: HttpRequest, token: str, ticket_id: UUID) -> HttpResponse:
        if not token.startswith(_GUEST):
            return signed_in(request, token=token, ticket_id=ticket_id)
        found = _ticket(ticket_id)
        if _opened_by(token) != found.order_id:
            raise Http404(UnknownTicket.code)
        holds = found.holder_id == found.order.party_id
        return _kept_private(view(request, at=At(token, None), ticket=found, holds=holds))

    return opened


def _kept_private(response: HttpResponse) -> HttpResponse:
    """Let no other site learn the address, which is the key, and no cache keep the page."""
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _ticket(ticket_id: UUID) -> Ticket:
    try:
        return queries.ticket(ticket_id)
    except UnknownTicket as error:
        raise Http404(error.code) from None


def _opened_by(token: str) -> UUID | None:
    try:
        return UUID(hex=signing.loads(token.removeprefix(_GUEST), salt=_SALT))
    except signing.BadSignature:
        return None


def _order(order_id: UUID) -> Order:
    try:
        return queries.order_row(order_id)
    except UnknownOrder as error:
        raise Http404(error.code) from None
