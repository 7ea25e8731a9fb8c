"""Dispute a decision, add evidence, read the answer."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from oferta.core.cases import actions, queries
from oferta.core.cases.errors import AlreadyOpen, BadWords, CaseClosed, Replaced, UnknownCase
from oferta.core.cases.types import Case, NewEvidence, Status
from oferta.core.decisions import naming
from oferta.core.decisions import queries as decisions
from oferta.core.decisions.web.pages import about, decision_of
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.i18n import language_of

#: What of a case's log is the customer's to know; how staff came to an answer among them is not.
_TOLD = {"opened", "assigned", "evidence", "upheld", "partly_upheld", "rejected"}
_TONES = {Status.UPHELD: "good", Status.PARTLY_UPHELD: "good", Status.REJECTED: "warn"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer
def dispute(
    request: HttpRequest, *, customer: Customer, token: str, decision_id: UUID
) -> HttpResponse:
    """Take the customer's objection in their own words, with what proves it."""
    decision = decision_of(customer, decision_id)
    error_key = ""
    if request.method == "POST":
        try:
            made = _dispute(request, customer, decision_id)
        except AlreadyOpen as error:
            return redirect("cases:case", token, error.case_id)
        except Replaced as error:
            return redirect("decisions:decision", token, error.by)
        except BadWords as error:
            error_key = f"cases.error.{error.field}"
        else:
            return redirect("cases:case", token, made.id)
    context = about(decision, language_of(request.LANGUAGE_CODE)) | {
        "token": token,
        "error_key": error_key,
        "given": request.POST,
        "days": actions.ANSWER_DAYS,
    }
    return render(request, "cases/dispute.html", context, status=422 if error_key else 200)


@require_safe
@for_customer
def cases(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """List the customer's cases."""
    found = queries.cases_of_party(customer.id)
    context = {"token": token, "found": found, "cases": [_shown(item) for item in found]}
    return render(request, "cases/cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer
def case(request: HttpRequest, *, customer: Customer, token: str, case_id: UUID) -> HttpResponse:
    """Show where the case stands; take further evidence while it is open."""
    try:
        found = queries.case(case_id)
    except UnknownCase as error:
        raise Http404(error.code) from None
    if found.party_id != customer.id:
        raise Http404("another customer's")
    error_key = ""
    if request.method == "POST":
        try:
            actions.add_evidence(case_id, _evidence(request), now=clock.now())
        except BadWords as error:
            error_key = f"cases.error.{error.field}"
        except CaseClosed:
            error_key = "cases.error.closed"
        else:
            return redirect("cases:case", token, case_id)
    behind = decisions.decisions([found.decision_id]).values() if found.decision_id else ()
    context = _shown(found) | {
        "token": token,
        "error_key": error_key,
        "given": request.POST,
        "about": next((naming.title(one) for one in behind), None),
    }
    return render(request, "cases/case.html", context, status=422 if error_key else 200)


def _dispute(request: HttpRequest, customer: Customer, decision_id: UUID) -> Case:
    brought = _evidence(request)
    return actions.dispute(
        decision_id,
        party_id=customer.id,
        words=request.POST.get("words", ""),
        evidence=(brought,) if brought.words.strip() else (),
        now=clock.now(),
    )


def _evidence(request: HttpRequest) -> NewEvidence:
    return NewEvidence(words=request.POST.get("evidence", ""), link=request.POST.get("link", ""))


def _shown(item: Case) -> dict[str, object]:
    return {
        "case": item,
        "status_key": f"cases.status.{item.status}",
        "kind_key": f"cases.kind.{item.kind}",
        "tone": _TONES.get(item.status, "info"),
        "timeline": [
            (entry, f"cases.log.{entry.what}") for entry in item.log if entry.what in _TOLD
        ],
    }
