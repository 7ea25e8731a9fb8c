"""A decision about a customer, and why."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from oferta.core.decisions import queries
from oferta.core.decisions.errors import UnknownDecision
from oferta.core.decisions.web.pages import about
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel.i18n import language_of


@require_safe
@for_customer
def decision(
    request: HttpRequest, *, customer: Customer, token: str, decision_id: UUID
) -> HttpResponse:
    """Say why: the clauses with their words, the arithmetic, what would have changed it."""
    try:
        item = queries.decision(decision_id)
    except UnknownDecision as error:
        raise Http404(error.code) from None
    if item.party_id != customer.id:
        raise Http404("not about this customer")
    context = about(item, language_of(request.LANGUAGE_CODE))
    return render(request, "decisions/decision.html", context | {"token": token})
