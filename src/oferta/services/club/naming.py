"""What the club calls its accounts and its events, and which accounts it keeps for a customer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import F, Sum

from oferta.core.decisions.naming import Name, Title
from oferta.core.decisions.purses import Holding
from oferta.core.decisions.types import Decision
from oferta.kernel.money import Money, parse_money
from oferta.services.club.models import Lot, Member

#: Last days told of, the nearest first.
EXPIRING_MAX = 2


def account_name(key: str) -> Name | None:
    """Return what an account of the club is called."""
    match key.split("/"):
        case ["club", "member", _, "bonus"]:
            return Name("club.account.member")
        case ["club", "bank", "bonus"]:
            return Name("club.account.bank")
        case ["club", "partner", name, "bonus"]:
            return Name("club.account.partner", {"partner": name})
        case ["club", "merchant", *_]:
            return Name("club.account.merchant")
        case ["club", "expired", *_]:
            return Name("club.account.expired")
        case _:
            return None


def payment_title(item: Decision) -> Title:
    """Return what a payment is called: the shop, and what was paid there."""
    paid = _money(item, "money_paid")
    kind = Name("club.event.payment", {"paid": paid}) if paid else Name("club.event.payment_only")
    return Title(
        subject=str(item.context.get("merchant", "")),
        kind=kind,
        paid=paid,
        nothing=Name("club.event.no_bonus"),
    )


def refund_title(item: Decision) -> Title:
    """Return what a refund is called: the shop, and what it paid back."""
    paid = _money(item, "refunded")
    kind = Name("club.event.refund", {"paid": paid}) if paid else Name("club.event.refund_only")
    return Title(
        subject=str(item.context.get("merchant", "")),
        kind=kind,
        paid=Money(-paid.minor, paid.unit) if paid else None,
        nothing=Name("club.event.no_clawback"),
    )


def redeeming_title(item: Decision) -> Title:
    """Return what paying with bonuses is called: the shop and its bill."""
    bill = _money(item, "bill")
    kind = Name("club.event.bill", {"bill": bill}) if bill else Name("club.event.bill_only")
    return Title(
        subject=str(item.context.get("merchant", "")),
        kind=kind,
        paid=bill,
        nothing=Name("club.event.not_redeemed"),
    )


def restoring_title(item: Decision) -> Title:
    """Return what giving bonuses back is called: the shop that refunded."""
    return Title(subject=str(item.context.get("merchant", "")), kind=Name("club.event.restored"))


def expiring_title(_item: Decision) -> Title:
    """Return what the end of bonuses is called."""
    return Title(subject="", kind=Name("club.event.expired"))


def accruing_title(item: Decision) -> Title:
    """Return what the end of a bonus's wait is called: the shop whose purchase earned it."""
    return Title(subject=str(item.context.get("merchant", "")), kind=Name("club.event.accrued"))


def membership_title(item: Decision) -> Title:
    """Return what joining, leaving and a tier of Halyk+ are called."""
    return Title(
        subject="",
        kind=Name(f"club.event.{item.question}"),
        nothing=Name("club.event.nothing_moves"),
    )


def watching_title(_item: Decision) -> Title:
    """Return what a look at a pattern of payments is called."""
    return Title(subject="", kind=Name("club.event.watched"))


def holdings(party_id: UUID) -> Iterable[Holding]:
    """Return the member's account of bonuses, if the customer is a member."""
    ids = Member.objects.filter(party_id=party_id).values_list("account_id", flat=True)
    return [Holding(account_id=id_, expiring=_expiring(id_), page="club:home") for id_ in ids]


def _expiring(account_id: int) -> tuple[tuple[int, date], ...]:
    """Return what ends on the nearest of the last days, if any lot has one."""
    left = Lot.objects.filter(account_id=account_id, used__lt=F("amount"), last_day__isnull=False)
    days = left.values("last_day").annotate(left=Sum(F("amount") - F("used"))).order_by("last_day")
    found = [(one["left"], one["last_day"]) for one in days[:EXPIRING_MAX]]
    return tuple((left, day) for left, day in found if day is not None)


def _money(item: Decision, fact: str) -> Money | None:
    value = item.facts.get(fact)
    return parse_money(str(value)) if value is not None else None
