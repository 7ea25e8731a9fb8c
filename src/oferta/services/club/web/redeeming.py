"""Paying a bill with bonuses: first what the terms say, then the payment itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.core.terms import shelf
from oferta.core.terms.errors import Stopped
from oferta.core.terms.explain import explain, explain_stopped
from oferta.core.terms.explanation import Role
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.money import Money, decimal_text
from oferta.services.club import queries, redeeming
from oferta.services.club.errors import ReferenceReused
from oferta.services.club.facts import CURRENCY_PLACES, PACK, day_of, money
from oferta.services.club.models import Terminal
from oferta.services.club.pages import asked, holding
from oferta.services.club.redeeming import REDEEM, Bill
from oferta.services.club.rules import UNIT
from oferta.services.club.web.member import member_of

#: Where a member pays by this page; elsewhere the till asks, and the page only says what it would.
APP = "app"
_MADE_IT = (Role.DECIDED, Role.ADDED, Role.CLASHED)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False, acts=True, under=PACK)
def pay(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Say how much of a bill bonuses pay and what to do instead, and pay it (BC-62 to BC-67)."""
    member = member_of(customer)
    if member is None:
        return redirect("club:home", token)
    language = language_of(request.LANGUAGE_CODE)
    purse = holding.purse(member)
    available = max(0, purse.available.minor) if purse else 0
    context: dict[str, Any] = {
        "token": token,
        "purse": purse,
        "given": request.POST,
        "tills": _tills(),
        "cards": queries.cards_in_use(customer.id),
    }
    if request.method == "POST":
        bill = _bill(request, context, available, language)
        if bill is not None and request.POST.get("sure"):
            return _paid(bill, token)
        if bill is not None:
            context |= _said(bill, available, language)
    wrong = bool(context.get("errors"))
    return render(request, "club/pay.html", context, status=422 if wrong else 200)


def _tills() -> dict[str, list[Terminal]]:
    """Return the billers in the app, and the other tills, by what their shops are called."""
    found = list(Terminal.objects.select_related("partner").order_by("merchant", "code"))
    return {
        "app": [one for one in found if one.channel == APP],
        "others": [one for one in found if one.channel != APP],
    }


def _bill(
    request: HttpRequest, context: dict[str, Any], available: int, language: Language
) -> Bill | None:
    """Return the bill that was filled in; what is wrong with it goes into the context."""
    till = Terminal.objects.filter(code=request.POST.get("till", "")).first()
    amount = asked.minor(request.POST.get("bill", ""), language)
    every = bool(request.POST.get("every"))
    bonuses = (
        min(amount or 0, available) or None
        if every
        else asked.minor(request.POST.get("bonuses", ""), language)
    )
    errors = {
        name: f"club.pay.wrong_{name}"
        for name, value in (("till", till), ("bill", amount), ("bonuses", bonuses))
        if value is None
    }
    if till is None or amount is None or bonuses is None:
        if every and amount and not available:
            errors["bonuses"] = "club.pay.nothing_to_spend"
        context["errors"] = errors
        return None
    cards = context["cards"]
    context["till"] = till
    return Bill(
        reference=_reference(request),
        card=cards[0] if cards else "",
        merchant=till.merchant,
        bill=amount,
        bonuses=bonuses,
        terminal_owner=till.owner,
        channel=till.channel,
        abroad=till.abroad,
        biller_takes_bonuses=till.takes_bonuses,
    )


def _reference(request: HttpRequest) -> str:
    """Return the payment's name: the same form sent twice is the same payment."""
    try:
        return f"page/{UUID(request.POST.get('reference', ''))}"
    except ValueError:
        return f"page/{uuid4()}"


def _said(bill: Bill, available: int, language: Language) -> dict[str, Any]:
    """Return what the terms say of a bill; nothing is kept."""
    pack = shelf.terms().pack(PACK)
    facts = {
        "redeemed_on": day_of(clock.now()),
        "terminal_owner": bill.terminal_owner,
        "channel": bill.channel,
        "abroad": bill.abroad,
        "bill": money(bill.bill),
        "bonuses_offered": money(bill.bonuses),
        "bonuses_available": money(available),
        "biller_takes_bonuses": bill.biller_takes_bonuses,
    }
    question = shelf.terms().read(PACK, REDEEM, facts)
    amount = fee = 0
    instead = ""
    try:
        decided = question.decide({})
    except Stopped as stopped:
        why = explain_stopped(pack, stopped, dict(question.facts), question.day, language)
    else:
        why = explain(pack, decided, language)
        amount = int(decided.outcome["amount"] or 0)
        fee = int(decided.outcome["fee"] or 0)
        instead = str(decided.outcome["instead"] or "")
    return {
        "why": why,
        "deciding": [one for one in why.clauses if one.role in _MADE_IT],
        "amount": Money(amount, UNIT),
        "rest": Money(bill.bill - amount, "KZT"),
        "fee": Money(fee, "KZT"),
        "instead": _instead(instead, language),
        "reference": bill.reference.removeprefix("page/"),
        "bill": Money(bill.bill, "KZT"),
        # As a number of its own: sent twice it is the same payment, whatever is left by then.
        "bonuses": decimal_text(bill.bonuses, CURRENCY_PLACES),
        "can_pay": bool(amount) and bill.channel == APP and bool(bill.card),
        "at_a_till": bool(amount) and bill.channel != APP,
        "no_card": not bill.card,
    }


def _instead(value: str, language: Language) -> str:
    """Return what to do instead, in words; "" if nothing is needed."""
    if value in {"", "nothing_else"}:
        return ""
    fields = shelf.terms().pack(PACK).questions[REDEEM].answer
    labels = next(one.value_labels for one in fields if one.name == "instead")
    return labels[value][language]


def _paid(bill: Bill, token: str) -> HttpResponse:
    """Pay, and show the decision, which says how much and why."""
    try:
        made = redeeming.redeem(bill, now=clock.now())
    except ReferenceReused:  # the form was changed after it was sent: begin anew
        return redirect("club:pay", token)
    return redirect("decisions:decision", token, made.decision.id)
