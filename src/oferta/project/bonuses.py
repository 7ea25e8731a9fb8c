"""Bonuses of the club pay for tickets: the one place where the two services meet.

The ticket office asks a means to take an amount; the club is asked to let a bill be paid with
bonuses. How many bonuses an amount takes is a term (`ticket-means`); whether they may be used is
the club's own. A refund gives back as many as its share of the bill, so that any split ends as the
whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Sum

from oferta.core.ledger import queries as ledger
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.kernel.money import Money
from oferta.services.club import queries as club
from oferta.services.club import redeeming
from oferta.services.club.errors import UnknownMember
from oferta.services.club.models import Redemption
from oferta.services.club.redeeming import Bill
from oferta.services.tickets.errors import BadPayment
from oferta.services.tickets.means import Choice, Means
from oferta.services.tickets.models import Payment, Payout
from oferta.services.tickets.types import Charge, PayoutState

NAME = "bonus"
PACK, QUESTION = "ticket-means", "bonus_payment"
#: As the club knows the ticket office.
MERCHANT = "Oferta tickets"
_ZONE = ZoneInfo("Europe/Moscow")


class Bonuses(Means):
    """Takes and gives back bonuses of the club."""

    def choices(self, party_id: UUID, unit: str) -> Iterable[Choice]:
        """Return what the customer's bonuses could pay, rounded down."""
        try:
            member = club.member_of_party(party_id)
        except UnknownMember:
            return []
        if not club.cards_in_use(party_id):
            return []
        account = ledger.account(member.account_id)
        there_are = account.balance - account.debits_pending
        one = Money(100, unit)
        pays = one.minor * there_are // _bonuses(one, clock.now().astimezone(_ZONE).date())
        return [Choice(means=NAME, available=Money(pays, unit))] if pays > 0 else []

    def take(self, charge: Charge) -> str:
        """Pay the amount with bonuses, whole; the club's terms decide."""
        cards = club.cards_in_use(charge.party_id) if charge.party_id else []
        if not cards:
            raise BadPayment(field="means", given=NAME, expected="a member of the club")
        needed = _bonuses(charge.amount, charge.at.astimezone(_ZONE).date())
        bill = Bill(
            reference=_reference(charge.payment_id),
            card=cards[0],
            merchant=MERCHANT,
            bill=needed,
            bonuses=needed,
            channel="site",
        )
        redeemed = redeeming.redeem(bill, now=charge.at)
        if redeemed.amount < needed:
            raise BadPayment(field="amount", given=str(charge.amount), expected=redeemed.instead)
        return bill.reference

    def give_back(self, payment_id: UUID, payout_id: UUID, amount: Money) -> None:
        """Give back the part of the bill that the refund is of the payment."""
        bill = Redemption.objects.get(reference=_reference(payment_id)).bill
        whole = Payment.objects.get(id=payment_id).amount
        others = Payout.objects.filter(payment_id=payment_id).exclude(id=payout_id)
        done = others.exclude(state=PayoutState.FAILED).aggregate(Sum("amount"))
        before = int(done["amount__sum"] or 0)
        back = bill * (before + amount.minor) // whole - bill * before // whole
        if back:
            redeeming.refund(
                _reference(payment_id),
                refund_reference=f"tickets-payout-{payout_id}",
                amount=back,
                now=clock.now(),
            )


def _bonuses(amount: Money, day: date) -> int:
    """Return how many bonuses an amount takes, in hundredths."""
    given = {"asked_on": day, "asked": str(amount)}
    return int(shelf.terms().decide(PACK, QUESTION, given).outcome["bonuses"] or 0)


def _reference(payment_id: UUID) -> str:
    return f"tickets-{payment_id}"
