"""The organiser says that it paid, and the buyer has nothing: what we know, one form, one day."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.i18n import language_of
from oferta.kernel.money import Money
from oferta.services.tickets.kinds import MissingState
from oferta.services.tickets.models import MissingRefund, OrganiserRefund, Refund
from oferta.services.tickets.refunding import story
from oferta.services.tickets.settling import missing
from oferta.services.tickets.settling.errors import NotMissing
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.claims import labels

TONES = {MissingState.OPEN: "warn", MissingState.OURS: "good", MissingState.CAME: "good"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer  # who is blocked is owed their money too
def page(request: HttpRequest, *, customer: Customer, token: str, doubted_id: UUID) -> HttpResponse:
    """Show who says what of a refund; POST says that nothing came, or that it has come after all.

    Of a refund that no organiser says it paid there is no such page.
    """
    row = labels.refund_of(customer, doubted_id)
    said = OrganiserRefund.objects.filter(refund=row).first()
    known = MissingRefund.objects.filter(refund=row).first()
    if said is None or (known is None and not missing.may_be_missing(row)):
        raise Http404("tickets.not_missing")
    if request.method == "POST":
        return _sent(request, row, known, token)
    return render(request, "tickets/claims/missing.html", _shown(request, row, said, known, token))


def _sent(
    request: HttpRequest, row: Refund, known: MissingRefund | None, token: str
) -> HttpResponse:
    now = clock.now()
    try:
        if known is not None and request.POST.get("came"):
            missing.came(known.number, now=now)
        else:
            missing.report(row.id, words=request.POST.get("words", ""), now=now)
    except NotMissing:  # answered meanwhile: the page says how
        messages.info(request, "tickets.missing.answered", extra_tags="word")
    return redirect("tickets:missing", token, row.id)


def _shown(
    request: HttpRequest,
    row: Refund,
    said: OrganiserRefund,
    known: MissingRefund | None,
    token: str,
) -> dict[str, Any]:
    performance, place = row.order.performance, row.ticket.place
    zone = performance.hall.venue.time_zone
    return {
        "token": token,
        "refund": row,
        "order": row.order,
        "amount": Money(row.amount, row.currency),
        "title": parts.title(performance.titles, language_of(request.LANGUAGE_CODE)),
        "place": parts.seat_place(place.seat, place.category.name),
        "organiser": said.organiser.name,
        "said": said,
        "known": known,
        "zone": zone,
        "said_on": said.told_at.astimezone(ZoneInfo(zone)).date(),
        "state_key": f"tickets.missing.state.{known.state}" if known else "",
        "tone": TONES.get(MissingState(known.state), "") if known else "",
        "next_key": f"tickets.missing.next.{known.state}" if known else "tickets.missing.next",
        "days": missing.DAYS,
        "words_max": missing.WORDS_MAX,
        "timeline": [(one, f"tickets.story.{one.what}") for one in _story(row)],
    }


def _story(row: Refund) -> list[story.Step]:
    return sorted(story.money(row), key=lambda one: one.at)
