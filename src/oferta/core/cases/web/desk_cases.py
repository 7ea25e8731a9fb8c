"""One case at the desk: read, take over, hand over, answer, approve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.cases import actions, claiming, handling, queries
from oferta.core.cases.errors import UnknownCase
from oferta.core.cases.types import Case, Kind, NewEvidence
from oferta.core.cases.web import forms
from oferta.core.cases.web.pages import read, refused_key, row_of, say_refused
from oferta.core.decisions import naming
from oferta.core.decisions import queries as decisions
from oferta.core.decisions.naming import Title
from oferta.core.decisions.web.pages import about
from oferta.core.parties import queries as parties
from oferta.core.parties import staffing
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import language_of


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
def hand_over(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Give a case to a colleague."""
    try:
        to = UUID(request.POST.get("to", ""))
    except ValueError:
        raise Http404("to") from None
    reason = request.POST.get("reason", "")
    return _do(
        request,
        case_id,
        lambda: handling.hand_over(case_id, to=to, reason=reason, actor=actor, now=clock.now()),
    )


@require_POST
@for_staff(Permission.WORK_CASES)
def add_evidence(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Put on file what staff found out."""
    brought = NewEvidence(words=request.POST.get("evidence", ""), link=request.POST.get("link", ""))
    return _do(
        request,
        case_id,
        lambda: actions.add_evidence(case_id, brought, actor=actor, now=clock.now()),
    )


@require_POST
@for_staff(Permission.WORK_CASES)
def tie(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Say which decision a claim is about: one that was chosen, else the one that was typed."""
    said = request.POST.get("decision", "") or request.POST.get("other", "")
    try:
        decision_id = UUID(said.strip())
    except ValueError:
        decision_id = UUID(int=0)  # nobody's: refused as one that does not exist
    return _do(
        request,
        case_id,
        lambda: claiming.tie(case_id, decision_id, actor=actor, now=clock.now()),
    )


@require_POST
@for_staff(Permission.WORK_CASES)
def resolve(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Answer a case; what was typed stays in the form if it cannot be done."""
    found = _found(case_id)
    decision = decisions.decision(found.decision_id) if found.decision_id else None
    try:
        resolution = forms.resolution(request.POST, decision, actor)
        actions.resolve(case_id, resolution, now=clock.now())
    except OfertaError as error:
        return _case_page(request, actor, found, error)
    return redirect("desk:case", case_id)


@require_POST
@for_staff(Permission.APPROVE_ANSWERS)
def approve(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Carry out what a colleague proposed: what was on the page, not what took its place since."""
    try:
        seen = UUID(request.POST.get("proposal", ""))
    except ValueError:
        seen = UUID(int=0)  # nobody's: refused as one that no longer waits
    return _do(
        request,
        case_id,
        lambda: actions.approve(case_id, approver=actor, now=clock.now(), proposal_id=seen),
    )


@require_POST
@for_staff(Permission.WORK_CASES)
def withdraw(request: HttpRequest, *, actor: Actor, case_id: UUID) -> HttpResponse:
    """Drop a proposal."""
    return _do(
        request,
        case_id,
        lambda: actions.withdraw_proposal(case_id, actor=actor, now=clock.now()),
    )


def _do(request: HttpRequest, case_id: UUID, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except UnknownCase as error:
        raise Http404(error.code) from None
    except OfertaError as error:
        say_refused(request, error)
    return redirect("desk:case", case_id)


def _found(case_id: UUID) -> Case:
    try:
        return queries.case(case_id)
    except UnknownCase as error:
        raise Http404(error.code) from None


def _case_page(
    request: HttpRequest, actor: Actor, item: Case, error: OfertaError | None = None
) -> HttpResponse:
    read(actor, "case.read", "case", item.id, [item.party_id] if item.party_id else ())
    language = language_of(request.LANGUAGE_CODE)
    decision = decisions.decision(item.decision_id) if item.decision_id else None
    context = (about(decision, language) if decision else {}) | row_of(item) | _log(item)
    if item.is_open and actor.may(Permission.WORK_CASES):
        context |= {
            "fact_inputs": decision and forms.fact_inputs(decision, language, request.POST),
            "outcome_inputs": decision and forms.outcome_inputs(decision, language, request.POST),
            "colleagues": _colleagues(item, actor),
            "is_claim": item.kind is Kind.CLAIM,
            "candidates": _candidates(item),
        }
    context |= {
        "actor": actor,
        "error": error,
        "error_key": refused_key(error) if error else "",
        "given": request.POST,
        "overdue": item.is_open and item.due_at < clock.now(),
        "case_status_key": f"cases.status.{item.status}",
        "customer": parties.customer(item.party_id) if item.party_id else None,
        "proposal_key": f"cases.status.{item.proposal.resolution}" if item.proposal else "",
        "may_work": actor.may(Permission.WORK_CASES),
        "may_approve": actor.may(Permission.APPROVE_ANSWERS)
        and item.proposal is not None
        and item.proposal.actor_id != actor.id,
    }
    return render(request, "cases/desk_case.html", context, status=422 if error else 200)


def _candidates(item: Case) -> list[tuple[UUID, Title]]:
    """Return the decisions that a claim may be about, as far as its words were understood."""
    named = [one for entry in item.log for one in entry.detail.get("candidates", ())]
    if item.kind is not Kind.CLAIM or not named:
        return []
    found = decisions.decisions(UUID(one) for one in named)
    return [(one.id, naming.title(one)) for one in found.values() if one.party_id == item.party_id]


def _log(item: Case) -> dict[str, Any]:
    return {"log": [(entry, f"cases.log.{entry.what}") for entry in item.log]}


def _colleagues(item: Case, actor: Actor) -> list[tuple[UUID, str]]:
    if item.assignee_id != actor.id and not actor.may(Permission.HAND_OVER_CASES):
        return []
    found = staffing.colleagues(Permission.WORK_CASES)
    return [one for one in found if one[0] not in {actor.id, item.assignee_id}]
