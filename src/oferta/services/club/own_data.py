"""What the club holds of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from oferta.core.parties.archive import Section
from oferta.core.parties.erasing import Eraser, Kept, blanked, dropped
from oferta.kernel.i18n import Language
from oferta.services.club.membership.holders import holder_by, holders
from oferta.services.club.models import Activity, Card, MembershipChange, Payment, Tier


def export(customer_id: UUID, _language: Language) -> Iterator[Section]:
    """Return the payments and refunds that came in of the member's cards."""
    columns = ("at", "merchant", "amount", "card", "key", "purchase")
    yield Section("payments", columns, _payments(customer_id))
    yield Section("cards", ("number", "product", "since", "until", "state"), _cards(customer_id))
    yield Section("membership", ("at", "what", "by", "card"), _changes(customer_id))
    yield Section("activities", ("product", "starts", "ends"), _activities(customer_id))
    yield Section("tiers", ("month", "tier", "rate"), _tiers(customer_id))


def _payments(customer_id: UUID) -> Iterator[dict[str, Any]]:
    cards = holders(Card.objects.filter(member_id=customer_id).values_list("number", flat=True))
    for row in Payment.objects.filter(card__in=list(cards)).order_by("id").iterator():
        held = holder_by(cards[row.card], row.paid_on)
        if held is None or held.party_id != customer_id:
            continue  # the number was somebody else's that day
        yield {
            "at": row.paid_on.isoformat(),
            "merchant": row.merchant,
            "amount": row.amount,
            "card": row.card,
            "key": row.key,
            "purchase": row.purchase_key,
        }


def _cards(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for row in Card.objects.filter(member_id=customer_id).order_by("id"):
        yield {
            "number": row.number,
            "product": row.product,
            "since": _day(row.since),
            "until": _day(row.until),
            "state": row.state,
        }


def _changes(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = MembershipChange.objects.filter(member_id=customer_id).order_by("id")
    for row in rows.select_related("card"):
        number = row.card.number if row.card else ""
        yield {"at": row.at.isoformat(), "what": row.kind, "by": row.by, "card": number}


def _activities(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for row in Activity.objects.filter(member_id=customer_id).order_by("starts", "product"):
        yield {"product": row.product, "starts": _day(row.starts), "ends": _day(row.ends)}


def _tiers(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for row in Tier.objects.filter(member_id=customer_id).order_by("month"):
        yield {"month": _day(row.month), "tier": row.tier, "rate": row.rate}


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


#: What was paid by a card while it was the customer's: a number may have been another's before.
_OWN_PAYMENTS = """card IN (SELECT number FROM club_card WHERE member_id = %(party)s)
AND %(party)s = (SELECT held.member_id FROM club_card held WHERE held.number = club_payment.card
    AND (held.since IS NULL OR held.since <= club_payment.paid_on)
    ORDER BY held.since DESC NULLS LAST LIMIT 1)"""
_CARDS = "(SELECT number FROM club_card WHERE member_id = %(party)s)"
_ACCOUNT = "(SELECT account_id FROM club_member WHERE party_id = %(party)s)"

ERASER = Eraser(
    room="club",
    wipes=(
        blanked("club_payment", "card = %(grave)s", _OWN_PAYMENTS),
        blanked(
            "club_redemption",
            "asked = asked || jsonb_build_object('card', %(grave)s::text)",
            f"account_id = {_ACCOUNT} AND asked ->> 'card' IN {_CARDS}",
        ),
        blanked(
            "club_earlyrefund",
            "record = record || jsonb_build_object('card', %(grave)s::text)",
            f"record ->> 'card' IN {_CARDS}",
        ),
        dropped("club_activity", "member_id = %(party)s"),
        blanked("club_claim", "sender = ''", "party_id = %(party)s AND sender <> ''"),
        # Two cards of one member may not share a number, not even a grave's.
        blanked("club_card", "number = left(%(grave)s || '/' || id, 40)", "member_id = %(party)s"),
    ),
    kept=(Kept(table="club_payment", what="payments", ground="accounting"),),
)
