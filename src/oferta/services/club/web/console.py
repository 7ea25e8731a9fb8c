"""The partner's console: accruals, settlements with their files, disputes of single lines."""

from __future__ import annotations

from datetime import date
from typing import Any
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
from oferta.services.club import rules, settling
from oferta.services.club.campaigns.registry import rate_text
from oferta.services.club.facts import day_of
from oferta.services.club.pages import console
from oferta.services.club.pages.console import PAGE, Own, Wanted
from oferta.services.club.rules import UNIT

#: What moves on a partner's account.
_CODES = (rules.PARTNER_BONUS, rules.PARTNER_CLAWBACK)
_FILES = {
    "csv": ("text/csv; charset=utf-8", settling.as_csv),
    "xml": ("application/xml; charset=utf-8", settling.as_camt),
}


@require_safe
@for_customer(link=False)
def partner_home(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """List the partners that the person acts for; one alone is shown at once."""
    found = console.partners_of(customer.id)
    if len(found) == 1:
        return redirect("club:partner", token, found[0].partner.key)
    return render(request, "club/console.html", {"token": token, "found": found})


@require_safe
@for_customer(link=False)
def partner(
    request: HttpRequest, *, customer: Customer, token: str, partner_key: str
) -> HttpResponse:
    """Show what the partner gave, its settlements and what it disputed."""
    own = _own(customer, partner_key)
    language = language_of(request.LANGUAGE_CODE)
    wanted, wrong = _wanted(request)
    page = _page(request)
    found, more = console.accruals(own, wanted, page=page)
    number, amount = console.sums(own, wanted)
    context = _context(request, own, token, wanted, wrong=wrong) | {
        "accruals": found,
        "number": number,
        "amount": amount,
        "given": console.balance(own),
        "campaigns": [
            (one.row.title.get(language, one.row.key), rate_text(one.row.rate or 0), one)
            for one in console.campaigns(own, day_of(clock.now()))
        ],
        "next": page + 1 if more else None,
        "settlements": [
            (one, Money(one.added, UNIT), Money(one.taken, UNIT))
            for one in console.settlements(own)
        ],
        "disputes": console.disputes(own),
    }
    return render(request, "club/partner.html", context, status=422 if wrong else 200)


@require_safe
@for_customer(link=False)
def settlement(
    request: HttpRequest,
    *,
    customer: Customer,
    token: str,
    partner_key: str,
    settlement_id: UUID,
) -> HttpResponse:
    """Show the lines of a settlement, filtered; its sums explain the balances to the unit."""
    own = _own(customer, partner_key)
    made = console.settlement(own, settlement_id)
    if made is None:
        raise Http404("settlement")
    wanted, wrong = _wanted(request)
    page = _page(request)
    found, number, amount = console.settled_lines(made, wanted, page=page)
    context = _context(request, own, token, wanted, wrong=wrong) | {
        "made": made,
        "figures": [
            (f"club.console.{name}", Money(getattr(made, name), UNIT))
            for name in ("opening", "added", "taken", "closing")
        ],
        "lines": found,
        "number": number,
        "amount": amount,
        "codes": _CODES,
        "next": page + 1 if number > (page + 1) * PAGE else None,
    }
    return render(request, "club/settlement.html", context, status=422 if wrong else 200)


@require_safe
@for_customer(link=False)
def settlement_file(
    request: HttpRequest,
    *,
    customer: Customer,
    token: str,
    partner_key: str,
    settlement_id: UUID,
    kind: str,
) -> HttpResponse:
    """Send a whole settlement: CSV, or ISO 20022 camt.054 as XML."""
    del request, token
    made = console.settlement(_own(customer, partner_key), settlement_id)
    if made is None or kind not in _FILES:
        raise Http404("settlement")
    type_, write = _FILES[kind]
    name = f"settlement-{partner_key}-{made.until:%Y-%m-%d}.{kind}"
    return HttpResponse(
        write(made.id),
        content_type=type_,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False)  # who is blocked may still object
def dispute_line(
    request: HttpRequest, *, customer: Customer, token: str, partner_key: str, line_id: int
) -> HttpResponse:
    """Let the partner say what is wrong with a line; a person looks at the decision behind it."""
    own = _own(customer, partner_key)
    line = console.line_of(own, line_id)
    if line is None:
        raise Http404("line")
    if not own.may_dispute:
        raise PermissionDenied("parties.not_permitted")
    error_key, words = "", request.POST.get("words", "")
    if request.method == "POST":
        try:
            settling.dispute(line.transfer_id, words=words, person_id=customer.id, now=clock.now())
        except BadWords:
            error_key = "cases.error.words"
        else:
            return redirect("club:settlement", token, partner_key, line.settlement_id)
    context = {
        "token": token,
        "own": own,
        "line": line,
        "amount": Money(line.amount, UNIT),
        "code_key": f"club.code.{line.code}",
        "words": words,
        "error_key": error_key,
        "days": cases.ANSWER_DAYS,
    }
    return render(request, "club/dispute_line.html", context, status=422 if error_key else 200)


def _own(customer: Customer, key: str) -> Own:
    found = console.own(customer.id, key)
    if found is None:
        raise Http404("another's")
    return found


def _wanted(request: HttpRequest) -> tuple[Wanted, bool]:
    """Return which lines are asked for, and whether a day is none."""
    days: dict[str, date | None] = {"from": None, "to": None}
    try:
        for name in days:
            given = request.GET.get(name, "")
            days[name] = date.fromisoformat(given) if given else None
    except ValueError:
        return Wanted(), True
    code = request.GET.get("kind", "")
    known = {str(one): one for one in _CODES}
    disputed = bool(request.GET.get("disputed"))
    wanted = Wanted(first=days["from"], last=days["to"], code=known.get(code), disputed=disputed)
    return wanted, False


def _page(request: HttpRequest) -> int:
    given = request.GET.get("page", "0")
    return int(given) if given.isascii() and given.isdigit() and len(given) < len("10000") else 0


def _context(
    request: HttpRequest, own: Own, token: str, wanted: Wanted, *, wrong: bool
) -> dict[str, Any]:
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "token": token,
        "own": own,
        "wanted": wanted,
        "wrong": wrong,
        "asked": request.GET,
        "query": query.urlencode(),
    }
