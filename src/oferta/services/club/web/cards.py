"""The member's cards: which earn, and what to do when one is lost."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.parties.types import Customer, Who, WhoKind
from oferta.core.parties.web.access import for_customer
from oferta.core.parties.web.origin import client_address, mark_of
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.services.club.errors import UnknownCard
from oferta.services.club.facts import PACK, day_of
from oferta.services.club.membership import cards
from oferta.services.club.models import PRODUCTS, Card

_TONES = {"active": "good", "lost": "warn"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False)
def listed(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """List the member's cards, in use and gone; let them say that one is lost (BC-28 to BC-32)."""
    if request.method == "POST":
        return _lost(request, customer, token)
    language = language_of(request.LANGUAGE_CODE)
    rows = Card.objects.filter(member_id=customer.id).order_by("until", "-id")
    in_use = [_shown(one, language) for one in rows if one.until is None]
    gone = [_shown(one, language) for one in rows if one.until is not None]
    context = {"token": token, "pack": PACK, "in_use": in_use, "gone": gone}
    return render(request, "club/cards.html", context)


def _lost(request: HttpRequest, customer: Customer, token: str) -> HttpResponse:
    now = clock.now()
    by = Who(
        kind=WhoKind.CUSTOMER,
        id=customer.id,
        session=mark_of(request),
        address=client_address(request),
    )
    try:
        number = request.POST.get("number", "")
        cards.lose(customer.id, number, on=day_of(now), by=by, now=now)
    except UnknownCard:
        messages.warning(request, "club.cards.not_yours", extra_tags="word")
    else:
        messages.success(request, "club.cards.lost_now", extra_tags="word")
    return redirect("club:cards", token)


def _shown(card: Card, language: Language) -> dict[str, Any]:
    return {
        "number": card.number,
        "product": _product(card.product, language),
        "state_key": f"club.cards.{card.state}",
        "tone": _TONES.get(card.state, ""),
        "since": card.since,
        "until": card.until,
    }


def _product(product: str, language: Language) -> str:
    """Return what the terms call a card of this product; "" where payments tell it themselves."""
    if not product:
        return ""
    facts = shelf.terms().pack(PACK).facts
    kind, account = PRODUCTS[product]
    if account == "none":
        return facts["card_kind"].value_labels[kind][language]
    return facts["special_account"].value_labels[account][language]
