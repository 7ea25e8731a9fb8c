"""What the club takes and tells by the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictStr

from oferta.core.decisions.rest.schemas import DecisionBrief
from oferta.core.decisions.types import Status
from oferta.kernel.rest.schemas import (
    Facts,
    Given,
    Id,
    Moment,
    Money,
    Name,
    Problem,
    Told,
    plain_facts,
)
from oferta.services.club.paying import Paid
from oferta.services.club.rules import UNIT

PAYMENTS_MAX = 1_000
_Card = Annotated[StrictStr, Field(min_length=1, max_length=40)]
_Partner = Annotated[StrictStr, Field(max_length=60, pattern=r"^[a-z0-9-]*$")]
_Reference = Annotated[StrictStr, Field(min_length=1, max_length=100)]


class MemberGiven(Given):
    """A customer who joins the club with a card."""

    party_id: Id
    card: _Card = Field(description="As your payments name it: a masked number or a token of it.")
    product: Annotated[StrictStr, Field(max_length=20, pattern=r"^[a-z_]*$")] = Field(
        "", description="What the card is, as debit, credit, gift; empty: payments tell it."
    )


class PaymentGiven(Given):
    """A purchase, or a refund of one, by card."""

    id: Name = Field(
        description="Your own name for it: the same name is the same payment, however often told."
    )
    card: _Card
    paid_at: Moment
    merchant: Annotated[StrictStr, Field(min_length=1, max_length=500)]
    amount: Money = Field(description="Paid with money, in KZT; below zero for a refund.")
    facts: Facts = Field(
        {}, description="What the terms ask for beside these fields; see the pack. Not for refunds."
    )
    partner: _Partner = Field("", description="A partner that gives bonuses of its own.")
    refund_of: Annotated[StrictStr, Field(max_length=200)] = Field(
        "", description="Of a refund: the purchase's id. Empty: the likeliest one."
    )

    def paid(self) -> Paid:
        """Return it as the room takes it."""
        return Paid(
            id=self.id,
            card=self.card,
            paid_at=self.paid_at,
            merchant=self.merchant,
            amount=self.amount.minor,
            facts=plain_facts(self.facts),
            partner=self.partner,
            refund_of=self.refund_of,
        )


class PaymentsGiven(Given):
    """A batch: purchases are decided before refunds."""

    payments: Annotated[list[PaymentGiven], Field(min_length=1, max_length=PAYMENTS_MAX)]


class PaymentTold(Told):
    """What became of a payment."""

    id: str
    status: Status
    replayed: bool = Field(description="It was told before; nothing happened now.")
    waits: bool = Field(
        description="A refund whose purchase has not come yet: nothing is decided until it does."
    )
    decisions: list[DecisionBrief]
    problem: Problem | None = Field(description="Why it was rejected.")


class PaymentsTold(Told):
    """What became of a batch, in its order."""

    payments: list[PaymentTold]


class MemberTold(Told):
    """A member and what they have."""

    party_id: UUID
    card: str = Field(description="The newest of the cards; empty without one.")
    cards: list[str] = Field(description="In use, the newest first.")
    left_on: date | None = Field(description="Of one who left the club; null: a member.")
    account_id: int = Field(description="The ledger's account of the bonuses.")
    balance: Money
    available: Money = Field(description="What may be spent today.")
    pending: Money = Field(description="Waits for its accrual day, or for a person.")
    owed: Money = Field(description="Taken back though it was spent; later bonuses fill it.")


class MemberLineTold(Told):
    """A line of a member's statement."""

    transfer_id: UUID
    kind: str = Field(description="`single`, `pending`, `post` or `void`.")
    event_at: datetime
    booked_at: datetime
    change: Money
    held: Money
    balance: Money = Field(description="After this line.")
    decision_id: UUID = Field(description="Ask for its explanation to learn why.")
    reverses: UUID | None


class BillGiven(Given):
    """A bill that a member wants to pay with bonuses."""

    reference: _Reference = Field(description="Your own name for the payment.")
    card: _Card
    merchant: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    bill: Money = Field(description="In KZT.")
    bonuses: Money = Field(description="How much of it, in BONUS.")
    terminal_owner: Name = "bank"
    channel: Name = "pos"
    abroad: bool = Field(False, strict=True)
    biller_takes_bonuses: bool = Field(True, strict=True)


class RedeemedTold(Told):
    """What the till is told; the decision says why."""

    reference: str
    paid_with_bonuses: Money
    to_pay: Money
    instead: str = Field(description="What to do where bonuses do not pay; a value of the terms.")
    decision: DecisionBrief
    replayed: bool


class RefundGiven(Given):
    """A bill that was paid with bonuses is refunded, whole or in part."""

    reference: _Reference = Field(description="Of the bill.")
    refund_reference: _Reference = Field(description="Your own name for the refund.")
    amount: Money = Field(description="Of the whole bill, money and bonuses together; in KZT.")


class RestoredTold(Told):
    """How a refund is given back."""

    refund_reference: str
    bonuses: Money
    money: Money
    decision: DecisionBrief
    replayed: bool


def bonuses(minor: int) -> Money:
    """Return an amount of bonuses."""
    return Money(minor=minor, unit=UNIT)
