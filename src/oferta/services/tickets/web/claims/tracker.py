"""What becomes of a request and its money: number, state, day, owner, every step (TR-154)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets.kinds import ActKind, LetterKind
from oferta.services.tickets.models import Act, Application, Refund
from oferta.services.tickets.refunding import applying, coming, handing, letters, regimes, story
from oferta.services.tickets.refunding.errors import (
    ApplicationClosed,
    BadDocument,
    NoSuchLetter,
)
from oferta.services.tickets.settling import missing
from oferta.services.tickets.types import ApplicationState, RefundState
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.claims import labels, sending
from oferta.services.tickets.web.claims.quote import PROOF

TONES = {
    ApplicationState.GRANTED: "good",
    ApplicationState.REFUSED: "bad",
    ApplicationState.AWAITING_DOCUMENT: "warn",
    ApplicationState.AWAITING_EXPLANATION: "warn",
    ApplicationState.WITHDRAWN: "",
}
MONEY_TONES = {
    RefundState.PAID: "good",
    RefundState.AWAITING_CHOICE: "warn",
    RefundState.CAME_BACK: "warn",
}


@require_safe
@for_customer
def refunds(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """List the customer's requests, and money that nobody had to ask for."""
    language = language_of(request.LANGUAGE_CODE)
    rows = Application.objects.filter(order__party_id=customer.id)
    asked = rows.select_related("order__performance").order_by("-number")
    unasked = Refund.objects.filter(order__party_id=customer.id, application__isnull=True)
    context = {
        "token": token,
        "asked": [
            head(one) | {"title": parts.title(one.order.performance.titles, language)}
            for one in asked
        ],
        "unasked": [
            money_of(one) | {"title": parts.title(one.order.performance.titles, language)}
            for one in unasked.select_related(
                "order__performance__regime", "order__operator", "application"
            ).order_by("-id")
        ],
    }
    return render(request, "tickets/claims/refunds.html", context)


@require_safe
@for_customer
def application(
    request: HttpRequest, *, customer: Customer, token: str, application_id: UUID
) -> HttpResponse:
    """Show a request: where it stands, what is next, what has happened."""
    row = labels.application_of(customer, application_id)
    language = language_of(request.LANGUAGE_CODE)
    context = about(row, language) | {
        "token": token,
        "document_id": uuid7(),
        "ahead": _ahead(row),
        "due_letters": _letters(row),
        "change_href": _again(row, token),
    }
    return render(request, "tickets/claims/application.html", context)


@require_POST
@for_customer
def attach(
    request: HttpRequest, *, customer: Customer, token: str, application_id: UUID
) -> HttpResponse:
    """Take a document for a request; the same file sent twice is one."""
    row = labels.application_of(customer, application_id)
    sending.take(request, row.id)
    return redirect("tickets:application", token, row.id)


@require_POST
@for_customer
def explain(
    request: HttpRequest, *, customer: Customer, token: str, application_id: UUID
) -> HttpResponse:
    """Take the reason why names differ."""
    row = labels.application_of(customer, application_id)
    said = request.POST.get("explanation", "")[: sending.WORDS_MAX]
    try:
        coming.explain(row.id, said, now=clock.now())
    except (BadDocument, ApplicationClosed) as error:
        wrong = "no_words" if isinstance(error, BadDocument) else "closed"
        messages.error(request, f"tickets.document.wrong.{wrong}", extra_tags="word")
    else:
        _note(row, ActKind.EXPLAINED, sending.id_of(request))
    return redirect("tickets:application", token, row.id)


@require_POST
@for_customer
def withdraw(
    request: HttpRequest, *, customer: Customer, token: str, application_id: UUID
) -> HttpResponse:
    """Take a request back; its tickets stay good."""
    row = labels.application_of(customer, application_id)
    try:
        applying.withdraw(row.id, now=clock.now())
    except ApplicationClosed:
        messages.error(request, "tickets.document.wrong.closed", extra_tags="word")
    else:
        _note(row, ActKind.WITHDRAWN, sending.id_of(request))
        messages.success(request, "tickets.request.withdrawn", extra_tags="word")
    return redirect("tickets:application", token, row.id)


@require_POST
@for_customer
def write(
    request: HttpRequest, *, customer: Customer, token: str, application_id: UUID, letter: str
) -> HttpResponse:
    """Write one of the buyer's letters, once; then it can be read and printed."""
    row = labels.application_of(customer, application_id)
    if letter not in set(LetterKind):
        raise Http404(letter)
    language = language_of(request.LANGUAGE_CODE)
    try:
        letters.write(row, LetterKind(letter), language=language, now=clock.now())
    except NoSuchLetter as error:
        raise Http404(error.code) from None
    return redirect("tickets:application", token, row.id)


