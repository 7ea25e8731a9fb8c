"""Reading what the club knows of payments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias
from uuid import UUID

from django.db import connection

from oferta.core.decisions import queries as decisions
from oferta.core.decisions.types import Decision, Status
from oferta.services.club.errors import NotAMember, UnknownMember
from oferta.services.club.facts import EARNING, payment_key, refund_key
from oferta.services.club.membership.holders import siblings
from oferta.services.club.models import Card, Member, Payment
from oferta.services.club.types import Earned, Purchase

#: A card and a merchant: what a refund and its purchase have in common.
Pair: TypeAlias = tuple[str, str]

_PURCHASES = """
SELECT bought.card, bought.merchant, bought.key, bought.paid_on, bought.amount, bought.repeat_no,
       coalesce(sum(-returned.amount), 0)::bigint
FROM club_payment AS bought
{wanted}
LEFT JOIN club_payment AS returned ON returned.purchase_key = bought.key
WHERE bought.amount > 0
GROUP BY bought.id
"""
_OF_PAIRS = _PURCHASES.format(
    wanted="JOIN (SELECT unnest(%s::text[]) AS card, unnest(%s::text[]) AS merchant) AS wanted"
    " USING (card, merchant)"
)
_CALLED = _PURCHASES.format(wanted="JOIN unnest(%s::text[]) AS wanted (key) USING (key)")


def members(cards: Iterable[str]) -> dict[str, Member]:
    """Return the member who holds each of these cards now, or who held it last, by card."""
    rows = Card.objects.filter(number__in=set(cards)).order_by("since").select_related("member")
    # What has no first day sorts last in PostgreSQL, but it came before everything else.
    first = [one for one in rows if one.since is None]
    return {one.number: one.member for one in [*first, *(one for one in rows if one.since)]}


def member_with(card: str) -> Member:
    """Return the member who holds a card now.

    Raises:
        NotAMember: nobody does.
    """
    held = Card.objects.filter(number=card, state="active").select_related("member").first()
    if held is None:
        raise NotAMember(card=card)
    return held.member


def member_of_party(party_id: UUID) -> Member:
    """Return the member that a customer is.

    Raises:
        UnknownMember: none.
    """
    found = Member.objects.filter(party_id=party_id).first()
    if found is None:
        raise UnknownMember(party_id=str(party_id))
    return found


def cards_in_use(party_id: UUID) -> list[str]:
    """Return the numbers of a member's cards in use, the newest first."""
    rows = Card.objects.filter(member_id=party_id, state="active").order_by("-id")
    return list(rows.values_list("number", flat=True))


def known_keys(keys: Iterable[str]) -> set[str]:
    """Return those of these payments' keys that came in before."""
    return set(Payment.objects.filter(key__in=list(keys)).values_list("key", flat=True))


def purchases_of(pairs: Iterable[Pair]) -> dict[Pair, list[Purchase]]:
    """Return every purchase of these cards at these merchants and what was refunded of it.

    Of a member with several cards all their purchases at the merchant, whichever card paid.
    """
    asked = set(pairs)
    if not asked:
        return {}
    cards = siblings(card for card, _ in asked)
    meant = {pair: {(one, pair[1]) for one in cards.get(pair[0], {pair[0]})} for pair in asked}
    wanted = sorted({pair for each in meant.values() for pair in each})
    with connection.cursor() as cursor:
        cursor.execute(_OF_PAIRS, [[card for card, _ in wanted], [name for _, name in wanted]])
        rows = cursor.fetchall()
    bought: dict[Pair, list[Purchase]] = {}
    for card, merchant, key, paid_on, amount, repeat_no, refunded in rows:
        purchase = Purchase(key, paid_on, amount, refunded, repeat_no)
        bought.setdefault((card, merchant), []).append(purchase)
    found = {
        pair: [one for own in sorted(each) for one in bought.get(own, ())]
        for pair, each in meant.items()
    }
    return {pair: each for pair, each in found.items() if each}


def purchases_called(keys: Iterable[str]) -> dict[str, Purchase]:
    """Return the purchases with these keys and what was refunded of each."""
    wanted = [key for key in set(keys) if key]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CALLED, [wanted])
        rows = cursor.fetchall()
    return {row[2]: Purchase(row[2], row[3], row[4], row[6], row[5]) for row in rows}


def read_earned(purchases: Iterable[Purchase]) -> None:
    """Fill in what these purchases earned and how much of it was taken back."""
    by_key = {one.key: one for one in purchases}
    refunds: dict[str, list[str]] = {key: [] for key in by_key}
    stored = Payment.objects.filter(purchase_key__in=list(by_key))
    for key, purchase_key in stored.values_list("key", "purchase_key"):
        refunds[purchase_key].append(key)
    standing = _standing(
        [payment_key(key) for key in by_key]
        + [refund_key(key, one) for keys in refunds.values() for key in keys for one in EARNING]
    )
    for key, purchase in by_key.items():
        purchase.earned = {
            question: _earned(key, question, refunds[key], standing)
            for question in EARNING
            if (payment_key(key), question) in standing
        }


def _standing(keys: list[str]) -> dict[tuple[str, str], Decision]:
    """Return the Decision that counts now, by event key and question: overrides in their place."""
    stored = {
        (one.key, one.question): one
        for found in decisions.decisions_by_key(keys).values()
        for one in found
    }
    while newer := decisions.replacing(one.id for one in stored.values()):
        stored = {name: newer.get(one.id, one) for name, one in stored.items()}
    return {name: one for name, one in stored.items() if one.status is Status.DECIDED}


def _earned(
    key: str, question: str, refunds: list[str], standing: dict[tuple[str, str], Decision]
) -> Earned:
    outcome = standing[payment_key(key), question].outcome or {}
    taken = (standing.get((refund_key(one, question), "clawback")) for one in refunds)
    return Earned(
        rate=int(outcome["rate"] or 0),
        amount=int(outcome["amount"] or 0),
        clawed_back=sum(int(one.outcome["amount"] or 0) for one in taken if one and one.outcome),
        held=bool(outcome["hold"]),
    )
