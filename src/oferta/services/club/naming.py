"""What the club calls its accounts and its events, and which accounts it keeps for a customer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from oferta.core.decisions.naming import Name, Title
from oferta.core.decisions.purses import Holding
from oferta.core.decisions.types import Decision
from oferta.kernel import asking
from oferta.kernel.money import Money, parse_money

#: Last days told of, the nearest first.
EXPIRING_MAX = 2
#: A customer's accounts, each with what ends on the nearest of the last days, if any lot has one.
_HOLDINGS = """
SELECT m.account_id, l.last_day, l.left_over
FROM club_member m LEFT JOIN LATERAL (
    SELECT last_day, sum(amount - used)::bigint AS left_over FROM club_lot
    WHERE account_id = m.account_id AND last_day IS NOT NULL AND used < amount
    GROUP BY last_day ORDER BY last_day LIMIT %s
) l ON true
WHERE m.party_id = %s ORDER BY m.account_id, l.last_day"""


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
    ends: dict[int, list[tuple[int, date]]] = {}
    for account_id, last_day, left in asking.rows(_HOLDINGS, [EXPIRING_MAX, party_id]):
        ends.setdefault(account_id, [])
        if last_day is not None:
            ends[account_id].append((left, last_day))
    return [
        Holding(account_id=id_, expiring=tuple(days), page="club:home")
        for id_, days in ends.items()
    ]


def _money(item: Decision, fact: str) -> Money | None:
    value = item.facts.get(fact)
    return parse_money(str(value)) if value is not None else None
