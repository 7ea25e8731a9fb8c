"""The office's room for refunds: what is late first, a request with its papers, papers taken in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oferta.core.parties import audit
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import language_of
from oferta.kernel.ids import uuid7
from oferta.services.tickets.kinds import Intake
from oferta.services.tickets.models import Application, Document, Order, Payout
from oferta.services.tickets.refunding import coming, office
from oferta.services.tickets.refunding import queue as waits
from oferta.services.tickets.refunding.errors import UnknownApplication
from oferta.services.tickets.refunding.office import Check, Doing, PaperIntake
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import Carrier, PayoutState, TicketStatus
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.claims import labels, sending, tracker

#: Refusals that have words of their own.
_SAID = frozenset(
    {
        "own_act",
        "application_closed",
        "bad_document",
        "cannot_extend",
        "bad_intake",
        "nothing_to_return",
        "bad_reason",
        "unknown_order",
        "application_reused",
    }
)


@require_safe
@for_staff(Permission.WORK_CASES)
def queue(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show requests and money that is owed, what is past its day first (TR-92, TR-150)."""
    today = clock.now().date()
    wanted = request.GET.get("show", "")
    wanted = wanted if wanted in waits.VIEWS else "open"
    typed = request.GET.get("q", "").strip()
    found = waits.found(typed) if typed else waits.requests(wanted, today)
    money = waits.money(wanted, today) if not typed else []
    unasked = waits.by_hand(one for one in money if one.application_id is None)
    whose = [one.order.party_id for one in found] + [one.order.party_id for one in money]
    audit.record(actor=actor, what="refund.listed", parties=whose, now=clock.now())
    language = language_of(request.LANGUAGE_CODE)
    context = {
        "actor": actor,
        "views": [(one, f"tickets.office.show.{one}") for one in waits.VIEWS],
        "wanted": wanted,
        "typed": typed,
        "requests": [
            tracker.head(one)
            | {
                "title": parts.title(one.order.performance.titles, language),
                "reason_said": labels.fact(one.order.refund_pack, "reason", one.reason, language),
                "late": one.closed_at is None and one.answer_by < today,
            }
            for one in found
        ],
        "money": [
            tracker.money_of(one)
            | {
                "title": parts.title(one.order.performance.titles, language),
                "by_hand": [(part, uuid7()) for part in unasked.get(one.id, ())],
            }
            for one in money
        ],
    }
    return render(request, "tickets/claims/office.html", context)


@require_safe
@for_staff(Permission.WORK_CASES)
def application(request: HttpRequest, *, actor: Actor, application_id: UUID) -> HttpResponse:
    """Show one request with everything that a decision needs; that it was read is noted."""
    row = _row(application_id)
    _read(actor, "refund.read", row)
    language = language_of(request.LANGUAGE_CODE)
    pack = row.order.refund_pack
    answers = labels.values(pack, "organiser_answer", language)
    context = tracker.about(row, language) | {
        "actor": actor,
        "act_id": uuid7(),
        "open_papers": [one.id for one in row.documents.filter(authenticity="not_checked")],
        "answers": [(value, said) for value, said in answers.items() if value != "none"],
        "answer_said": answers.get(row.organiser_answer, ""),
        "may_extend": row.closed_at is None and not row.extended,
        "originals_missing": row.tickets.filter(
            ticket__carrier=Carrier.PAPER, ticket__surrendered_at__isnull=True
        ).exists(),
        "by_hand": Payout.objects.filter(
            refund__application=row, payment__isnull=True, state=PayoutState.STARTED
        ),
        "payer": row.order.payer_name,
    }
    return render(request, "tickets/claims/office_application.html", context)


@require_safe
@for_staff(Permission.WORK_CASES)
def document(request: HttpRequest, *, actor: Actor, document_id: UUID) -> HttpResponse:
    """Hand out a document to be looked at; that it was read is noted."""
    del request
    found = Document.objects.select_related("application__order").filter(id=document_id).first()
    if found is None:
        raise Http404("tickets.unknown_document")
    _read(actor, "refund.document_read", found.application)
    ending = found.media_type.rpartition("/")[2]
    return tracker.as_file(bytes(found.content), found.media_type, f"{document_id}.{ending}")


