"""Why was no bonus awarded? The reason first, then the question to a person (BC-85, BC-86)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.cases import actions as cases
from oferta.core.cases.errors import BadWords
from oferta.core.decisions import statement
from oferta.core.decisions.types import Decision
from oferta.core.decisions.web import statement as months
from oferta.core.decisions.web.pages import about
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.services.club.claims import claiming, matching
from oferta.services.club.claims.claiming import Way
from oferta.services.club.pages import lines

#: Lines looked through for payments that earned nothing, and those shown.
LOOKED_AT, SHOWN = 60, 12


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False)
def ask(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Say why a payment earned nothing, clause by clause; who does not agree asks a person."""
    language = language_of(request.LANGUAGE_CODE)
    key = request.GET.get("payment", "")
    decision = _decision(customer, key) if key else None
    error_key = ""
    words = request.POST.get("words", "")
    if request.method == "POST":
        try:
            made = claiming.claim(
                customer.id, words, way=Way.PAGE, payment=key, language=language, now=clock.now()
            )
        except BadWords:
            error_key = "cases.error.words"
        else:
            return redirect("cases:case", token, made.case.id)
    context: dict[str, Any] = {
        "token": token,
        "error_key": error_key,
        "words": words,
        "payment": key,
        "days": cases.ANSWER_DAYS,
    }
    if decision is not None:
        context |= about(decision, language)
    else:
        context["unpaid"] = _unpaid(customer, language)
    return render(request, "club/ask.html", context, status=422 if error_key else 200)


def _decision(customer: Customer, key: str) -> Decision:
    """Return the decision that a question about a payment is put to; 404 for another's payment."""
    found = matching.questioned(customer.id, [key]) if "\0" not in key else []
    if not found:
        raise Http404("club.unknown_payment")
    return found[0]


def _unpaid(customer: Customer, language: Language) -> list[Any]:
    """Return the latest payments that earned nothing."""
    if statement.span_of(customer.id) is None:
        return []
    found = months.latest(customer.id, language, limit=LOOKED_AT)
    nothing = [one.line for one in found if one.line.is_nothing]
    told = [lines.told(one, language) for one in lines.of_club(nothing)]
    return [one for one in told if one is not None][:SHOWN]
