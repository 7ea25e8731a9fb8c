"""The desk's pages of corrected prices: proposed, what became of them, what waits for a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oferta.core.notices import rendering
from oferta.core.notices.types import Notice
from oferta.core.parties import audit
from oferta.core.parties import queries as parties
from oferta.core.parties.errors import NotPermitted, OwnAct
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.services.tickets.models import Order
from oferta.services.tickets.refunding import corrected
from oferta.services.tickets.refunding.corrected import Corrected
from oferta.services.tickets.refunding.errors import UnknownCorrection
from oferta.services.tickets.web import parts

#: How far a correction is, by the colour of its chip.
TONES = {"arrived": "good", "under_way": "info", "cash": "warn", "by_hand": "warn"}


@require_safe
@for_staff(Permission.WORK_CASES)
def listed(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show what waits for a person and what was corrected; find an order whose price is wrong."""
    language, now = language_of(request.LANGUAGE_CODE), clock.now()
    typed = request.GET.get("q", "").strip()[:100]
    rows = Order.objects.select_related("performance__hall__venue")
    order = rows.filter(code=typed, tickets__isnull=False).first() if typed else None
    waiting, done = corrected.listed(waiting=True), corrected.listed(waiting=False)
    whose = [one.row.order.party_id for one in [*waiting, *done]]
    audit.record(
        actor=actor,
        what="correction.listed",
        parties=sorted({*whose, *([order.party_id] if order else [])}),
        now=now,
    )
    context = {
        "actor": actor,
        "typed": typed,
        "missed": typed if order is None else "",
        "order": order,
        "titled": parts.title(order.performance.titles, language) if order else None,
        "lines": [
            {
                "one": one,
                "place": parts.seat_place(one.line.place.seat, one.line.place.category.name),
            }
            for one in corrected.lines_of(order)
        ]
        if order
        else [],
        "waiting": [_line(one, language) for one in waiting],
        "done": [_line(one, language) for one in done],
    }
    return render(request, "tickets/changes/corrections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.WORK_CASES)
def correction(request: HttpRequest, *, actor: Actor, correction_id: UUID) -> HttpResponse:
    """Show a correction with what the buyer was told; note that a person transferred it."""
    found = _found(correction_id)
    if request.method == "POST":
        try:
            corrected.hand_over(correction_id, actor=actor, now=clock.now())
        except (NotPermitted, OwnAct) as error:
            raise PermissionDenied(error.code) from None
        except UnknownCorrection:
            raise Http404("correction") from None
        messages.success(request, "tickets.corrections.noted", extra_tags="word")
        return redirect("tickets:correction", correction_id)
    audit.record(
        actor=actor,
        what="correction.read",
        subject_kind="order",
        subject_id=found.row.order_id,
        parties=[found.row.order.party_id],
        now=clock.now(),
    )
    whom = [one for one in (found.made_by, found.approved_by, found.row.staff_id) if one]
    names = parties.staff_names(whom)
    language = language_of(request.LANGUAGE_CODE)
    context = _line(found, language) | {
        "actor": actor,
        "order": found.row.order,
        "made_by": names.get(found.made_by) if found.made_by else None,
        "approved_by": names.get(found.approved_by) if found.approved_by else None,
        "handed_by": names.get(found.row.staff_id) if found.row.staff_id else None,
        "told": [
            {"at": one.created_at, "subject": _subject(one, language)}
            for one in corrected.told(found)
        ],
        "means_key": f"tickets.means.{found.row.payment.means}",
        "may_note": found.state == "by_hand",
    }
    return render(request, "tickets/changes/correction.html", context)


@require_POST
@for_staff(Permission.WORK_CASES)
def correct(request: HttpRequest, *, actor: Actor, sold_line_id: UUID) -> HttpResponse:
    """Open the case in which another price is proposed."""
    del request
    try:
        case_id = corrected.propose(sold_line_id, actor=actor, now=clock.now())
    except OwnAct as error:
        raise PermissionDenied(error.code) from None
    except UnknownCorrection:
        raise Http404("line") from None
    return redirect("desk:case", case_id)


def _found(correction_id: UUID) -> Corrected:
    try:
        return corrected.one(correction_id)
    except UnknownCorrection:
        raise Http404("correction") from None


def _subject(notice: Notice, language: Language) -> str:
    return rendering.render(notice.kind, notice.params, notice.cites, language).subject


def _line(one: Corrected, language: Language) -> dict[str, Any]:
    return {
        "one": one,
        "titled": parts.title(one.row.order.performance.titles, language),
        "state_key": f"tickets.corrections.state.{one.state}",
        "tone": TONES[one.state],
    }
