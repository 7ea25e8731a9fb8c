"""The desk's list of money that an organiser says it paid and the buyer does not have."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.parties import audit
from oferta.core.parties.errors import OwnAct
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.i18n import language_of
from oferta.kernel.money import Money
from oferta.services.tickets.kinds import MissingState
from oferta.services.tickets.settling import missing
from oferta.services.tickets.settling.errors import NotMissing, SettlementRefused
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.claims.missing import TONES

SHOWN = 100


@require_safe
@for_staff(Permission.WORK_CASES)
def queue(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List what buyers miss by the day on which it is answered; that it was read is noted."""
    today, language = clock.now().date(), language_of(request.LANGUAGE_CODE)
    every = request.GET.get("show") == "all"
    found = list(missing.listed(all_of_them=every)[:SHOWN])
    whose = [one.refund.order.party_id for one in found]
    audit.record(actor=actor, what="refund.listed", parties=whose, now=clock.now())
    context = {
        "actor": actor,
        "every": every,
        "found": [
            {
                "row": one,
                "title": parts.title(one.refund.order.performance.titles, language),
                "amount": Money(one.refund.amount, one.refund.currency),
                "open": one.state == MissingState.OPEN,
                "late": one.state == MissingState.OPEN and one.answer_by < today,
                "state_key": f"tickets.missing.state.{one.state}",
                "tone": TONES.get(MissingState(one.state), ""),
            }
            for one in found
        ],
    }
    return render(request, "tickets/claims/missing_desk.html", context)


@require_POST
@for_staff(Permission.WORK_CASES)
def answer(request: HttpRequest, *, actor: Actor, missing_number: int) -> HttpResponse:
    """Pay a buyer ourselves, or note the organiser's proof; the buyer is told which."""
    now = clock.now()
    try:
        if request.POST.get("act") == "pay":
            missing.pay(missing_number, actor=actor, now=now)
        else:
            words = request.POST.get("words", "")
            missing.prove(missing_number, actor=actor, words=words, now=now)
    except OwnAct:
        messages.error(request, "tickets.office.refused.own_act", extra_tags="word")
    except NotMissing as error:
        key = "no_proof" if error.state == "no_proof" else "answered"
        messages.error(request, f"tickets.missing.{key}", extra_tags="word")
    except SettlementRefused:
        messages.error(request, "tickets.office.refused.other", extra_tags="word")
    else:
        messages.success(request, "tickets.office.noted", extra_tags="word")
    return redirect("tickets:office_missing")
