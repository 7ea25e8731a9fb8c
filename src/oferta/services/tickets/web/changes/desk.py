"""The desk's pages of changes: which performance, what it would do, who stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from oferta.core.notices.mass_errors import ReachUsedUp
from oferta.core.parties.errors import NotPermitted
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import LANGUAGES, OWN_NAMES, language_of
from oferta.kernel.money import Money
from oferta.services.tickets.models import ChangeProposal, Performance
from oferta.services.tickets.refunding import proposing, standing
from oferta.services.tickets.refunding.errors import (
    BadChange,
    CannotChange,
    ProposalElsewhere,
    SecondPersonMissing,
)
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.types import Stage
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.changes import public

SHOWN = 100
#: What can become of a performance, as it is offered.
WAYS = (Stage.CANCELLED, Stage.POSTPONED, Stage.REPLACED, Stage.HELD)


@require_safe
@for_staff(Permission.WORK_CASES)
def listed(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show changes that wait for a second person, then performances, those that are over first."""
    language, now = language_of(request.LANGUAGE_CODE), clock.now()
    typed = request.GET.get("q", "").strip()
    rows = Performance.objects.filter(stage__in=standing.ALLOWED[Stage.HELD])
    if typed:
        rows = rows.filter(key__icontains=typed)
    rows = rows.select_related("hall__venue", "operator").order_by("starts_at")[:SHOWN]
    waiting = ChangeProposal.objects.filter(ended_at__isnull=True)
    context = {
        "actor": actor,
        "typed": typed,
        "performances": [
            {
                "one": one,
                "titled": parts.title(one.titles, language),
                "chip": parts.stage(one, now=now),
                "zone": one.hall.venue.time_zone,
                "over": one.starts_at < now,
            }
            for one in rows
        ],
        "waiting": [
            {"one": one, "titled": parts.title(one.performance.titles, language)} | _way(one.stage)
            for one in waiting.select_related("performance").order_by("made_at")[:SHOWN]
        ],
    }
    return render(request, "tickets/changes/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.WORK_CASES)
def change(request: HttpRequest, *, actor: Actor, performance_id: UUID) -> HttpResponse:
    """Show a performance with its history, and take what is to become of it."""
    performance = public.shown_performance(performance_id)
    wrong: BadChange | None = None
    if request.method == "POST":
        try:
            wanted = _wanted(request.POST, performance)
            made = proposing.propose(performance.id, wanted, actor=actor, now=clock.now())
        except BadChange as error:
            wrong = error
        except (CannotChange, ProposalElsewhere) as error:
            messages.error(request, said(error), extra_tags="word")
        else:
            return redirect("tickets:proposal", made.id)
    language = language_of(request.LANGUAGE_CODE)
    waits = performance.proposals.filter(ended_at__isnull=True).first()
    context = {
        "actor": actor,
        "performance": performance,
        "titled": parts.title(performance.titles, language),
        "chip": parts.stage(performance, now=clock.now()),
        "zone": performance.hall.venue.time_zone,
        "lines": public.history_of(performance, language),
        "waits": waits,
        "ways": [
            _way(one) | {"value": one.value}
            for one in WAYS
            if performance.stage in standing.ALLOWED[one]
        ],
        "given": request.POST,
        "wrong": wrong,
        "wrong_key": f"tickets.changes.wrong.{wrong.field}" if wrong else "",
        "titles": [
            {"tag": tag, "name": OWN_NAMES[tag], "value": request.POST.get(f"instead-{tag}", "")}
            for tag in LANGUAGES
        ],
        "source_max": standing.SOURCE_MAX,
        "title_max": standing.TITLE_MAX,
    }
    return render(request, "tickets/changes/change.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.WORK_CASES)
def proposal(request: HttpRequest, *, actor: Actor, prepared_id: UUID) -> HttpResponse:
    """Show what a change would do, an example of its notice, and who may do it; do it, or not."""
    rows = ChangeProposal.objects.select_related("performance__hall__venue")
    row = rows.filter(id=prepared_id).first()
    if row is None:
        raise Http404(ProposalElsewhere.code)
    if request.method == "POST":
        return _done(request, row, actor)
    language, now = language_of(request.LANGUAGE_CODE), clock.now()
    seen = None
    if row.ended_at is None:
        try:
            seen = proposing.preview(
                row.performance_id, proposing.change_of(row), language=language, now=now
            )
        except (CannotChange, BadChange) as error:
            messages.error(request, said(error), extra_tags="word")
    own = row.made_by == actor.id
    second = seen is not None and proposing.needs_second(
        seen, row.performance, maker=row.made_by, now=now
    )
    context = {
        "actor": actor,
        "row": row,
        "titled": parts.title(row.performance.titles, language),
        "zone": row.performance.hall.venue.time_zone,
        "instead": parts.title(row.instead, language) if row.instead else None,
        "seen": seen,
        "amount": seen.amount if seen else Money(row.amount, row.performance.currency),
        "tickets": seen.tickets if seen else row.tickets,
        "people": len(seen.parties) if seen else None,
        "second": second,
        "own": own,
        "may_do": seen is not None
        and ((own and not second) or (not own and actor.may(Permission.APPROVE_ANSWERS))),
        "hold_by": seen.hold_by if seen else None,
    } | _way(row.stage)
    return render(request, "tickets/changes/proposal.html", context)


def _done(request: HttpRequest, row: ChangeProposal, actor: Actor) -> HttpResponse:
    try:
        if request.POST.get("act") == "withdraw":
            proposing.withdraw(row.id, actor=actor, now=clock.now())
            told = "tickets.changes.taken_back"
        else:
            proposing.do(row.id, actor=actor, now=clock.now())
            told = "tickets.changes.done"
    except (
        ProposalElsewhere,
        SecondPersonMissing,
        CannotChange,
        BadChange,
        ReachUsedUp,
        NotPermitted,
    ) as error:
        messages.error(request, said(error), extra_tags="word")
        return redirect("tickets:proposal", row.id)
    messages.success(request, told, extra_tags="word")
    return redirect("tickets:change", row.performance_id)


def _wanted(given: Mapping[str, str], performance: Performance) -> Change:
    """Return the change as it was typed; times are those of the venue's clocks."""
    zone = ZoneInfo(performance.hall.venue.time_zone)
    stage = given.get("stage", "")
    if stage not in {one.value for one in WAYS}:
        raise BadChange(field="stage", given=stage, expected=", ".join(WAYS))
    postponed, replaced = stage == Stage.POSTPONED, stage == Stage.REPLACED
    instead = {tag: given.get(f"instead-{tag}", "").strip() for tag in LANGUAGES}
    return Change(
        stage=Stage(stage),
        source=given.get("source", ""),
        effective_at=_moment(given, "effective_at", zone),
        starts_at=_moment(given, "starts_at", zone) if postponed else None,
        instead={tag: title for tag, title in instead.items() if title} if replaced else {},
        accepts_before=_day(given, "accepts_before") if postponed or replaced else None,
        organiser_refund_days=_whole(given, "organiser_refund_days"),
        high_alert=bool(given.get("high_alert")) and stage in (Stage.CANCELLED, Stage.POSTPONED),
    )


def _moment(given: Mapping[str, str], name: str, zone: ZoneInfo) -> datetime | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        raise BadChange(field=name, given=text[:50], expected="2026-12-20T19:00") from None


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadChange(field=name, given=text[:50], expected="2026-12-20") from None


def _whole(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) <= len("365")):
        raise BadChange(field=name, given=text[:50], expected="1 to 365")
    return int(text) if text else None


def said(error: OfertaError) -> str:
    """Return the key of the words by which a refusal is told."""
    return f"tickets.changes.refused.{error.code.partition('.')[2]}"


def _way(stage: str) -> dict[str, Any]:
    return {"way_key": f"tickets.changes.way.{stage}"}
