"""Small builders for the club: customers, payments by card, days."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from oferta.core.ledger import queries as ledger
from oferta.core.parties import actions as parties
from oferta.core.parties.types import NewCustomer, PartyKind
from oferta.services.club.models import Member
from oferta.services.club.paying import Paid, Taken, take_payments

#: What the terms ask for of an ordinary payment of a bus fare in the app.
FARE = {
    "terminal_owner": "bank",
    "method": "other",
    "channel": "app",
    "abroad": False,
    "mcc": None,
    "category": "bus_fare",
    "instalment": False,
    "bonuses_paid": "0 KZT",
    "partner_rate": None,
    "oked_listed": False,
}
#: … and of one by bank QR in a shop.
SHOP = FARE | {"method": "halyk_qr", "channel": "pos", "category": "purchase"}
DEBIT = {"card_kind": "debit", "special_account": "none"}


def at(day: str, hour: int = 12) -> datetime:
    """Return an hour of a day, by Greenwich."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def a_person(key: str = "anna", *, kind: PartyKind = PartyKind.PERSON) -> UUID:
    """Register a customer."""
    new = NewCustomer(key=key, name=key, language="kk", kind=kind)
    return parties.register_customers([new], now=at("2024-01-01"))[key]


def paid(id_: str, day: str, tenge: int, **more: object) -> Paid:
    """Return a payment of so many tenge; below zero a refund."""
    facts = more.pop("facts", SHOP | DEBIT if tenge > 0 else {})
    return Paid(
        id=id_,
        card=str(more.pop("card", "card-1")),
        paid_at=at(day),
        merchant=str(more.pop("merchant", "magnum")),
        amount=tenge * 100,
        facts=facts,  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )


def take(*payments: Paid, now: datetime) -> list[Taken]:
    """Take payments in."""
    return take_payments(payments, now=now)


def balance(party_id: UUID) -> int:
    """Return a member's balance in the ledger, in tenge."""
    return ledger.balance(Member.objects.get(party_id=party_id).account_id).balance // 100
