"""What the club holds of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from oferta.core.cases import queries as cases
from oferta.core.parties.archive import Section
from oferta.core.parties.erasing import Eraser, Kept, blanked, dropped
from oferta.core.terms import shelf
from oferta.core.terms.errors import NotInForce
from oferta.kernel import clock
from oferta.kernel.i18n import Language
from oferta.services.club.campaigns import collecting
from oferta.services.club.errors import UnknownMember
from oferta.services.club.facts import day_of
from oferta.services.club.fraud.watching import PACK as WATCH
from oferta.services.club.membership.holders import holder_by, holders
from oferta.services.club.models import (
    Activity,
    Card,
    CardRequest,
    Claim,
    EarlyRefund,
    Member,
    MembershipChange,
    Payment,
    Suspicion,
    Tier,
    Waiting,
)

#: Section to its columns.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "payments": ("at", "merchant", "amount", "card", "key", "purchase"),
    "cards": ("number", "product", "since", "until", "state"),
    "membership": ("at", "what", "by", "card"),
    "activities": ("product", "starts", "ends"),
    "tiers": ("month", "tier", "rate"),
    "card_requests": ("at", "number", "product", "state", "answered_at", "because"),
    "waiting_refunds": ("at", "merchant", "amount", "card", "key", "purchase", "until"),
    "waiting_bonuses": ("question", "purchase", "amount", "due_on", "state"),
    "ceilings": ("campaign", "period_since", "period_through", "at_most", "used", "left"),
    "suspicions": (
        "opened_at",
        "kind",
        "merchant",
        "since",
        "until",
        "times",
        "state",
        "because",
    ),
    "claims": ("at", "way", "address", "number"),
}


def export(customer_id: UUID, language: Language) -> Iterator[Section]:
    """Return what came in of the member's cards, what waits, and what the club thought of it.

    A suspicion is told once a person has answered it: told before, it would warn who is meant by
    it while somebody still looks.
    """
    rows = {
        "payments": _payments(customer_id),
        "cards": _cards(customer_id),
        "membership": _changes(customer_id),
        "activities": _activities(customer_id),
        "tiers": _tiers(customer_id),
        "card_requests": _card_requests(customer_id),
        "waiting_refunds": _waiting_refunds(customer_id),
        "waiting_bonuses": _waiting_bonuses(customer_id),
        "ceilings": _ceilings(customer_id, language),
        "suspicions": _suspicions(customer_id, language),
        "claims": _claims(customer_id),
    }
    for name, columns in _COLUMNS.items():
        yield Section(name, columns, rows[name])


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


def _card_requests(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for row in CardRequest.objects.filter(member_id=customer_id).order_by("id"):
        yield {
            "at": row.asked_at.isoformat(),
            "number": row.number,
            "product": row.product,
            "state": row.state,
            "answered_at": row.answered_at.isoformat() if row.answered_at else "",
            "because": row.because,
        }


def _waiting_refunds(customer_id: UUID) -> Iterator[dict[str, Any]]:
    cards = holders(Card.objects.filter(member_id=customer_id).values_list("number", flat=True))
    for row in EarlyRefund.objects.filter(record__card__in=list(cards)).order_by("key"):
        record = row.record
        held = holder_by(cards[record["card"]], date.fromisoformat(record["paid_on"]))
        if held is None or held.party_id != customer_id:
            continue  # the number was somebody else's that day
        yield {
            "at": row.received_at.isoformat(),
            "merchant": record["merchant"],
            "amount": record["amount"],
            "card": record["card"],
            "key": row.key,
            "purchase": row.purchase_key,
            "until": _day(row.last_day),
        }


def _waiting_bonuses(customer_id: UUID) -> Iterator[dict[str, Any]]:
    accounts = Member.objects.filter(party_id=customer_id).values("account_id")
    for row in Waiting.objects.filter(account_id__in=accounts).order_by("due_on", "decision_id"):
        came = "dropped" if row.dropped else "waits" if row.accrual_id is None else "accrued"
        yield {
            "question": row.question,
            "purchase": row.purchase_key,
            "amount": row.amount,
            "due_on": _day(row.due_on),
            "state": came,
        }


def _ceilings(customer_id: UUID, language: Language) -> Iterator[dict[str, Any]]:
    """Yield what was used of each ceiling that holds today."""
    try:
        found = collecting.collectable(customer_id, on=day_of(clock.now())).caps
    except (UnknownMember, NotInForce):
        return
    for one in found:
        yield {
            "campaign": one.label[language],
            "period_since": _day(one.since),
            "period_through": _day(one.through),
            "at_most": one.at_most,
            "used": one.used,
            "left": one.left,
        }


def _suspicions(customer_id: UUID, language: Language) -> Iterator[dict[str, Any]]:
    rows = Suspicion.objects.filter(party_id=customer_id).exclude(state="open")
    for row in rows.order_by("opened_at", "id"):
        labels = shelf.terms().pack(WATCH).facts["pattern"].value_labels
        yield {
            "opened_at": row.opened_at.isoformat(),
            "kind": labels[row.kind][language],
            "merchant": row.merchant,
            "since": _day(row.first_day),
            "until": _day(row.last_day),
            "times": row.strength,
            "state": row.state,
            "because": row.reason,
        }


def _claims(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = list(Claim.objects.filter(party_id=customer_id).order_by("received_at", "id"))
    numbers = cases.numbers(row.case_id for row in rows)
    for row in rows:
        yield {
            "at": row.received_at.isoformat(),
            "way": row.way,
            "address": row.sender,
            "number": numbers.get(row.case_id, ""),
        }


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
        dropped("club_cardrequest", "member_id = %(party)s"),
        blanked("club_claim", "sender = ''", "party_id = %(party)s AND sender <> ''"),
        # Two cards of one member may not share a number, not even a grave's.
        blanked("club_card", "number = left(%(grave)s || '/' || id, 40)", "member_id = %(party)s"),
    ),
    kept=(Kept(table="club_payment", what="payments", ground="accounting"),),
)
