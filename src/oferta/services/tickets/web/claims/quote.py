"""The quote on one screen, and the request that follows from it (TR-82, TR-153)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from oferta.core.parties import blocks
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.core.terms.explanation import Explanation, Role
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets.models import ApplicationTicket, Order, Ticket
from oferta.services.tickets.refunding import applying, facts, previewing, reading
from oferta.services.tickets.refunding.errors import (
    ApplicationReused,
    BadReason,
    NothingToReturn,
    QuoteChanged,
    RefundRefused,
)
from oferta.services.tickets.refunding.facts import Sold
from oferta.services.tickets.refunding.previewing import Asked
from oferta.services.tickets.refunding.quoting import Quote, TicketQuote
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import TicketStatus
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.claims import drawing, labels, sending

_MADE_IT = (Role.DECIDED, Role.ADDED, Role.CLASHED)
_PERCENT = 10_000
#: Reasons that a document proves, and what proves each unless another one is chosen.
PROOF = {facts.ILLNESS: "sick_note_photo", facts.RELATIVE_DEATH: "death_certificate"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader asks about."""

    tickets: tuple[UUID, ...]
    reason: str


@never_cache
@require_safe
@for_customer
def refund(request: HttpRequest, *, customer: Customer, token: str, order_id: UUID) -> HttpResponse:
    """Say what comes back now, for which ticket, why, and what would change it."""
    order = labels.order_of(customer, order_id)
    chosen = _chosen(request.GET)
    return _page(request, order, chosen, token=token)


@require_POST
@for_customer
def apply(request: HttpRequest, *, customer: Customer, token: str, order_id: UUID) -> HttpResponse:
    """File the request for the sum that was seen; the same form sent twice is one request.

    A block takes nobody's money: who is blocked files too, only no new account is taken from them.
    """
    order = labels.order_of(customer, order_id)
    chosen = _chosen(request.POST)
    errors = _wrong(request, customer)
    if errors:
        return _page(request, order, chosen, token=token, errors=errors)
    try:
        made = applying.apply(_filing(request, order, chosen), now=clock.now())
    except QuoteChanged:
        return _page(request, order, chosen, token=token, errors={"sum": "changed"})
    except (NothingToReturn, BadReason, ApplicationReused, RefundRefused) as error:
        name = error.code.rpartition(".")[2]
        messages.error(request, f"tickets.refund.wrong.{name}", extra_tags="word")
        return redirect("tickets:refund", token, order.id)
    messages.success(request, "tickets.refund.filed", extra_tags="word")
    if sending.has_file(request):
        sending.take(request, made.id)
    return redirect("tickets:application", token, made.id)


def _filing(request: HttpRequest, order: Order, chosen: Chosen) -> Filing:
    given = request.POST
    differ = bool(given.get("differ"))
    accepted = given.get("accepted", "")[:18]  # more is never shown
    return Filing(
        id=sending.id_of(request),
        order_id=order.id,
        tickets=chosen.tickets,
        reason=chosen.reason,
        words=given.get("words", "").strip(),
        accepted=int(accepted) if accepted.isascii() and accepted.isdigit() else 0,
        explanation=given.get("explanation", "").strip() if differ else "",
        names_match=not differ,
        bank_details=given.get("bank", "").strip(),
    )


def _wrong(request: HttpRequest, customer: Customer) -> dict[str, str]:
    """Return what is wrong with the form: the field to the last part of a word's key."""
    given = request.POST
    wrong = {}
    if given.get("closed") and not given.get("bank", "").strip():
        wrong["bank"] = "no_bank"
    elif given.get("bank", "").strip() and blocks.in_force(customer.id) is not None:
        wrong["bank"] = "blocked"
    if (
        given.get("reason") in (facts.OTHER, facts.RELATIVE_ILLNESS)
        and not given.get("words", "").strip()
    ):
        wrong["words"] = "no_words"
    if any(
        len(given.get(name, "")) > sending.WORDS_MAX for name in ("words", "explanation", "bank")
    ):
        wrong["words"] = "too_long"
    return wrong


def _chosen(given: QueryDict) -> Chosen:
    tickets = []
    for one in given.getlist("t"):
        try:
            tickets.append(UUID(one))
        except ValueError:
            continue
    return Chosen(tuple(dict.fromkeys(tickets)), given.get("reason", ""))


def _page(
    request: HttpRequest,
    order: Order,
    chosen: Chosen,
    *,
    token: str,
    errors: Mapping[str, str] | None = None,
) -> HttpResponse:
    language = language_of(request.LANGUAGE_CODE)
    rows = _tickets(order)
    good = {
        one.ticket_id: one for one in reading.sold_in(order.id) if one.ticket_id in rows["open"]
    }
    wanted = [one for one in chosen.tickets if one in good] or list(good)
    context: dict[str, Any] = {
        "token": token,
        "order": order,
        "performance": order.performance,
        "title": parts.title(order.performance.titles, language),
        "zone": order.performance.hall.venue.time_zone,
        "tickets": [
            one | {"checked": one["id"] in wanted, "open": one["id"] in good} for one in rows["all"]
        ],
        "given": request.POST,
        "errors": {name: f"tickets.refund.wrong.{why}" for name, why in (errors or {}).items()},
    }
    if good:
        first = good[wanted[0]]
        reason = _reason(chosen.reason, first)
        asked = Asked(order_id=order.id, tickets=tuple(wanted), reason=reason)
        found = previewing.preview(asked, language=language, now=clock.now())
        context |= _reasons(order, first, reason, language)
        context |= shown(found, order, rows["places"], language)
        context |= {"request_id": sending.id_of(request), "document_id": uuid7()}
    return render(request, "tickets/claims/refund.html", context, status=422 if errors else 200)


