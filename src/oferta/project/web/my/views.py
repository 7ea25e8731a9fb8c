"""The customer's first page and their profile."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_safe

from oferta.core.cases import queries as cases
from oferta.core.decisions import purses
from oferta.core.decisions.web import statement
from oferta.core.notices.web import views as inbox
from oferta.core.parties import actions as parties
from oferta.core.parties import agreements, identity
from oferta.core.parties.agreement_types import Standing
from oferta.core.parties.errors import BadCustomer
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.core.parties.web.agreed import today
from oferta.core.parties.web.doors import SESSION
from oferta.kernel.i18n import OWN_NAMES, Language, language_of

LINES, NOTICES, CASES = 5, 3, 20

#: What the profile leads to, where the room that answers it is there: address, words, drawing.
SECTIONS = (
    ("security:home", "profile.security", "lock"),
    ("agreements:list", "profile.agreements", "terms"),
    ("agreements:consents", "profile.consents", "check"),
    ("data:home", "profile.data", "download"),
)
#: For members of organisations.
ACTING = ("acting:choose", "profile.acting", "people")


@require_safe
@for_customer
def home(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show what the customer has and what is new; through a personal link, the inbox."""
    if token != SESSION:
        return inbox.inbox_page(request, customer, token)
    language = language_of(request.LANGUAGE_CODE)
    mine = purses.of_party(customer.id)
    context = {
        "customer": customer,
        "token": token,
        "asked": [
            (one.pack.name, one.pack.title[language])
            for one in agreements.standings(customer.id, today=today())
            if one.standing is Standing.ASKED
        ],
        "purses": mine,
        "latest": statement.latest(customer.id, language, limit=LINES, mine=mine),
        "notices": inbox.newest(customer.id, language, limit=NOTICES),
        "cases": [one for one in cases.cases_of_party(customer.id, CASES) if one.is_open],
    }
    return render(request, "my/home.html", context)


@require_safe
@for_customer(link=False)
def profile(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show who the customer is to the service, and lead to everything that they may change."""
    is_member = hasattr(request, "acting") or bool(identity.organisations_of(customer.id))
    context: dict[str, Any] = {
        "customer": customer,
        "token": token,
        "own_language": OWN_NAMES[customer.language],
        "tier_key": f"profile.tier.{min(customer.identity_tier, 3)}",
        "sections": [
            {"address": address, "key": key, "how_key": f"{key}_how", "icon": icon}
            for name, key, icon in (*SECTIONS, *((ACTING,) if is_member else ()))
            if (address := _address(name))
        ],
    }
    return render(request, "my/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False, owners=True)
def details(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Let the customer say what to call them and in which language to tell them things."""
    name, language = (request.POST.get(field, "") for field in ("name", "language"))
    wrong = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                if name and name != customer.name:
                    parties.set_name(customer.id, name)
                parties.set_language(customer.id, cast("Language", language))
        except BadCustomer as error:
            wrong = error.field
        else:
            messages.success(request, "profile.kept", extra_tags="word")
            response = redirect("my:profile")
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                language.lower(),
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=bool(settings.SESSION_COOKIE_SECURE),
                samesite="Lax",
            )
            return response
    context = {
        "customer": customer,
        "token": token,
        "name": name or customer.name,
        "chosen": language or customer.language,
        "own_names": OWN_NAMES.items(),
        "name_proved": customer.identity_tier >= parties.NAME_PROVED,
        "name_max": parties.NAME_MAX,
        "wrong": wrong,
    }
    return render(request, "my/details.html", context, status=422 if wrong else 200)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