@require_safe
@for_staff(Permission.WORK_CASES)
def handed_out(
    request: HttpRequest, *, actor: Actor, application_id: UUID, paper: str
) -> HttpResponse:
    """Hand out the receipt, a letter or the file of a request; that it was read is noted."""
    row = _row(application_id)
    _read(actor, "refund.paper_read", row)
    return tracker.paper_of(row, paper, language_of(request.LANGUAGE_CODE))


@require_POST
@for_staff(Permission.WORK_CASES)
def check(request: HttpRequest, *, actor: Actor, document_id: UUID) -> HttpResponse:
    """Note what was found of a document."""
    given = request.POST
    paper_row = Document.objects.filter(id=document_id).only("application_id").first()
    if paper_row is None:
        raise Http404("tickets.unknown_document")
    found = Check(
        document_id=document_id,
        authenticity=coming.GENUINE if given.get("found") == "genuine" else coming.FALSE,
        illness_from=sending.day_of(given.get("illness_from", "")),
        illness_through=sending.day_of(given.get("illness_through", "")),
        names_match=not given.get("differ"),
        words=given.get("words", "").strip()[: sending.WORDS_MAX],
    )
    doing = _doing(request, actor)
    return _do(request, paper_row.application_id, lambda: office.check(found, doing))


@require_POST
@for_staff(Permission.WORK_CASES)
def answer(request: HttpRequest, *, actor: Actor, application_id: UUID) -> HttpResponse:
    """Note what the organiser says."""
    said, words = request.POST.get("answer", ""), _words(request)
    doing = _doing(request, actor)
    return _do(
        request,
        application_id,
        lambda: office.organiser_answers(application_id, said, words, doing),
    )


@require_POST
@for_staff(Permission.WORK_CASES)
def extend(request: HttpRequest, *, actor: Actor, application_id: UUID) -> HttpResponse:
    """Make the review longer, once; the buyer is told (TR-88)."""
    doing = _doing(request, actor)
    return _do(
        request, application_id, lambda: office.extend(application_id, _words(request), doing)
    )


@require_POST
@for_staff(Permission.WORK_CASES)
def refer(request: HttpRequest, *, actor: Actor, application_id: UUID) -> HttpResponse:
    """Note the number of an outside case (TR-147)."""
    number = request.POST.get("reference", "")[:120]
    doing = _doing(request, actor)
    return _do(
        request,
        application_id,
        lambda: office.refer(application_id, number, _words(request), doing),
    )


@require_POST
@for_staff(Permission.WORK_CASES)
def surrender(request: HttpRequest, *, actor: Actor, application_id: UUID) -> HttpResponse:
    """Note that the originals were handed in (TR-98)."""
    doing = _doing(request, actor)
    return _do(request, application_id, lambda: office.surrender(application_id, doing))


@require_POST
@for_staff(Permission.WORK_CASES)
def by_hand(request: HttpRequest, *, actor: Actor, payout_id: UUID) -> HttpResponse:
    """Note that money which goes by hand was handed over, or came back."""
    found = Payout.objects.select_related("refund").filter(id=payout_id).first()
    if found is None or found.payment_id is not None:
        raise Http404("tickets.unknown_refund")
    arrived = request.POST.get("came") == "there"
    doing = _doing(request, actor)
    return _do(
        request,
        found.refund.application_id,
        lambda: office.by_hand(payout_id, doing, arrived=arrived),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.WORK_CASES)
