"""Members, partners and the accounts that their bonuses move between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from oferta.core.decisions import actions as decisions
from oferta.core.ledger.types import NewAccount
from oferta.core.parties import actions as parties
from oferta.core.parties import queries as parties_queries
from oferta.core.parties.types import NewCustomer
from oferta.kernel.i18n import LANGUAGES
from oferta.services.club import queries
from oferta.services.club.errors import CardTaken
from oferta.services.club.models import Member
from oferta.services.club.rules import UNIT
from oferta.services.club.source import Source
from oferta.services.club.types import Payment, Row

BANK_ACCOUNT = "club/bank/bonus"


@dataclass(frozen=True, slots=True)
class Books:
    """Ledger accounts by whom they belong to, ready for a batch."""

    bank: int
    partners: dict[str, int]
    #: Party and account of the holder of a card.
    members: dict[str, tuple[UUID, int]]
    source: Source

    def party(self, row: Row) -> UUID:
        """Return the member who paid."""
        return self.members[row.card][0]

    def account(self, row: Row) -> int:
        """Return the account of the member who paid."""
        return self.members[row.card][1]

    def accounts(self, row: Row) -> dict[str, int]:
        """Return the accounts that a payment's bonuses move between, by role."""
        found = {"member": self.account(row), "bank": self.bank}
        partner = self.source.facts_of(row).get("partner")
        return found | ({"partner": self.partners[str(partner)]} if partner else {})


@transaction.atomic
def open_books(payments: Iterable[Payment], source: Source, *, now: datetime) -> Books:
    """Enrol every holder of a card that is not a member yet and open the accounts that are missing.

    A member's account may go below zero: a claw-back is taken though the bonus is spent (BC-69).
    """
    cards = sorted({one.row.card for one in payments})
    partners = sorted(source.partners())
    known = queries.members(cards)
    _enrol([card for card in cards if card not in known], now)
    members = queries.members(cards)
    names = [BANK_ACCOUNT, *(_partner_account(name) for name in partners)]
    funders = decisions.open_accounts([NewAccount(key=name, unit=UNIT) for name in names])
    return Books(
        bank=funders[BANK_ACCOUNT],
        partners={name: funders[_partner_account(name)] for name in partners},
        members={card: (one.party_id, one.account_id) for card, one in members.items()},
        source=source,
    )


@transaction.atomic
def enrol(party_id: UUID, card: str) -> Member:
    """Make a customer a member with a card; done again with the same card, it changes nothing.

    Raises:
        UnknownCustomer: there is no such customer.
        CardTaken: the card is another's, or the customer is a member with another card.
    """
    parties_queries.customer(party_id)
    name = f"club/member/{party_id}/bonus"
    account_id = decisions.open_accounts([NewAccount(key=name, unit=UNIT)])[name]
    Member.objects.bulk_create(
        [Member(card=card, party_id=party_id, account_id=account_id)], ignore_conflicts=True
    )
    found = queries.members([card]).get(card)
    if found is None or found.party_id != party_id:
        raise CardTaken(card=card)
    return found


def _enrol(cards: list[str], now: datetime) -> None:
    # The record knows no language, so the sample's members read all five in turn.
    ids = parties.register_customers(
        [
            NewCustomer(
                key=f"club/card/{card}",
                name=card,
                language=LANGUAGES[int(card[-4:]) % len(LANGUAGES)],
            )
            for card in cards
        ],
        now=now,
    )
    names = {card: f"club/member/{ids[f'club/card/{card}']}/bonus" for card in cards}
    accounts = decisions.open_accounts([NewAccount(key=name, unit=UNIT) for name in names.values()])
    Member.objects.bulk_create(
        [
            Member(card=card, party_id=ids[f"club/card/{card}"], account_id=accounts[names[card]])
            for card in cards
        ],
        ignore_conflicts=True,
    )


def _partner_account(name: str) -> str:
    return f"club/partner/{name}/bonus"
