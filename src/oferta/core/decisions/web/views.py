"""A decision about a customer, and why."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from oferta.core.decisions.web.pages import about, decision_of, question_label
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel.i18n import language_of


@require_safe
@for_customer
def decision(
    request: HttpRequest, *, customer: Customer, token: str, decision_id: UUID
) -> HttpResponse:
    """Say why: the clauses with their words, the arithmetic, what would have changed it."""
    item, language = decision_of(customer, decision_id), language_of(request.LANGUAGE_CODE)
    context = about(item, language) | {"token": token, "label": question_label(item, language)}
    return render(request, "decisions/decision.html", context)
