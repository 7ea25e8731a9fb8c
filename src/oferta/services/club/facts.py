"""Events of the club: a payment or a refund turned into the facts that the terms ask for."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from oferta.core.decisions.types import Event
from oferta.core.terms import shelf
from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import NotInForce
from oferta.core.terms.walk import facts_of_condition
from oferta.kernel.money import decimal_text
from oferta.services.club.rules import CLAWBACK_CODES, FUNDERS
from oferta.services.club.types import Earned, Payment, Purchase, Refund, Share

PACK = "bonus-club"
ZONE = ZoneInfo("Asia/Almaty")
PAYMENT_PREFIX = "club/payment/"
REFUND_PREFIX = "club/refund/"
EARNING = tuple(FUNDERS)
#: The plan of what payments earn.
EARNING_PLAN = "club.earning"
CURRENCY_PLACES = 2
PERCENT_PLACES = 4
_EPOCH = date(1970, 1, 1)


def payment_key(key: str) -> str:
    """Return the Decision key of a purchase."""
    return f"{PAYMENT_PREFIX}{key}"


def refund_key(key: str, question: str) -> str:
    """Return the Decision key of what a refund takes back from one funder's bonus."""
    return f"{REFUND_PREFIX}{key}/{question}"


def day_of(at: datetime) -> date:
    """Return the calendar day in Almaty, which is the club's day (BC-40)."""
    return at.astimezone(ZONE).date()


def holder_facts(party_id: UUID) -> dict[str, str]:
    """Return the facts by which limits count for one member."""
    return {"customer": str(party_id), "member": str(party_id)}


def partner_facts(partner: str, party_id: UUID, on: date) -> dict[str, str]:
    """Return who the partner and the member are, if the terms of the day ask for it.

    Only then: a payment of a day before partners had campaigns is told as it always was, so that
    telling it again is the same content.
    """
    told = {"partner": partner, "member": str(party_id)}
    return {name: told[name] for name in _asked(shelf.terms(), on)}


@lru_cache(maxsize=1024)
def _asked(terms: Terms, on: date) -> tuple[str, ...]:
    try:
        edition = terms.edition(PACK, (on - _EPOCH).days)
    except NotInForce:
        return ()  # the event is refused with that
    read = {name for one in edition.limits.values() for name in one.per}
    for clause in edition.clauses.values():
        read.update(facts_of_condition(clause.when))
    return tuple(sorted(read & {"partner", "member"}))


def payment_event(
    payment: Payment, facts: dict[str, object], paid: int, accounts: dict[str, int], party_id: UUID
) -> Event:
    """Return the event of a purchase: both funders are asked at once.

    Args:
        payment: the purchase.
        facts: what the source and the club say of its row, without the partner's name.
        paid: minor units of the club's currency.
        accounts: ledger accounts of the `member` and the `bank`; of the `partner` if it is one.
        party_id: the member.
    """
    row = payment.row
    facts = facts | {
        "paid_on": row.paid_on,
        "merchant": row.merchant,
        "money_paid": money(paid),
        "repeat_no": payment.repeat_no,
        "customer": facts.get("customer", row.card),
    }
    return Event(
        key=payment_key(payment.key),
        pack=PACK,
        questions=EARNING,
        facts=facts,
        event_at=row.at,
        plan=EARNING_PLAN,
        context=accounts | {"merchant": row.merchant, "day": row.paid_on.isoformat()},
        party_id=party_id,
    )


def refund_event(refund: Refund, purchase: Purchase | None, share: Share) -> Event:
    """Return the event of a refund for one funder.

    The purchase's day is the day that counts, since its edition gave the bonus (BC-69, BC-89).

    Args:
        refund: what was paid back.
        purchase: what it was matched to; None if nothing fits.
        share: whose bonus of it is asked about.
    """
    return Event(
        key=refund_key(refund.key, share.question),
        pack=PACK,
        questions=("clawback",),
        facts=refund_facts(refund.amount, refund.paid_on, purchase, share.earned),
        event_at=refund.at,
        plan="club.clawback",
        context={
            "member": refund.member,
            "funder": share.funder,
            "merchant": refund.merchant,
            "day": refund.paid_on.isoformat(),
            "code": CLAWBACK_CODES[share.question],
        },
        party_id=refund.party_id,
    )


def refund_facts(
    amount: int, refunded_on: date, purchase: Purchase | None, earned: Earned
) -> dict[str, Any]:
    """Return what the terms ask of a refund, for one funder.

    Args:
        amount: refunded now, above zero, minor units of the club's currency.
        refunded_on: its day.
        purchase: with what was refunded of it before; None if nothing fits.
        earned: what the funder gave, and took back before.
    """
    return {
        "paid_on": purchase.paid_on if purchase else refunded_on,
        "purchase_found": purchase is not None,
        "purchase_paid": money(purchase.amount if purchase else 0),
        "refunded_before": money(purchase.refunded if purchase else 0),
        "refunded": money(amount),
        "earned": money(0 if earned.held else earned.amount),
        "earned_rate": f"{decimal_text(earned.rate, PERCENT_PLACES)}%",
        "clawed_back_before": money(earned.clawed_back),
    }


def money(minor: int) -> str:
    """Return minor units as the terms write an amount of the club's currency."""
    return f"{decimal_text(minor, CURRENCY_PLACES)} KZT"
