"""The desk: open cases, stopped decisions, held notices; resolve, approve, release."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.cases import actions, queries
from oferta.core.cases.errors import UnknownCase
from oferta.core.cases.types import Case
from oferta.core.cases.web import forms
from oferta.core.decisions import queries as decisions
from oferta.core.decisions.web.pages import about
from oferta.core.notices import actions as notices
from oferta.core.notices import queries as noticed
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import language_of


@require_safe
@for_staff(Permission.SEE_CASES)
def home(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List what waits for a person, the most urgent first."""
    now = clock.now()
    open_cases = queries.open_cases()
    handled = {item.decision_id for item in open_cases}
    names = parties.names(item.party_id for item in open_cases if item.party_id)
    context = {
        "actor": actor,
        "cases": [
            _row(item)
            | {
                "overdue": item.due_at < now,
                "customer": names[item.party_id] if item.party_id else "—",
            }
            for item in open_cases
        ],
        "stopped": [item for item in decisions.stopped() if item.id not in handled],
        "held": noticed.held_batches(),
    }
    return render(request, "cases/desk.html", context)


@require_safe
@for_staff(Permission.SEE_CASES)
def case(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Show a case with its decision, and the form that answers it."""
    return _case_page(request, actor, _found(case_id))


@require_POST
@for_staff(Permission.WORK_CASES)
def assign(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Take a case over."""
    return _do(request, case_id, lambda: actions.assign(case_id, actor=actor, now=clock.now()))


@require_POST
@for_staff(Permission.WORK_CASES)
def resolve(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Answer a case; what was typed stays in the form if it cannot be done."""
    found = _found(case_id)
    try:
        decision = decisions.decision(found.decision_id) if found.decision_id else None
        resolution = forms.resolution(request.POST, decision, actor)
        actions.resolve(case_id, resolution, now=clock.now())
    except OfertaError as error:
        return _case_page(request, actor, found, error)
    return redirect("desk:case", case_id)


@require_POST
@for_staff(Permission.APPROVE_ANSWERS)
def approve(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Carry out what a colleague proposed."""
    return _do(request, case_id, lambda: actions.approve(case_id, approver=actor, now=clock.now()))


@require_POST
@for_staff(Permission.WORK_CASES)
def withdraw(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Drop a proposal."""
    return _do(
        request,
        case_id,
        lambda: actions.withdraw_proposal(case_id, actor=actor, now=clock.now()),
    )


@require_POST
@for_staff(Permission.WORK_CASES)
def open_stopped(request: HttpRequest, *, actor: Actor, decision_id: UUID) -> HttpResponse:
    """Open a case for a stopped decision that has none (any more)."""
    del actor
    try:
        made = actions.open_for_stopped(decision_id, now=clock.now())
    except OfertaError as error:
        messages.error(request, str(error))
        return redirect("desk:home")
    return redirect("desk:case", made.id)


@require_POST
@for_staff(Permission.APPROVE_MESSAGES)
def release(request: HttpRequest, *, actor: Actor, batch_id: UUID) -> HttpResponse:
    """Let a held batch of notices go out."""
    try:
        notices.release_batch(batch_id, actor=actor, now=clock.now())
    except OfertaError as error:
        messages.error(request, str(error))
    return redirect("desk:home")


def _do(request: HttpRequest, case_id: UUID, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except UnknownCase as error:
        raise Http404(error.code) from None
    except OfertaError as error:
        messages.error(request, str(error))
    return redirect("desk:case", case_id)


def _found(case_id: UUID) -> Case:
    try:
        return queries.case(case_id)
    except UnknownCase as error:
        raise Http404(error.code) from None


def _case_page(
    request: HttpRequest, actor: Actor, item: Case, error: OfertaError | None = None
) -> HttpResponse:
    language = language_of(request.LANGUAGE_CODE)
    decision = decisions.decision(item.decision_id) if item.decision_id else None
    context = (
        (about(decision, language) if decision else {})
        | _row(item)
        | {
            "actor": actor,
            "error": error,
            "given": request.POST,
            "case_status_key": f"cases.status.{item.status}",
            "customer": parties.customer(item.party_id) if item.party_id else None,
            "fact_inputs": decision and forms.fact_inputs(decision, language, request.POST),
            "outcome_inputs": decision and forms.outcome_inputs(decision, language, request.POST),
            "proposal_key": f"cases.status.{item.proposal.resolution}" if item.proposal else "",
            "own_proposal": item.proposal is not None and item.proposal.actor_id == actor.id,
            "log": [(entry, f"cases.log.{entry.what}") for entry in item.log],
        }
    )
    return render(request, "cases/desk_case.html", context, status=422 if error else 200)


def _row(item: Case) -> dict[str, Any]:
    return {"case": item, "kind_key": f"cases.kind.{item.kind}"}
