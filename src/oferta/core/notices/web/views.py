"""The inbox: every notice, in the language of the page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from oferta.core.notices import queries, rendering
from oferta.core.notices.types import Notice
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel.i18n import Language, language_of

PAGE = 20


@require_safe
@for_customer
def inbox(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show a customer's notices, newest first."""
    language = language_of(request.LANGUAGE_CODE)
    found = queries.inbox(customer.id, before=_before(request), limit=PAGE + 1)
    context = {
        "customer": customer,
        "token": token,
        "notices": [_shown(item, language) for item in found[:PAGE]],
        "more": found[PAGE - 1].id if len(found) > PAGE else None,
    }
    return render(request, "notices/inbox.html", context)


def _shown(item: Notice, language: Language) -> dict[str, Any]:
    words = rendering.render(item.kind, item.params, item.cites, language)
    return {
        "id": item.id,
        "subject": words.subject,
        "body": words.body,
        "at": item.created_at,
        "decisions": _links(item, language),
    }


def _links(item: Notice, language: Language) -> list[tuple[UUID, str]]:
    """Return the decisions to link to, each with its question where there are several questions.

    Of a Decision and the one it replaced only the first is linked: its page leads to the other.
    """
    questions = rendering.questions(item.cites, language)
    if len(questions) == len(item.decision_ids) > 1:
        return list(zip(item.decision_ids, questions, strict=True))
    return [(id_, "") for id_ in item.decision_ids[:1]]


def _before(request: HttpRequest) -> UUID | None:
    given = request.GET.get("before")
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise Http404("before") from None
