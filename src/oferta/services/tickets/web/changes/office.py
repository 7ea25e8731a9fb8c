"""The desk's pages of regimes of regions and of incidents of the office."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.parties.errors import NotPermitted
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import LANGUAGES, OWN_NAMES, language_of
from oferta.services.tickets import incidents
from oferta.services.tickets.errors import BadIncident, UnknownIncident
from oferta.services.tickets.incidents import NewIncident
from oferta.services.tickets.models import Regime, Venue
from oferta.services.tickets.refunding import regimes
from oferta.services.tickets.refunding.errors import BadChange, UnknownRegime
from oferta.services.tickets.types import OfficeIncidentKind
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.changes import desk, public


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.WORK_CASES)
def regime_list(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show regimes of regions with what hangs on them; begin one, end one (TR-110 to TR-115)."""
    wrong: BadChange | None = None
    if request.method == "POST":
        try:
            _begun_or_ended(request.POST, actor)
        except BadChange as error:
            wrong = error
        except UnknownRegime:
            messages.error(request, "tickets.regime.unknown", extra_tags="word")
            return redirect("tickets:regimes")
        else:
            messages.success(request, "tickets.regime.noted", extra_tags="word")
            return redirect("tickets:regimes")
    language = language_of(request.LANGUAGE_CODE)
    rows, today = Regime.objects.order_by("ended_on", "-began_on"), clock.now().date()
    regions = Venue.objects.exclude(region="").values_list("region", flat=True)
    context = {
        "actor": actor,
        "regimes": [
            {
                "one": one,
                "news_by": regimes.news_by(one),
                "performances": [
                    {
                        "one": news.performance,
                        "titled": parts.title(news.performance.titles, language),
                        "zone": news.performance.hall.venue.time_zone,
                        "said_at": news.said_at,
                        "by": news.by,
                        "late": news.by is not None and news.by < today,
                    }
                    for news in regimes.news_of(one)
                ],
            }
            for one in sorted(rows, key=lambda one: one.ended_on is not None)
        ],
        "regions": sorted(set(regions)),
        "given": request.POST,
        "wrong": wrong,
        "wrong_key": f"tickets.changes.wrong.{wrong.field}" if wrong else "",
        "act_max": regimes.ACT_MAX,
        "reviewed_on": regimes.rules_reviewed_on(),
    }
    return render(request, "tickets/changes/regimes.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.WORK_CASES)
def incident_desk(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show incidents with what the hotline says (TR-135); note one, publish it, end it."""
    wrong: BadIncident | None = None
    if request.method == "POST":
        try:
            told = _acts(request.POST, actor)[request.POST.get("act", "note")]()
        except BadIncident as error:
            wrong = error
        except (KeyError, ValueError, UnknownIncident, NotPermitted) as error:
            refusal = error if isinstance(error, OfertaError) else UnknownIncident(incident="")
            messages.error(request, desk.said(refusal), extra_tags="word")
            return redirect("tickets:office_incidents")
        else:
            messages.success(request, told, extra_tags="word")
            return redirect("tickets:office_incidents")
    language = language_of(request.LANGUAGE_CODE)
    given = request.POST
    context = {
        "actor": actor,
        "incidents": [public.incident_line(one, language) for one in incidents.all_of_them()],
        "kinds": [(one.value, f"tickets.incident.kind.{one}") for one in OfficeIncidentKind],
        "languages_of_words": [
            {
                "tag": tag,
                "name": OWN_NAMES[tag],
                **{name: given.get(f"{name}-{tag}", "") for name in incidents.PARTS},
            }
            for tag in LANGUAGES
        ],
        "given": given,
        "wrong": wrong,
        "wrong_key": f"tickets.incident.wrong.{wrong.field.partition('.')[0]}" if wrong else "",
        "may_publish": actor.may(Permission.APPROVE_MESSAGES),
        "may_send": actor.may(Permission.PREPARE_MESSAGES),
        "limits": incidents,
    }
    return render(request, "tickets/changes/office.html", context, status=422 if wrong else 200)


def _begun_or_ended(given: Mapping[str, str], actor: Actor) -> None:
    act, now = given.get("act", ""), clock.now()
    if given.get("regime"):
        if not given["regime"].isdigit():
            raise UnknownRegime(regime=given["regime"][:20])
        day = _day(given, "ended_on")
        regimes.end(int(given["regime"]), day, act, now=now, staff_id=actor.id)
        return
    day = _day(given, "began_on")
    regimes.begin(given.get("region", ""), act, day, now=now, staff_id=actor.id)


def _day(given: Mapping[str, str], name: str) -> date:
    text = given.get(name, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadChange(field=name, given=text[:50], expected="2026-12-20") from None


def _acts(given: Mapping[str, str], actor: Actor) -> Mapping[str, Callable[[], str]]:
    """Return what can be done with incidents, by name; each answers the key of what was done."""
    now = clock.now()

    def note() -> str:
        incidents.note(_new(given), actor=actor, now=now)
        return "tickets.incident.noted"

    def publish() -> str:
        incidents.publish(UUID(given.get("incident", "")), actor=actor, now=now)
        return "tickets.incident.published"

    def end() -> str:
        incident = UUID(given.get("incident", ""))
        said = given.get("confirmed", "")
        incidents.end(incident, confirmed=said, actor=actor, ended_at=now, now=now)
        return "tickets.incident.ended"

    return {"note": note, "publish": publish, "end": end}


def _new(given: Mapping[str, str]) -> NewIncident:
    kind, began = given.get("kind", ""), given.get("began_at", "")
    if kind not in {one.value for one in OfficeIncidentKind}:
        raise BadIncident(field="kind", given=kind[:50], expected=", ".join(OfficeIncidentKind))
    try:
        began_at = datetime.fromisoformat(began)
    except ValueError:
        raise BadIncident(field="began_at", given=began[:50], expected="2026-12-20T19:00") from None
    return NewIncident(
        kind=OfficeIncidentKind(kind),
        began_at=began_at if began_at.tzinfo else began_at.replace(tzinfo=UTC),
        words={
            tag: {name: given.get(f"{name}-{tag}", "").strip() for name in incidents.PARTS}
            for tag in LANGUAGES
        },
        channel=given.get("channel", ""),
        claimed=given.get("claimed", ""),
        confirmed=given.get("confirmed", ""),
    )
