"""What everybody may read: what became of a performance, and incidents of the office."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.services.tickets import incidents, queries
from oferta.services.tickets.errors import UnknownPerformance
from oferta.services.tickets.models import OfficeIncident, Performance, PerformanceChange
from oferta.services.tickets.refunding import standing
from oferta.services.tickets.types import Stage
from oferta.services.tickets.web import parts

#: Sources of the office's own: the key of their words.
_OWN = {
    standing.BY_THE_TERMS: "tickets.changes.source.never_held",
    standing.BY_THE_GATE: "tickets.changes.source.gate",
}
#: Tones that repeat a stage's words.
TONES = {
    Stage.ON_SALE: "good",
    Stage.CANCELLED: "bad",
    Stage.POSTPONED: "warn",
    Stage.REPLACED: "warn",
}


@require_safe
def history(request: HttpRequest, performance_id: UUID) -> HttpResponse:
    """Show what became of a performance, on whose word, and since when (TR-07, TR-155)."""
    performance = shown_performance(performance_id)
    language = language_of(request.LANGUAGE_CODE)
    lines = history_of(performance, language)
    context = {
        "performance": performance,
        "titled": parts.title(performance.titles, language),
        "chip": parts.stage(performance, now=clock.now()),
        "zone": performance.hall.venue.time_zone,
        "undated": standing.is_undated(performance),
        "lines": lines,
        "latest": lines[0]["one"].changed_at if lines else None,
        "mine": parts.address("tickets:mine", "my") if request.user.is_authenticated else "",
        "page": parts.address("tickets:performance", performance.id),
    }
    return render(request, "tickets/changes/history.html", context)


@require_safe
def incident_list(request: HttpRequest) -> HttpResponse:
    """Show what went wrong with the office, what is known of it, and where else we answer."""
    language = language_of(request.LANGUAGE_CODE)
    context = {
        "incidents": [incident_line(one, language) for one in incidents.published()],
        "check": parts.address("messages:check"),
    }
    return render(request, "tickets/changes/incidents.html", context)


def history_of(performance: Performance, language: Language) -> list[dict[str, Any]]:
    """Return the lines of a performance's history, the latest first."""
    rows = PerformanceChange.objects.filter(performance=performance).order_by("-id")
    return [
        {
            "one": one,
            "chip": parts.Chip(f"tickets.stage.{one.stage}", TONES.get(Stage(one.stage), "")),
            "source_key": _OWN.get(one.source, ""),
            "instead": parts.title(one.instead, language) if one.instead else None,
            "moved": one.stage == Stage.POSTPONED,
        }
        for one in rows
    ]


def incident_line(row: OfficeIncident, language: Language) -> dict[str, Any]:
    """Return an incident with its words in a language."""
    words = row.words.get(language) or next(iter(row.words.values()))
    return {
        "one": row,
        "kind_key": f"tickets.incident.kind.{row.kind}",
        "title": words["title"],
        "answer": words["answer"],
        "script": words["script"],
    }


def shown_performance(performance_id: UUID) -> Performance:
    """Return a performance that was offered.

    Raises:
        Http404: there is none.
    """
    try:
        found = queries.performance(performance_id)
    except UnknownPerformance as error:
        raise Http404(error.code) from None
    if found.stage == Stage.DRAFT:
        raise Http404(UnknownPerformance.code)
    return found
