"""Who may see a page: the customer of a personal link."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from oferta.core.parties import queries
from oferta.core.parties.errors import BadLink, UnknownCustomer

View: TypeAlias = Callable[..., HttpResponse]


def for_customer(view: View) -> View:
    """Give the view `customer` in the place of the link's `token`; 404 for any other link.

    The page speaks the customer's language until they choose one.
    """

    @wraps(view)
    def guarded(request: HttpRequest, token: str, **rest: Any) -> HttpResponse:
        try:
            customer = queries.customer_of_link(token)
        except (BadLink, UnknownCustomer) as error:
            raise Http404(error.code) from None
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(customer.language.lower())
            request.LANGUAGE_CODE = customer.language.lower()
        response = view(request, customer=customer, token=token, **rest)
        # The address is the key: no other site may learn it, no cache may keep the page. (With
        # "no-referrer" a browser sends forms with no origin, and they are taken for forgeries.)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded
