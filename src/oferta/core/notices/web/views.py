"""The inbox: every notice, in the language of the page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.notices import actions, queries, rendering
from oferta.core.notices.errors import UnknownNotice
from oferta.core.notices.types import Notice
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of

PAGE = 20
UNREAD = "unread"


@require_safe
@for_customer
def inbox(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show a customer's notices, newest first."""
    return inbox_page(request, customer, token)


@require_safe
@for_customer
def notice(
    request: HttpRequest, *, customer: Customer, token: str, notice_id: UUID
) -> HttpResponse:
    """Show one notice whole; from then on it is read."""
    try:
        found = queries.notice(notice_id)
    except UnknownNotice as error:
        raise Http404(error.code) from None
    if found.party_id != customer.id:
        raise Http404("another customer's")
    actions.mark_read([found.id], now=clock.now())
    language = language_of(request.LANGUAGE_CODE)
    context = {"token": token, "notice": shown(found, language, is_new=False)}
    return render(request, "notices/notice.html", context)


@require_POST
@for_customer
def read_all(_request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Take every notice there is for read."""
    actions.mark_all_read(customer.id, now=clock.now())
    return redirect("inbox:list", token)


def inbox_page(request: HttpRequest, customer: Customer, token: str) -> HttpResponse:
    """Return the page of a customer's notices; of the later ones only the rows if asked so."""
    language = language_of(request.LANGUAGE_CODE)
    only = request.GET.get("show") == UNREAD
    before = _before(request)
    found = queries.inbox(customer.id, before=before, limit=PAGE + 1, unread_only=only)
    page = found[:PAGE]
    read = queries.read_among(one.id for one in page)
    context = {
        "customer": customer,
        "token": token,
        "unread_only": only,
        "is_first": before is None,
        "notices": [shown(one, language, is_new=one.id not in read) for one in page],
        "more": found[PAGE - 1].id if len(found) > PAGE else None,
    }
    in_part = request.headers.get("HX-Request") and before is not None
    template = "notices/_rows.html" if in_part else "notices/inbox.html"
    return render(request, template, context)


def newest(party_id: UUID, language: Language, *, limit: int) -> list[dict[str, Any]]:
    """Return the newest notices, for the customer's first page."""
    found = queries.inbox(party_id, limit=limit)
    read = queries.read_among(one.id for one in found)
    return [shown(one, language, is_new=one.id not in read) for one in found]


def shown(item: Notice, language: Language, *, is_new: bool) -> dict[str, Any]:
    """Return a notice in words, with the decisions that it tells of."""
    words = rendering.render(item.kind, item.params, item.cites, language)
    return {
        "id": item.id,
        "is_new": is_new,
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
