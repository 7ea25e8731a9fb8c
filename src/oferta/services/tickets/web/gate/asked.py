"""The desk's page of what gates ask of telephones, since when, and of a key that was lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.i18n import language_of
from oferta.services.tickets import offering, phone_codes
from oferta.services.tickets.errors import BadCatalogue, NoMoreRounds, PhoneCodeFixed
from oferta.services.tickets.kinds import PHONE_ROUND_MAX, PhoneCode
from oferta.services.tickets.models import Performance
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.changes import public

#: Why nothing changed, in words.
_REFUSED: Mapping[type[Exception], str] = {
    PhoneCodeFixed: "tickets.asked.fixed",
    NoMoreRounds: "tickets.asked.no_more",
    BadCatalogue: "tickets.asked.no_source",
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.WORK_CASES)
def page(request: HttpRequest, *, actor: Actor, performance_id: UUID) -> HttpResponse:
    """Show what gates ask of telephones with its history; a POST asks for something else."""
    found = public.shown_performance(performance_id)
    wrong = ""
    if request.method == "POST":
        try:
            _done(request, found, actor)
        except tuple(_REFUSED) as error:
            wrong = _REFUSED[type(error)]
        else:
            messages.success(request, "tickets.asked.done", extra_tags="word")
            return redirect("tickets:phone_code", found.id)
    context = {
        "actor": actor,
        "performance": found,
        "titled": parts.title(found.titles, language_of(request.LANGUAGE_CODE)),
        "zone": found.hall.venue.time_zone,
        "rules": [_rule(one) | {"chosen": one == found.phone_code} for one in PhoneCode],
        "rounds_left": PHONE_ROUND_MAX - found.phone_round,
        "lines": _history(found),
        "source": request.POST.get("source", "")[: phone_codes.SOURCE_MAX],
        "source_max": phone_codes.SOURCE_MAX,
        "wrong": wrong,
    }
    return render(request, "tickets/gate/asked.html", context, status=422 if wrong else 200)


def _done(request: HttpRequest, found: Performance, actor: Actor) -> None:
    source = request.POST.get("source", "")[: phone_codes.SOURCE_MAX]
    now = clock.now()
    if request.POST.get("act") == "renew":
        phone_codes.renew_key(found.id, source=source, now=now, staff_id=actor.id)
        return
    rule = request.POST.get("rule", "")
    if rule not in set(PhoneCode):
        raise BadCatalogue(field="rule", given=rule[:20], expected=", ".join(PhoneCode))
    phone_codes.ask(found.id, PhoneCode(rule), source=source, now=now, staff_id=actor.id)


def _rule(one: PhoneCode) -> dict[str, Any]:
    return {
        "value": one.value,
        "key": f"tickets.asked.rule.{one}",
        "hint_key": f"tickets.asked.rule_hint.{one}",
    }


def _history(found: Performance) -> list[dict[str, Any]]:
    """Return what was asked since when, the latest first."""
    rows = list(found.phone_code_changes.order_by("-id"))
    names = parties.staff_names([one.staff_id for one in rows if one.staff_id])
    return [
        {
            "one": one,
            "rule_key": f"tickets.asked.rule.{one.after}",
            "renewed": one.before == one.after,
            "who": names.get(one.staff_id, "") if one.staff_id else "",
            "source_key": "tickets.asked.as_made" if one.source == offering.AS_MADE else "",
        }
        for one in rows
    ]