@require_safe
@for_customer
def handed_out(
    request: HttpRequest, *, customer: Customer, token: str, application_id: UUID, paper: str
) -> HttpResponse:
    """Hand out the receipt, a letter or the whole file of a request."""
    del token
    row = labels.application_of(customer, application_id)
    return paper_of(row, paper, language_of(request.LANGUAGE_CODE))


def paper_of(row: Application, kind: str, language: Language) -> HttpResponse:
    """Return a paper of a request as a file; 404 for one that was not written."""
    try:
        made = handing.paper(row, kind, language=language, now=clock.now())
    except NoSuchLetter:
        raise Http404(kind) from None
    return as_file(made.content, made.media_type, made.name)


def as_file(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Return a file that is saved, never shown as a page of ours."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def head(row: Application) -> dict[str, Any]:
    """Return a request's row of a list."""
    return {
        "row": row,
        "state_key": f"tickets.request.state.{row.state}",
        "tone": TONES.get(ApplicationState(row.state), "info"),
        "is_open": row.closed_at is None,
    }


def money_of(one: Refund) -> dict[str, Any]:
    """Return a refund as pages show it; that somebody says it was paid is not that it came."""
    said = missing.may_be_missing(one)
    return {
        "refund": one,
        "amount": Money(one.amount, one.currency),
        "state_key": "tickets.money.said_paid" if said else f"tickets.money.{one.state}",
        "tone": "info" if said else MONEY_TONES.get(RefundState(one.state), "info"),
        "waits": one.state == RefundState.AWAITING_CHOICE,
        "day_key": f"tickets.refund.{'next_answer' if regimes.defers(one) else 'there_by'}",
        "late": one.state != RefundState.PAID and one.due_on < clock.now().date(),
    }


def about(row: Application, language: Language) -> dict[str, Any]:
    """Return what both the buyer and the office see of a request."""
    order, pack = row.order, row.order.refund_pack
    made = row.refunds.select_related("order__performance__regime", "application").order_by("id")
    documents = labels.values(pack, "document", language)
    return head(row) | {
        "order": order,
        "title": parts.title(order.performance.titles, language),
        "zone": order.performance.hall.venue.time_zone,
        "starts_at": order.performance.starts_at,
        "reason_said": labels.fact(pack, "reason", row.reason, language),
        "accepted": Money(row.accepted, order.currency),
        "late": row.closed_at is None and row.answer_by < clock.now().date(),
        "next_key": f"tickets.request.next.{row.state}",
        "tickets": _tickets(row),
        "refunds": [money_of(one) for one in made],
        "timeline": [(one, f"tickets.story.{one.what}") for one in story.story(row)],
        "papers": [
            {
                "row": one,
                "kind": documents.get(one.kind, one.kind),
                "check": labels.fact(pack, "document_check", one.authenticity, language),
                "tone": {"genuine": "good", "false_information": "bad"}.get(one.authenticity, ""),
            }
            for one in row.documents.defer("content").order_by("received_at", "id")
        ],
        "letters": [
            (one, f"tickets.papers.{one.kind}")
            for one in row.letters.defer("content").order_by("made_at")
        ],
        "documents": [(value, name) for value, name in documents.items() if value != "none"],
        "proof": PROOF.get(row.reason, "another"),
        "by_illness": row.reason in {"illness", "relative_illness"},
        "wants_words": row.state == ApplicationState.AWAITING_EXPLANATION,
    }


def _tickets(row: Application) -> list[dict[str, Any]]:
    rows = row.tickets.select_related("ticket__place__seat", "ticket__place__category")
    return [
        {
            "place": parts.seat_place(one.ticket.place.seat, one.ticket.place.category.name),
            "serial": one.ticket.serial,
            "decision_id": one.decision_id,
        }
        for one in rows.order_by("id")
    ]


def _ahead(row: Application) -> int:
    """Return how many requests are to be answered before this one (TR-101)."""
    if row.closed_at is not None:
        return 0
    open_ = Application.objects.filter(owner=row.owner, closed_at__isnull=True)
    return open_.filter(answer_by__lte=row.answer_by, number__lt=row.number).count()


def _letters(row: Application) -> list[dict[str, str]]:
    """Return the letters that there is ground for and that are not written yet."""
    written = set(row.letters.values_list("kind", flat=True))
    return [
        {
            "kind": str(one),
            "key": f"tickets.papers.{one}",
            "why_key": f"tickets.papers.why.{one}",
        }
        for one in letters.due(row, now=clock.now())
        if one not in written
    ]


def _again(row: Application, token: str) -> str:
    """Return where a refused request can be filed anew on own wish, if there is time (TR-52)."""
    if row.state != ApplicationState.REFUSED:
        return ""
    return reverse("tickets:refund", args=[token, row.order_id])


def _note(row: Application, kind: ActKind, id_: UUID) -> None:
    Act.objects.get_or_create(
        id=id_, defaults={"application": row, "kind": kind, "at": clock.now()}
    )
