"""The customer's first page and their profile."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from oferta.core.cases import queries as cases
from oferta.core.decisions import purses
from oferta.core.decisions.web import statement
from oferta.core.notices.web import views as inbox
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.core.parties.web.doors import SESSION
from oferta.kernel.i18n import OWN_NAMES, language_of

LINES, NOTICES, CASES = 5, 3, 20

#: What the profile leads to, where the room that answers it is there: address, words, drawing.
SECTIONS = (
    ("my:contacts", "profile.contacts", "send"),
    ("my:security", "profile.security", "lock"),
    ("my:devices", "profile.devices", "desk"),
    ("agreements:list", "profile.agreements", "terms"),
    ("agreements:consents", "profile.consents", "check"),
    ("data:home", "profile.data", "download"),
)


@require_safe
@for_customer
def home(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show what the customer has and what is new; through a personal link, the inbox."""
    if token != SESSION:
        return inbox.inbox_page(request, customer, token)
    language = language_of(request.LANGUAGE_CODE)
    context = {
        "customer": customer,
        "token": token,
        "purses": purses.of_party(customer.id),
        "latest": statement.latest(customer.id, language, limit=LINES),
        "notices": inbox.newest(customer.id, language, limit=NOTICES),
        "cases": [one for one in cases.cases_of_party(customer.id, CASES) if one.is_open],
    }
    return render(request, "my/home.html", context)


@require_safe
@for_customer(link=False)
def profile(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show who the customer is to the service, and lead to everything that they may change."""
    context: dict[str, Any] = {
        "customer": customer,
        "token": token,
        "own_language": OWN_NAMES[customer.language],
        "tier_key": f"profile.tier.{min(customer.identity_tier, 3)}",
        "sections": [
            {"address": address, "key": key, "how_key": f"{key}_how", "icon": icon}
            for name, key, icon in SECTIONS
            if (address := _address(name))
        ],
    }
    return render(request, "my/profile.html", context)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