def _reason(given: str, first: Sold) -> str:
    """Return what the buyer claims: what they chose, else the change of the performance."""
    known = (*facts.BUYERS_REASONS, *([first.change] if first.change else []))
    return given if given in known else first.change or facts.OWN_WISH


def _tickets(order: Order) -> dict[str, Any]:
    """Return an order's tickets in words, and which of them may be given back."""
    rows = Ticket.objects.filter(order=order).select_related("place__seat", "place__category")
    under = dict(
        ApplicationTicket.objects.filter(
            ticket__order=order, application__closed_at__isnull=True
        ).values_list("ticket_id", "application_id")
    )
    places, told, open_ = {}, [], set()
    for one in rows.order_by("serial"):
        places[one.id] = parts.seat_place(one.place.seat, one.place.category.name)
        free = one.status == TicketStatus.VALID and one.id not in under
        if free:
            open_.add(one.id)
        told.append(
            {
                "id": one.id,
                "place": places[one.id],
                "returned": one.status == TicketStatus.RETURNED,
                "application_id": under.get(one.id),
            }
        )
    return {"all": told, "open": open_, "places": places}


def _reasons(order: Order, first: Sold, reason: str, language: Language) -> dict[str, Any]:
    said = labels.values(order.refund_pack, "reason", language)
    documents = labels.values(order.refund_pack, "document", language)
    offered = [*([first.change] if first.change else []), *facts.BUYERS_REASONS]
    return {
        "reasons": [(one, said.get(one, one)) for one in offered],
        "reason": reason,
        "reason_said": said.get(reason, reason),
        "documents": [(value, name) for value, name in documents.items() if value != "none"],
        "proof": PROOF.get(reason, "another"),
        "needs_proof": reason in PROOF,
        "needs_words": reason in (facts.OTHER, facts.RELATIVE_ILLNESS),
        "by_illness": reason in (facts.ILLNESS, facts.RELATIVE_ILLNESS),
    }


def shown(
    found: Quote, order: Order, places: Mapping[UUID, Any], language: Language
) -> dict[str, Any]:
    """Return a quote as its page shows it."""
    unit, pack = found.unit, order.refund_pack
    today = found.claim.requested_at.astimezone(found.tickets[0].sold.zone).date()
    return {
        "quote": found,
        "total": Money(found.total, unit),
        "decision_key": _decision(found.tickets),
        "rows": [_row(one, places) for one in found.tickets],
        "mixed": len({one.percent for one in found.tickets}) > 1,
        "explained": [_explained(one) for one in found.explanations],
        "calendar": drawing.drawn(found.calendar),
        "today": today,
        "steps": _steps(found, today),
        "alternatives": [
            {
                "way_key": f"tickets.refund.way.{one.way}",
                "reason": one.claim.reason,
                "reason_said": labels.fact(pack, "reason", one.claim.reason, language),
                "total": Money(one.total, unit),
                "waits_key": ""
                if one.decision == "paid"
                else f"tickets.refund.head.{one.decision}",
            }
            for one in found.alternatives
        ],
        "way": labels.way(pack, found.way, language),
        "way_waits": found.way.startswith("awaiting"),
        "edition": found.tickets[0].decided.edition,
    }


def _decision(quoted: Sequence[TicketQuote]) -> str:
    """Return the key of the words for what a request would come to; the best of the tickets."""
    best = max(quoted, key=lambda one: one.total)
    paid = best.decision == "paid" and not best.total and best.sold.paid
    said = "refused" if paid else best.decision
    return f"tickets.refund.head.{said}"


def _row(one: TicketQuote, places: Mapping[UUID, Any]) -> dict[str, Any]:
    sold, unit = one.sold, one.sold.unit
    fees = sold.service_fee + sold.delivery
    return {
        "place": places[sold.ticket_id],
        "paid": Money(sold.paid, unit),
        "percent": one.percent // _PERCENT,
        "has_percent": bool(one.percent),
        "of_nominal": one.base == "nominal" and sold.nominal != sold.paid,
        "nominal": Money(sold.nominal, unit),
        "ticket_money": Money(one.ticket_money, unit),
        "fees": Money(fees, unit) if fees else None,
        "fees_back": Money(fees - one.kept_fee, unit),
        "fees_kept": Money(one.kept_fee, unit),
        "total": Money(one.total, unit),
    }


def _explained(one: Explanation) -> dict[str, Any]:
    return {"why": one, "deciding": [item for item in one.clauses if item.role in _MADE_IT]}


def _steps(found: Quote, today: date) -> list[dict[str, Any]]:
    """Return the ladder; no step where the days change nothing."""
    return [
        {
            "day": one.first_day,
            "is_today": one.first_day == today,
            "total": Money(one.total, found.unit),
            "decision_key": ""
            if one.decision in {"paid", "refused"}
            else f"tickets.refund.head.{one.decision}",
        }
        for one in found.ladder
    ]
