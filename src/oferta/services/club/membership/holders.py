"""Whose a card is on a day: read in bulk, a thousand payments at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from oferta.services.club.models import PRODUCTS, Card


class Held(NamedTuple):
    """A card in a member's hands from a day to a day, both included; None: open."""

    since: date | None
    until: date | None
    party_id: UUID
    account_id: int
    product: str

    def facts(self) -> dict[str, object]:
        """Return what the card's product tells the terms (BC-28 to BC-32)."""
        if not self.product:
            return {}
        kind, account = PRODUCTS[self.product]
        return {"card_kind": kind, "special_account": account}


#: Number of a card to its holders, in the order of time.
Holders = dict[str, tuple[Held, ...]]


def holders(cards: Iterable[str]) -> Holders:
    """Return who held these cards when; a card that nobody ever held is left out."""
    wanted = set(cards)
    rows = Card.objects.filter(number__in=wanted).values_list(
        "number", "since", "until", "member_id", "member__account_id", "product"
    )
    found: dict[str, list[Held]] = {}
    for number, since, until, party_id, account_id, product in rows:
        held = Held(since, until, party_id, account_id, product)
        found.setdefault(number, []).append(held)
    return {
        number: tuple(sorted(each, key=lambda one: one.since or date.min))
        for number, each in found.items()
    }


def holder_on(held: tuple[Held, ...], on: date) -> Held | None:
    """Return who held a card on a day, if anybody did."""
    for one in reversed(held):
        if (one.since is None or one.since <= on) and (one.until is None or on <= one.until):
            return one
    return None


def holder_by(held: tuple[Held, ...], on: date) -> Held | None:
    """Return who held a card last up to a day: whose refund it is, though the card is dead now."""
    for one in reversed(held):
        if one.since is None or one.since <= on:
            return one
    return None
