"""The desk: what waits for a person, and the box that finds anything."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.cases import actions, finding, queries, waiting
from oferta.core.cases.types import Case, Kind
from oferta.core.cases.waiting import Wanted
from oferta.core.cases.web.pages import row_of, say_refused
from oferta.core.decisions import queries as decisions
from oferta.core.notices import actions as notices
from oferta.core.notices import queries as noticed
from oferta.core.parties import audit
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError

PAGE = 50
#: Names of the filters of the queue, in order; the words are under `desk.filter.<name>`.
FILTERS = ("all", "overdue", "mine", "unassigned", "to_approve")
#: A find that is meant beyond doubt is opened at once.
CERTAIN = 1.0


@require_safe
@for_staff()
def home(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the queue, the most overdue first; whoever works no cases sees the search alone."""
    context: dict[str, Any] = {"actor": actor}
    if actor.may(Permission.SEE_CASES):
        context |= _queue(request, actor, clock.now())
    if actor.may(Permission.WORK_CASES) and not request.GET:
        stopped = decisions.stopped()
        handled = queries.with_open_case(item.id for item in stopped)
        context["stopped"] = [item for item in stopped if item.id not in handled]
    if actor.may(Permission.APPROVE_MESSAGES) and not request.GET:
        context["held"] = noticed.held_batches()
    return render(request, "cases/desk.html", context)


@require_safe
@for_staff(Permission.FIND)
def find(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Find anything by what was typed; open it at once if only one thing can be meant.

    The audit log keeps whose data came up, not what was typed: a name or a number in it could
    never be erased.
    """
    typed = request.GET.get("q", "")
    found = finding.find(typed, actor=actor)
    if typed.strip():
        audit.record(
            actor=actor,
            what="desk.found",
            parties=[one.party_id for one in found if one.party_id],
            now=clock.now(),
            details={"found": len(found), "letters": len(typed.strip())},
        )
    certain = [one for one in found if one.score >= CERTAIN]
    if len(certain) == 1 == len(found):
        return redirect(certain[0].page, certain[0].id)
    context = {"actor": actor, "typed": typed, "found": _grouped(found)}
    return render(request, "cases/desk_find.html", context)


@require_POST
@for_staff(Permission.WORK_CASES)
def open_stopped(request: HttpRequest, *, actor: Actor, decision_id: UUID) -> HttpResponse:
    """Open a case for a stopped decision that has none (any more)."""
    now = clock.now()
    try:
        made = actions.open_for_stopped(decision_id, now=now)
    except OfertaError as error:
        say_refused(request, error)
        return redirect("desk:home")
    audit.record(
        actor=actor,
        what="case.opened",
        subject_kind="case",
        subject_id=made.id,
        parties=[made.party_id] if made.party_id else (),
        now=now,
    )
    return redirect("desk:case", made.id)


@require_POST
@for_staff(Permission.APPROVE_MESSAGES)
def release(request: HttpRequest, *, actor: Actor, batch_id: UUID) -> HttpResponse:
    """Let a held batch of notices go out."""
    try:
        notices.release_batch(batch_id, actor=actor, now=clock.now())
    except OfertaError as error:
        say_refused(request, error)
    return redirect("desk:home")


def _queue(request: HttpRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    chosen = request.GET.get("show", "all")
    kind = request.GET.get("kind", "")
    if chosen not in FILTERS or kind not in {"", *Kind}:
        raise Http404("filter")
    wanted = Wanted(
        assignee_id=actor.id if chosen == "mine" else None,
        unassigned=chosen == "unassigned",
        due_before=now if chosen == "overdue" else None,
        to_approve_by=actor.id if chosen == "to_approve" else None,
        kind=Kind(kind) if kind else None,
    )
    found = waiting.queue(wanted, after=_after(request), limit=PAGE + 1)
    page = found[:PAGE]
    whose = [item.party_id for item in page if item.party_id]
    if page:
        audit.record(actor=actor, what="cases.listed", parties=whose, now=now)
    names = parties.names(whose)
    counted = waiting.counts(actor.id, now=now)
    return {
        "rows": [_row(item, names, now) for item in page],
        "filters": [
            {"name": name, "key": f"desk.filter.{name}", "number": getattr(counted, name)}
            for name in FILTERS
        ],
        "chosen": chosen,
        "kinds": [(item.value, f"cases.kind.{item}") for item in Kind],
        "kind": kind,
        "more": page[-1] if len(found) > PAGE else None,
    }


def _row(item: Case, names: dict[UUID, str], now: datetime) -> dict[str, Any]:
    days = (item.due_at - now).days
    return row_of(item) | {
        "customer": names.get(item.party_id, "") if item.party_id else "",
        "overdue": item.due_at < now,
        "days": abs(days) if item.due_at >= now else (now - item.due_at).days,
    }


def _after(request: HttpRequest) -> tuple[datetime, UUID] | None:
    given = request.GET.get("after", "")
    if not given:
        return None
    moment, _, id_ = given.partition("_")
    try:
        at, last = datetime.fromisoformat(moment), UUID(id_)
    except ValueError:
        raise Http404("after") from None
    if at.tzinfo is None:
        raise Http404("after")
    return at, last


def _grouped(found: list[finding.Found]) -> list[tuple[str, list[finding.Found]]]:
    """Return what was found by kind, the kind of the best find first."""
    groups: dict[str, list[finding.Found]] = {}
    for one in found:
        groups.setdefault(one.kind, []).append(one)
    return [(f"desk.found.{kind}", rows) for kind, rows in groups.items()]
