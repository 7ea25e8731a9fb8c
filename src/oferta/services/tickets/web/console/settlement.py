"""A settlement of the organiser's: its lines, its file, the dispute of a line."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from oferta.core.cases import actions as cases
from oferta.core.cases.errors import BadWords
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.i18n import language_of
from oferta.kernel.money import Money
from oferta.services.tickets.models import PerformanceSettlement
from oferta.services.tickets.settling import consoles, disputes, reports
from oferta.services.tickets.settling.consoles import PAGE, Own
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.console import showing
from oferta.services.tickets.web.console.organiser import own_of


@require_safe
@for_customer(link=False)
def settlement(
    request: HttpRequest, *, customer: Customer, token: str, organiser_key: str, settled_id: UUID
) -> HttpResponse:
    """Show the lines of a settlement by kind; its sums explain the balances to the unit."""
    own, made = _found(customer, organiser_key, settled_id)
    language, page = language_of(request.LANGUAGE_CODE), showing.page_of(request)
    kind = request.GET.get("kind", "")
    codes = showing.KINDS.get(kind, ())
    lines, number, amount = consoles.lines(made, codes=codes, page=page)
    unit = made.performance.currency
    names = {code: name for name, each in showing.KINDS.items() for code in each}
    context = {
        "token": token,
        "own": own,
        "made": made,
        "titled": parts.title(made.performance.titles, language),
        "figures": [
            (f"tickets.console.{name}", Money(getattr(made, name), unit))
            for name in showing.FIGURES
        ],
        "may_come_back": Money(made.may_come_back, unit),
        "lines": [
            {
                "line": one.line,
                "amount": one.amount,
                "case": one.case,
                "kind": f"tickets.console.{names.get(one.line.code, 'sold')}",
                "titles": showing.clause_titles(
                    one.line.pack, tuple(one.line.clauses.split()), language
                )
                if one.line.clauses
                else [],
            }
            for one in lines
        ],
        "number": number,
        "amount": amount,
        "kind": kind if codes else "",
        "kinds": [(name, f"tickets.console.{name}") for name in showing.KINDS],
        "next": page + 1 if number > (page + 1) * PAGE else None,
    }
    return render(request, "tickets/console/settlement.html", context)


@require_safe
@for_customer(link=False)
def settlement_file(
    request: HttpRequest, *, customer: Customer, token: str, organiser_key: str, settled_id: UUID
) -> HttpResponse:
    """Send a whole settlement as CSV."""
    del request, token
    _, made = _found(customer, organiser_key, settled_id)
    name = f"settlement-{made.performance.key}-{made.settled_at:%Y-%m-%d}.csv"
    return HttpResponse(
        reports.as_csv(made),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False)  # who is blocked may still object
def dispute_line(
    request: HttpRequest, *, customer: Customer, token: str, organiser_key: str, settled_line: int
) -> HttpResponse:
    """Let the organiser say what is wrong with a line; a person looks at the decision behind it."""
    own = own_of(customer, organiser_key)
    line = consoles.line_of(organiser_key, settled_line)
    if line is None:
        raise Http404("line")
    if not own.may_act:
        raise PermissionDenied("parties.not_permitted")
    error_key, words = "", request.POST.get("words", "")
    if request.method == "POST":
        try:
            disputes.dispute(line.id, words=words, person_id=customer.id, now=clock.now())
        except BadWords:
            error_key = "cases.error.words"
        else:
            return redirect("tickets:settlement", token, organiser_key, line.settlement_id)
    names = {code: name for name, each in showing.KINDS.items() for code in each}
    context = {
        "token": token,
        "own": own,
        "line": line,
        "amount": Money(line.amount, line.settlement.performance.currency),
        "kind": f"tickets.console.{names.get(line.code, 'sold')}",
        "words": words,
        "error_key": error_key,
        "days": cases.ANSWER_DAYS,
    }
    return render(
        request, "tickets/console/dispute_line.html", context, status=422 if error_key else 200
    )


def _found(
    customer: Customer, organiser_key: str, settled_id: UUID
) -> tuple[Own, PerformanceSettlement]:
    own = own_of(customer, organiser_key)
    made = consoles.settlement(organiser_key, settled_id)
    if made is None:
        raise Http404("settlement")
    return own, made
