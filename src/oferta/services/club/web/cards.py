"""The member's cards: which earn, and what to do when one is lost."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from oferta.core.parties.types import Customer, Who, WhoKind
from oferta.core.parties.web.access import for_customer
from oferta.core.parties.web.origin import client_address, mark_of
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.services.club.errors import (
    BadCard,
    HasLeft,
    TooManyCardRequests,
    UnknownCard,
    UnknownMember,
)
from oferta.services.club.facts import PACK, day_of
from oferta.services.club.membership import cards, requests
from oferta.services.club.models import PRODUCTS, Card, CardRequest
from oferta.services.club.pages import holding

_TONES = {"active": "good", "lost": "warn"}
_ASKED_TONES = {"asked": "info", "added": "good", "refused": "bad"}
ASKED_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False)
def listed(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """List the member's cards, in use and gone; let them say that one is lost (BC-28 to BC-32)."""
    if request.method == "POST":
        return _lost(request, customer, token)
    language = language_of(request.LANGUAGE_CODE)
    rows = Card.objects.filter(member_id=customer.id).order_by("until", "-id")
    in_use = [shown(one, language) for one in rows if one.until is None]
    gone = [shown(one, language) for one in rows if one.until is not None]
    member = holding.member(customer.id)
    asked = requests.of_member(customer.id)[:ASKED_SHOWN]
    context = {
        "token": token,
        "pack": PACK,
        "in_use": in_use,
        "gone": gone,
        "may_ask": member is not None and member.left_on is None,
        "products": [(name, product_name(name, language)) for name in PRODUCTS],
        "asked": [
            (one, f"club.cards.request.{one.state}", _ASKED_TONES[one.state]) for one in asked
        ],
    }
    return render(request, "club/cards.html", context)


@require_POST
@for_customer(link=False, acts=True, under=PACK)
def ask(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Ask to have a card added: a person looks whose it is, unless the bank's register says so."""
    number, product = request.POST.get("number", ""), request.POST.get("product", "")
    by, now = _by(request, customer), clock.now()
    try:
        made = requests.ask(customer.id, number, product=product, by=by, now=now)
    except BadCard as error:
        messages.error(request, f"club.cards.error.{error.field}", extra_tags="word")
    except TooManyCardRequests:
        messages.error(request, "club.cards.error.many", extra_tags="word")
    except (UnknownMember, HasLeft):
        return redirect("club:home", token)
    else:
        messages.success(request, _said_of(made), extra_tags="word")
    return redirect("club:cards", token)


def _said_of(made: CardRequest) -> str:
    return "club.cards.added_now" if made.state == "added" else "club.cards.asked_now"


def _lost(request: HttpRequest, customer: Customer, token: str) -> HttpResponse:
    now = clock.now()
    by = _by(request, customer)
    try:
        number = request.POST.get("number", "")
        cards.lose(customer.id, number, on=day_of(now), by=by, now=now)
    except UnknownCard:
        messages.warning(request, "club.cards.not_yours", extra_tags="word")
    else:
        messages.success(request, "club.cards.lost_now", extra_tags="word")
    return redirect("club:cards", token)


def _by(request: HttpRequest, customer: Customer) -> Who:
    return Who(
        kind=WhoKind.CUSTOMER,
        id=customer.id,
        session=mark_of(request),
        address=client_address(request),
    )


def shown(card: Card, language: Language) -> dict[str, Any]:
    """Return a card as the pages show it."""
    return {
        "number": card.number,
        "product": product_name(card.product, language),
        "state_key": f"club.cards.{card.state}",
        "tone": _TONES.get(card.state, ""),
        "since": card.since,
        "until": card.until,
    }


def product_name(product: str, language: Language) -> str:
    """Return what the terms call a card of this product; "" where payments tell it themselves."""
    if not product:
        return ""
    facts = shelf.terms().pack(PACK).facts
    kind, account = PRODUCTS[product]
    if account == "none":
        return facts["card_kind"].value_labels[kind][language]
    return facts["special_account"].value_labels[account][language]