def register(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Take a request in that came by post, e-mail, phone or at the window (TR-62 to TR-75)."""
    if request.method == "POST":
        return _registered(request, actor)
    typed = request.GET.get("order", "").strip()
    rows = Order.objects.select_related("performance__hall__venue")
    order = rows.filter(code=typed, tickets__isnull=False).first() if typed else None
    context: dict[str, Any] = {"actor": actor, "typed": typed, "order": order, "missed": typed}
    if order is not None:
        _read_order(actor, order)
        context |= _to_register(order, request)
    return render(request, "tickets/claims/office_register.html", context)


def _registered(request: HttpRequest, actor: Actor) -> HttpResponse:
    given = request.POST
    try:
        order_id = UUID(given.get("order", ""))
        tickets = tuple(UUID(one) for one in given.getlist("t"))
        channel = Intake(given.get("channel", ""))
    except ValueError:
        raise Http404("form") from None
    filing = Filing(
        id=sending.id_of(request),
        order_id=order_id,
        tickets=tickets,
        reason=given.get("reason", ""),
        words=_words(request),
        bank_details=given.get("bank", "").strip()[:1_000],
    )
    taken = PaperIntake(
        channel=channel,
        sent_on=sending.day_of(given.get("sent_on", "")) or date.max,
        email=given.get("email", ""),
        phone=given.get("phone", ""),
        verified=given.get("verified", "")[: sending.WORDS_MAX],
        passport_seen=bool(given.get("passport")),
    )
    doing = Doing(id=sending.id_of(request, "act"), actor=actor, now=clock.now())
    try:
        made = office.register(filing, taken, doing)
    except OfertaError as error:
        return _register_again(request, actor, order_id, error)
    messages.success(request, "tickets.office.registered", extra_tags="word")
    return redirect("tickets:office_application", made.id)


def _register_again(
    request: HttpRequest, actor: Actor, order_id: UUID, error: OfertaError
) -> HttpResponse:
    """Show the form with all that was typed: who typed a letter in does not do it twice."""
    rows = Order.objects.select_related("performance__hall__venue")
    order = rows.filter(id=order_id).first()
    _say(request, error)
    if order is None:
        return redirect("tickets:office_register")
    context = {"actor": actor, "typed": order.code, "order": order, **_to_register(order, request)}
    return render(request, "tickets/claims/office_register.html", context, status=422)


def _to_register(order: Order, request: HttpRequest) -> dict[str, Any]:
    language = language_of(request.LANGUAGE_CODE)
    chosen = request.POST.getlist("t")
    rows = order.tickets.filter(status=TicketStatus.VALID)
    reasons = labels.values(order.refund_pack, "reason", language)
    return {
        "title": parts.title(order.performance.titles, language),
        "tickets": [
            (
                one.id,
                parts.seat_place(one.place.seat, one.place.category.name),
                request.method != "POST" or str(one.id) in chosen,
            )
            for one in rows.select_related("place__seat", "place__category").order_by("serial")
        ],
        "reasons": list(reasons.items()),
        "channels": [(one.value, f"tickets.office.channel.{one}") for one in Intake],
        "request_id": uuid7(),
        "act_id": uuid7(),
        "today": clock.now().date(),
        "given": request.POST,
    }


def _row(application_id: UUID) -> Application:
    rows = Application.objects.select_related(
        "order__performance__hall__venue", "order__performance__organiser", "order__operator"
    )
    found = rows.filter(id=application_id).first()
    if found is None:
        raise Http404("tickets.unknown_application")
    return found


def _read(actor: Actor, what: str, row: Application) -> None:
    audit.record(
        actor=actor,
        what=what,
        subject_kind=office.SUBJECT,
        subject_id=row.id,
        parties=[row.order.party_id],
        now=clock.now(),
    )


def _read_order(actor: Actor, order: Order) -> None:
    audit.record(
        actor=actor,
        what="refund.listed",
        subject_kind="order",
        subject_id=order.id,
        parties=[order.party_id],
        now=clock.now(),
    )


def _doing(request: HttpRequest, actor: Actor) -> Doing:
    return Doing(id=sending.id_of(request), actor=actor, now=clock.now())


def _words(request: HttpRequest) -> str:
    return request.POST.get("words", "").strip()[: sending.WORDS_MAX]


def _do(request: HttpRequest, application_id: UUID | None, act: Callable[[], Any]) -> HttpResponse:
    """Do an act and lead back to its request, or to the money that nobody had to ask for."""
    try:
        act()
    except UnknownApplication as error:
        raise Http404(error.code) from None
    except OfertaError as error:
        _say(request, error)
    else:
        messages.success(request, "tickets.office.noted", extra_tags="word")
    if application_id is None:
        return redirect(f"{reverse('tickets:office')}?show={waits.MONEY}")
    return redirect("tickets:office_application", application_id)


def _say(request: HttpRequest, error: OfertaError) -> None:
    name = error.code.rpartition(".")[2]
    key = f"tickets.office.refused.{name if name in _SAID else 'other'}"
    messages.error(request, key, extra_tags="word")
