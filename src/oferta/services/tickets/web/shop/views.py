"""What is on: the public listing."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from oferta.kernel import clock
from oferta.kernel.i18n import language_of
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.shop import shows


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List performances that have not begun, found by words, city and day."""
    now = clock.now()
    wish, wrong = shows.asked(request.GET.dict())
    language = language_of(request.LANGUAGE_CODE)
    found, more = ([], False) if wrong else shows.found(wish, language, now=now)
    kept = {name: request.GET[name] for name in ("q", "city", "day") if request.GET.get(name)}
    context = {
        "shows": found,
        "cities": shows.cities(now=now),
        "wish": wish,
        "given_day": request.GET.get("day", ""),
        "wrong_day": wrong,
        "asked": bool(kept),
        "earlier": urlencode(kept | {"page": wish.page - 1}) if wish.page > 1 else "",
        "later": urlencode(kept | {"page": wish.page + 1}) if more else "",
        "mine": parts.address("tickets:mine", "my") if request.user.is_authenticated else "",
    }
    return render(request, "tickets/shop/listing.html", context, status=422 if wrong else 200)
