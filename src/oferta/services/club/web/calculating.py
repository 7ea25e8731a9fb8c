"""Would this payment earn? A form of readable facts and the terms' own answer; nothing is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.core.terms.errors import NotInForce, TermsError
from oferta.kernel import clock
from oferta.kernel.i18n import language_of
from oferta.kernel.money import Money
from oferta.services.club import partners
from oferta.services.club.facts import PACK, day_of
from oferta.services.club.pages import asked, earning
from oferta.services.club.rules import UNIT

SHOP_MAX = 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False)
def calculator(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Answer what a payment that is only thought of would earn, and why."""
    language = language_of(request.LANGUAGE_CODE)
    today = day_of(clock.now())
    posted = request.method == "POST"
    given = request.POST if posted else {**earning.USUAL, "paid_on": today.isoformat()}
    form = asked.form(earning.ASKED, given, language)
    partner = request.POST.get("partner", "") if posted else request.GET.get("partner", "")
    shop = request.POST.get("shop", "")[:SHOP_MAX].replace("\0", "")
    context: dict[str, Any] = {
        "token": token,
        "pack": PACK,
        "form": form,
        "posted": posted,
        "partner": partner,
        "shop": shop,
        "partners": [(one.key, one.name) for one in partners.listed(today) if one.earns],
    }
    if posted and not form.wrong:
        try:
            found = earning.estimates(
                customer.id, form.facts, partner=partner, shop=shop, language=language
            )
        except NotInForce:
            context["stop_key"] = "club.calculator.too_early"
        except TermsError:
            context["stop_key"] = "club.calculator.wrong"
        else:
            sum_ = sum(one.amount for one in found)
            context |= {"estimates": found, "sum": Money(sum_, UNIT)}
    wrong = posted and (form.wrong or "stop_key" in context)
    return render(request, "club/calculator.html", context, status=422 if wrong else 200)
