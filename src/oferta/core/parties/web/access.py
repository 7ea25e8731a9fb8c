"""Who may see a page: the customer who signed in, or who holds a personal link."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeAlias, cast, overload
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from oferta.core.parties import blocks, queries
from oferta.core.parties.errors import BadLink, UnknownCustomer
from oferta.core.parties.types import Customer
from oferta.core.parties.web import acting
from oferta.core.parties.web.agreed import asked_first
from oferta.core.parties.web.doors import SESSION

View: TypeAlias = Callable[..., HttpResponse]

SIGN_IN = "account_login"


@overload
def for_customer(view: View) -> View: ...
@overload
def for_customer(
    *,
    link: bool = ...,
    acts: bool = ...,
    under: str = ...,
    owners: bool = ...,
    person: bool = ...,
) -> Callable[[View], View]: ...
def for_customer(
    view: View | None = None,
    *,
    link: bool = True,
    acts: bool = False,
    under: str = "",
    owners: bool = False,
    person: bool = False,
) -> View | Callable[[View], View]:
    """Give the view `customer`, and `token`: `my`, or the text of the personal link.

    Who did not sign in is asked to, and comes back. A damaged link is a page that does not exist.
    The page speaks the customer's language until they choose one. Who acts for an organisation
    (`acting`) is given the organisation as `customer`, as far as their role in it allows.

    Args:
        view: what makes the page.
        link: False for pages that need more than holding a personal link: profile, consents,
            devices, export, balances. A link then leads to signing in and on to the same page.
        acts: True for pages on which a customer does something new (pays, orders, asks for money):
            who is blocked is told why. Reading, exporting and appealing stay open to them.
        under: the pack of terms under which they do it: who has not accepted the edition in force
            is asked first, and comes back. A personal link's holder acts by use (RM-41).
        owners: True for what only owners may do for an organisation: its consents, all its data.
        person: True for pages about the person who signed in, whomever they act for.
    """
    guard = _Guard(link=link, acts=acts, under=under, owners=owners, person=person)
    if view is None:
        return lambda wanted: _guarded(wanted, guard)
    return _guarded(view, guard)


class _Guard(NamedTuple):
    """What a page asks of its reader."""

    link: bool
    acts: bool
    under: str
    owners: bool
    person: bool


def _guarded(view: View, guard: _Guard) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, token: str = SESSION, **rest: Any) -> HttpResponse:
        if token == SESSION:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), SIGN_IN)
            customer = reader = _who_signed_in(request)
            if not guard.person and (found := acting.chosen(request, reader)) is not None:
                customer = found.organisation
                request.acting = found  # type: ignore[attr-defined] # the frame says so
        else:
            customer = reader = _who_holds(token)
            if not guard.link:
                return redirect_to_login(_same_page_signed_in(request, token), SIGN_IN)
        _speak_to(reader, request)
        request.customer = customer  # type: ignore[attr-defined] # the frame greets them
        response = _stopped(request, customer, token, guard)
        if response is None:
            response = view(request, customer=customer, token=token, **rest)
            _note_written(request)
        # A link's address is the key: no other site may learn it, no cache may keep the page.
        # (With "no-referrer" a browser sends forms with no origin; they are taken for forgeries.)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def _stopped(
    request: HttpRequest, customer: Customer, token: str, guard: _Guard
) -> HttpResponse | None:
    """Return what the reader gets instead of the page; None: the page."""
    found: acting.Acting | None = getattr(request, "acting", None)
    if found is not None and not found.may(request.method or "", owners=guard.owners):
        context = {"owners": guard.owners, "token": token}
        return render(request, "acting/refused.html", context, status=403)
    response = _refused(request, customer, token) if guard.acts else None
    if response is None and guard.under and token == SESSION:
        response = asked_first(request, customer, guard.under)
    return response


def _note_written(request: HttpRequest) -> None:
    found: acting.Acting | None = getattr(request, "acting", None)
    if found is not None:
        acting.note_written(request, found)


def _refused(request: HttpRequest, customer: Customer, token: str) -> HttpResponse | None:
    found: acting.Acting | None = getattr(request, "acting", None)
    block = blocks.in_force(customer.id)
    if block is None and found is not None:  # a block of a person is not evaded by a firm
        block = blocks.in_force(found.person.id)
    if block is None:
        return None
    return render(request, "security/blocked.html", {"standing": block, "token": token}, status=403)


def _who_signed_in(request: HttpRequest) -> Customer:
    try:
        return queries.customer_of_login(cast(UUID, request.user.pk))
    except UnknownCustomer as error:  # staff who are no customers
        raise PermissionDenied(error.code) from None


def _who_holds(token: str) -> Customer:
    try:
        return queries.customer_of_link(token)
    except (BadLink, UnknownCustomer) as error:
        raise Http404(error.code) from None


def _same_page_signed_in(request: HttpRequest, token: str) -> str:
    return request.get_full_path().replace(f"/c/{token}/", f"/{SESSION}/", 1)


def _speak_to(customer: Customer, request: HttpRequest) -> None:
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(customer.language.lower())
        request.LANGUAGE_CODE = customer.language.lower()
