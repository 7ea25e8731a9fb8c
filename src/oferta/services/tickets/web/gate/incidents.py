"""What went wrong at the gates: two who came in with one ticket, one with a revoked one."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import language_of
from oferta.services.tickets import doors
from oferta.services.tickets.errors import UnknownIncident
from oferta.services.tickets.web import parts

FINDING_MAX = 2_000


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff()
def incident_list(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the incidents to who stands at the gate or works cases; closing says what was found."""
    if not (actor.may(Permission.ADMIT) or actor.may(Permission.WORK_CASES)):
        raise PermissionDenied("parties.not_permitted")
    wrong = ""
    if request.method == "POST":
        wrong = _closed(request, actor)
        if not wrong:
            return redirect("tickets:gate_incidents")
    every = "all" in request.GET
    language = language_of(request.LANGUAGE_CODE)
    found = doors.incidents(open_only=not every)
    names = parties.staff_names([one.closed_by for one in found if one.closed_by])
    rows = [
        {
            "row": one,
            "kind_key": f"tickets.incident.{one.kind}",
            "titled": parts.title(one.ticket.performance.titles, language),
            "zone": one.ticket.performance.hall.venue.time_zone,
            "closed_by": names.get(one.closed_by) if one.closed_by else "",
            "wrong": wrong == str(one.id),
        }
        for one in found
    ]
    context = {"actor": actor, "rows": rows, "every": every, "finding_max": FINDING_MAX}
    return render(request, "tickets/gate/incidents.html", context, status=422 if wrong else 200)


def _closed(request: HttpRequest, actor: Actor) -> str:
    """Close an incident; return its id if nothing was said of it."""
    try:
        incident_id = UUID(request.POST.get("incident", ""))
        finding = request.POST.get("finding", "")[:FINDING_MAX]
        doors.close(incident_id, finding, staff_id=actor.id, now=clock.now())
    except (ValueError, UnknownIncident):
        raise Http404 from None
    except OfertaError:
        return str(incident_id)
    return ""
