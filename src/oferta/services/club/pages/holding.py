"""What a member has: the balance, and the lots that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F

from oferta.core.decisions import purses
from oferta.core.decisions.purses import Purse
from oferta.kernel.money import Money
from oferta.services.club.models import Lot, Member, Payment
from oferta.services.club.rules import UNIT

#: Lots shown; the rest is told as a number.
LOTS_MAX = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One lot with something left."""

    left: Money
    of: Money
    earned_on: date
    #: Usable on this day too; None: it does not expire.
    last_day: date | None
    #: The shop whose payment earned it; "" if that was erased.
    shop: str
    partners: bool


def member(party_id: UUID) -> Member | None:
    """Return the member that a customer is or was; None: never."""
    return Member.objects.filter(party_id=party_id).first()


def purse(one: Member) -> Purse | None:
    """Return the member's balance, the same that is shown everywhere (BC-70)."""
    found = purses.of_party(one.party_id)
    return next((held for held in found if held.account_id == one.account_id), None)


def lots(one: Member) -> tuple[list[Held], int]:
    """Return the lots with something left, the first to expire first, and how many there are."""
    rows = Lot.objects.filter(account_id=one.account_id, used__lt=F("amount"))
    found = list(rows.order_by(F("last_day").asc(nulls_last=True), "earned_on", "id")[:LOTS_MAX])
    shops = dict(
        Payment.objects.filter(key__in=[lot.purchase_key for lot in found]).values_list(
            "key", "merchant"
        )
    )
    held = [
        Held(
            left=Money(lot.amount - lot.used, UNIT),
            of=Money(lot.amount, UNIT),
            earned_on=lot.earned_on,
            last_day=lot.last_day,
            shop=shops.get(lot.purchase_key, ""),
            partners=lot.question == "partner_bonus",
        )
        for lot in found
    ]
    return held, rows.count()
