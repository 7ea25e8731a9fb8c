"""The club's public pages."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from oferta.core.parties.web.doors import SESSION
from oferta.core.terms import shelf
from oferta.core.terms.writing import show
from oferta.kernel import clock
from oferta.kernel.i18n import language_of
from oferta.services.club import partners
from oferta.services.club.facts import PACK, day_of
from oferta.services.club.pages import guide as steps

TEXT_MAX = 100


@require_safe
def partner_list(request: HttpRequest) -> HttpResponse:
    """List the partners of a day with what each gives, found by name or city (BC-78)."""
    today = day_of(clock.now())
    asked = request.GET.get("on", "")
    text = request.GET.get("q", "")[:TEXT_MAX]
    try:
        on, wrong = (date.fromisoformat(asked) if asked else today), False
    except ValueError:
        on, wrong = today, True
    type_ = shelf.terms().pack(PACK).facts["partner_rate"].type
    language = language_of(request.LANGUAGE_CODE)
    found = [
        (one, show(one.rate, type_, language) if one.rate is not None else "")
        for one in partners.listed(on, text)
    ]
    context = {
        "partners": found,
        "on": on,
        "given": asked if wrong else on.isoformat(),
        "wrong_day": wrong,
        "text": text,
        "pack": PACK,
    }
    return render(request, "club/partners.html", context, status=422 if wrong else 200)


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Tell step by step how the club works; what was typed is looked for (BC-13, BC-81)."""
    text = request.GET.get("q", "")[:TEXT_MAX]
    found = steps.find(text)
    context = {
        "text": text,
        "ambiguous": found.ambiguous,
        "entries": [
            (one, reverse(one.link, args=[SESSION] if one.own else []) if one.link else "")
            for one in found.entries
        ],
        "pack": PACK,
    }
    return render(request, "club/guide.html", context)
