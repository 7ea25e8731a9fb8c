"""The facts that the refund terms ask for, from what was sold and what the buyer says.

Pure. Which packs can be used: those that ask the questions below about these facts, as
`terms/ticket-refunds` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from oferta.kernel.money import Money

_EPOCH = date(1970, 1, 1)
REFUND = "refund"
ANSWER_DEADLINE, PAYOUT_DEADLINE, PAYOUT_WAY = "answer_deadline", "payout_deadline", "payout_way"
#: Until when a changed performance's ticket comes back; by when a postponed one must be held.
CHOICES, HELD_BY = "choices", "held_by"

OWN_WISH, ILLNESS, RELATIVE_ILLNESS = "own_wish", "illness", "relative_illness"
RELATIVE_DEATH, OTHER = "relative_death", "other"
CANCELLED, POSTPONED, REPLACED = (
    "performance_cancelled",
    "performance_postponed",
    "performance_replaced",
)
#: What a buyer may name of their own accord, and what the organiser's change gives them.
BUYERS_REASONS = (OWN_WISH, ILLNESS, RELATIVE_DEATH, RELATIVE_ILLNESS, OTHER)
CHANGES = (CANCELLED, POSTPONED, REPLACED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """One ticket as it was sold, and what has become of its performance."""

    ticket_id: UUID
    #: Sector, row, number; "" for general admission.
    place: str
    operator: str
    pack: str
    #: The edition that the buyer keeps; a later one can only help them.
    edition: str
    unit: str
    #: As printed on the ticket, and the new start if it was put off or replaced.
    starts_at: datetime
    new_starts_at: datetime | None
    time_zone: str
    bought_at: datetime
    on_promotion: bool
    used: bool
    #: Minor units (TR-09, TR-28).
    nominal: int
    paid: int
    service_fee: int
    delivery: int
    carrier: str
    paid_by: str
    surrendered: bool
    high_alert: bool
    regime_ended_on: date | None
    organiser_accepts_before: date | None
    #: The organiser's own term of payment, in days, if it named one (TR-90).
    organiser_refund_days: int | None = None
    #: What the performance's stage lets the buyer name beside their own reasons; "" if nothing.
    change: str = ""
    #: How far the paper form has come; "none": nothing is delivered.
    delivery_stage: str = "none"

    @property
    def zone(self) -> ZoneInfo:
        """The venue's time zone: days are counted by it (TR-26)."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the buyer says, and what is known of it so far."""

    reason: str
    requested_at: datetime
    #: When it is decided; a quote is decided as it is asked.
    decided_at: datetime
    document: str = "none"
    document_received_at: datetime | None = None
    document_check: str = "not_checked"
    illness_from: date | None = None
    illness_through: date | None = None
    illness_to_be_extended: bool = False
    names_match: bool = True
    names_explained: bool = False
    organiser_answer: str = "none"
    review_extended: bool = False
    account_closed: bool = False
    bank_details_given: bool = False
    #: Where the buyer agreed to be paid instead of where the money came from (TR-95, TR-109).
    consented_to: str = "none"
    #: Of the service fee, minor units a ticket (TR-31).
    service_fee_promised: int = 0

    def asked_at(self, moment: datetime) -> Claim:
        """Return the same claim, asked and decided at another moment."""
        return replace(self, requested_at=moment, decided_at=moment)


def facts_of(sold: Sold, claim: Claim) -> Mapping[str, Any]:
    """Return every fact that any refund question may ask for; each takes its own."""
    return {
        "operator": sold.operator,
        "reason": claim.reason,
        "requested_at": claim.requested_at,
        "decided_at": claim.decided_at,
        "performance_starts_at": sold.starts_at,
        "new_starts_at": sold.new_starts_at,
        "venue_time_zone": sold.time_zone,
        "bought_at": sold.bought_at,
        "bought_on_promotion": sold.on_promotion,
        "ticket_used": sold.used,
        "ticket_nominal": str(Money(sold.nominal, sold.unit)),
        "ticket_paid": str(Money(sold.paid, sold.unit)),
        "service_fee_paid": str(Money(sold.service_fee, sold.unit)),
        "service_fee_promised": str(Money(claim.service_fee_promised, sold.unit)),
        "delivery_paid": str(Money(sold.delivery, sold.unit)),
        "delivery_stage": sold.delivery_stage,
        "carrier": sold.carrier,
        "paid_by": sold.paid_by,
        "account_closed": claim.account_closed,
        "bank_details_given": claim.bank_details_given,
        "originals_surrendered": sold.surrendered,
        "consented_to": claim.consented_to,
        "document": claim.document,
        "document_received_at": claim.document_received_at,
        "document_check": claim.document_check,
        "illness_from": claim.illness_from,
        "illness_through": claim.illness_through,
        "illness_to_be_extended": claim.illness_to_be_extended,
        "names_match": claim.names_match,
        "names_explained": claim.names_explained,
        "organiser_answer": claim.organiser_answer,
        "organiser_accepts_before": sold.organiser_accepts_before,
        "high_alert": sold.high_alert,
        "regime_ended_on": sold.regime_ended_on,
        "review_extended": claim.review_extended,
        "organiser_refund_days": sold.organiser_refund_days,
    }


def choice_facts(sold: Sold, *, announced_at: datetime) -> Mapping[str, Any]:
    """Return the facts of what a buyer may choose after a change of the performance."""
    return {
        "change": "replaced" if sold.change == REPLACED else "postponed",
        "announced_at": announced_at,
        "performance_starts_at": sold.starts_at,
        "new_starts_at": sold.new_starts_at,
        "venue_time_zone": sold.time_zone,
        "organiser_accepts_before": sold.organiser_accepts_before,
    }


def zone(name: str) -> ZoneInfo:
    """Return a venue's time zone."""
    return ZoneInfo(name)


def day(coded: object) -> date:
    """Return a date as the terms answer it."""
    assert isinstance(coded, int)  # noqa: S101 - a date of the terms
    return _EPOCH + timedelta(days=coded)
