"""The member's club: balance and lots, statement, what can be collected, joining and leaving."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oferta.core.decisions import statement
from oferta.core.decisions.web import statement as months
from oferta.core.parties.types import Customer, Who, WhoKind
from oferta.core.parties.web.access import for_customer
from oferta.core.parties.web.origin import client_address, mark_of
from oferta.core.terms import shelf
from oferta.core.terms.writing import show
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.money import Money
from oferta.services.club import enrolment, partners
from oferta.services.club.campaigns import collecting, fitting, registry
from oferta.services.club.errors import HasLeft, NotAdmitted, UnknownMember
from oferta.services.club.facts import PACK, day_of
from oferta.services.club.membership import joining
from oferta.services.club.models import Member
from oferta.services.club.pages import console, holding, lines
from oferta.services.club.rules import UNIT

LATEST, PARTNERS, OVER_SHOWN = 5, 8, 10


@require_safe
@for_customer(link=False)
def home(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show what the member has and what there is to do; others are invited (BC-70, BC-79, BC-80).

    The balance at the top of the first page and the club's own section lead here alike.
    """
    member, today = holding.member(customer.id), day_of(clock.now())
    language = language_of(request.LANGUAGE_CODE)
    listed = [one for one in partners.listed(today) if one.earns or one.redeems]
    context: dict[str, Any] = {
        "token": token,
        "pack": PACK,
        "member": member,
        "partners": [_partner(one, language) for one in listed[:PARTNERS]],
        "partners_number": len(listed),
        "acts_for": bool(console.partners_of(customer.id)),
    }
    if member is not None:
        span = statement.span_of(customer.id)
        found = months.latest(customer.id, language, limit=LATEST * 3) if span else []
        mine = [one for one in found if one.line.decisions[0].pack == PACK]
        lots, number = holding.lots(member)
        context |= {
            "purse": holding.purse(member),
            "lots": lots,
            "lots_number": number,
            "more_lots": max(0, number - len(lots)),
            "owed": Money(member.owed, UNIT),
            "latest": mine[:LATEST],
        }
    return render(request, "club/home.html", context)


@require_safe
@for_customer(link=False)
def bonus_statement(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show a month: for each payment what each funder gave, or why nothing (BC-72 to BC-77)."""
    language = language_of(request.LANGUAGE_CODE)
    there = months.months_of(customer.id)
    month = months.asked_month(request, there)
    found, after = months.page_of(request, customer.id, month)
    mine = lines.of_club(found)
    shown = [(one, lines.told(one.line, language)) for one in months.shown(mine, language)]
    context = {
        "token": token,
        "month": month,
        "months": there,
        "lines": shown,
        "after": months.coded(after) if after else "",
        "is_first": not request.GET.get("after"),
    }
    return render(request, "club/statement.html", context)


@require_safe
@for_customer(link=False)
def campaigns(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show what runs today, with ceiling, used and left for this member, and the most there is.

    (BC-26, BC-82, BC-83, BC-84.)
    """
    today = day_of(clock.now())
    language = language_of(request.LANGUAGE_CODE)
    try:
        most = collecting.collectable(customer.id, on=today)
    except UnknownMember:
        return redirect("club:home", token)
    running = registry.listed(today)
    caps = {one.campaign: one for one in most.caps if one.campaign}
    fit = fitting.fits(customer.id, running, caps, today)
    context = {
        "token": token,
        "pack": PACK,
        "most": most,
        "tier": shelf.terms().pack(PACK).questions["halyk_plus"],
        "rate": _percent(most.rate, language),
        "tier_name": _tier(most.tier, language),
        "partner_rate": _percent(most.partner_rate_max, language),
        "campaigns": [
            {
                "title": one.title.get(language, one.key),
                "rate": _percent(one.rate or 0, language),
                "row": one,
                "cap": _cap(caps[one.key], language) if one.key in caps else None,
                "fits": fits,
            }
            for one, fits in zip(running, fit, strict=True)
        ],
        "over": [
            (one.title.get(language, one.key), _percent(one.rate or 0, language), one)
            for one in registry.over(today)[:OVER_SHOWN]
        ],
        "caps": [_cap(one, language) for one in most.caps],
    }
    return render(request, "club/campaigns.html", context)


@require_POST
@for_customer(link=False, acts=True, under=PACK)
def join(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Join, or come back: the terms decide (BC-03)."""
    try:
        joining.join(customer.id, by=_who(request, customer), now=clock.now())
    except NotAdmitted as refused:
        return redirect("decisions:decision", token, refused.decision_id)
    messages.success(request, "club.home.joined", extra_tags="word")
    return redirect("club:home", token)


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False)
def leave(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Say what leaving means, and let who is sure leave."""
    member = holding.member(customer.id)
    if member is None or member.left_on is not None:
        return redirect("club:home", token)
    unsure = request.method == "POST" and not request.POST.get("sure")
    if request.method == "POST" and not unsure:
        try:
            joining.leave(customer.id, by=_who(request, customer), now=clock.now())
        except HasLeft:
            return redirect("club:home", token)
        messages.success(request, "club.leave.done", extra_tags="word")
        return redirect("club:home", token)
    context = {
        "token": token,
        "pack": PACK,
        "purse": holding.purse(member),
        "days": enrolment.days_kept(day_of(clock.now())),
        "unsure": unsure,
    }
    return render(request, "club/leave.html", context, status=422 if unsure else 200)


def member_of(customer: Customer) -> Member | None:
    """Return the member that a customer is now; None: they are none, or left."""
    found = holding.member(customer.id)
    return found if found is not None and found.left_on is None else None


def _partner(one: partners.Listed, language: Language) -> tuple[partners.Listed, str]:
    return one, _percent(one.rate, language) if one.rate is not None else ""


def _percent(rate: int, language: Language) -> str:
    return show(rate, shelf.terms().pack(PACK).facts["partner_rate"].type, language)


def _tier(tier: str, language: Language) -> str:
    fields = shelf.terms().pack(PACK).questions["halyk_plus"].answer
    labels = next(one.value_labels for one in fields if one.name == "tier")
    return labels[tier][language] if tier in labels else tier


def _cap(one: collecting.Cap, language: Language) -> dict[str, Any]:
    return {
        "label": one.label[language],
        "at_most": Money(one.at_most, UNIT),
        "used": Money(one.used, UNIT),
        "left": Money(one.left, UNIT),
        "done": one.left == 0,
        "since": one.since,
        "through": one.through,
        "share": 100 * one.used // one.at_most if one.at_most else 0,
    }


def _who(request: HttpRequest, customer: Customer) -> Who:
    return Who(
        kind=WhoKind.CUSTOMER,
        id=customer.id,
        session=mark_of(request),
        address=client_address(request),
    )
