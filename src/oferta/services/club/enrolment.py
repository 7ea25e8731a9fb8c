"""Members, partners and the accounts that their bonuses move between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from oferta.core.decisions import actions as decisions
from oferta.core.ledger.types import NewAccount
from oferta.core.parties import actions as parties
from oferta.core.parties import queries as parties_queries
from oferta.core.parties.types import NewCustomer
from oferta.core.terms import shelf
from oferta.kernel.i18n import LANGUAGES
from oferta.services.club.errors import CardTaken, NotAMember
from oferta.services.club.facts import PACK
from oferta.services.club.membership import tiers
from oferta.services.club.membership.holders import (
    Held,
    Holders,
    holder_by,
    holder_on,
    holders,
)
from oferta.services.club.membership.tiers import Standings
from oferta.services.club.models import Card, Member
from oferta.services.club.rules import UNIT
from oferta.services.club.source import Source
from oferta.services.club.types import Payment, Row

BANK_ACCOUNT = "club/bank/bonus"


@dataclass(frozen=True, slots=True)
class Books:
    """Ledger accounts by whom they belong to, ready for a batch."""

    bank: int
    partners: dict[str, int]
    holders: Holders
    #: What the feed tells of a row, and what the club itself knows of its member.
    source: Source

    def knows(self, row: Row) -> bool:
        """Return whether somebody held the card on the day: nobody else's payment earns."""
        return _holder(self.holders, row) is not None

    def holder(self, row: Row) -> Held:
        """Return who held the card on the day of a row.

        Raises:
            NotAMember: nobody did.
        """
        found = _holder(self.holders, row)
        if found is None:
            raise NotAMember(card=row.card)
        return found

    def party(self, row: Row) -> UUID:
        """Return the member who paid."""
        return self.holder(row).party_id

    def account(self, row: Row) -> int:
        """Return the account of the member who paid."""
        return self.holder(row).account_id


@dataclass(frozen=True, slots=True)
class _Known:
    """A source with what the club knows of members: the tier of the day, the card's product.

    The tier is never told by who sends payments: it would be a rate that they choose (BC-10).
    """

    told: Source
    holders: Holders
    standings: Standings

    def converted(self, minor: int) -> int:
        """Return an amount of the source in the club's currency."""
        return self.told.converted(minor)

    def partners(self) -> Iterable[str]:
        """Return the partners that rows may have been paid at."""
        return self.told.partners()

    def facts_of(self, row: Any) -> dict[str, object]:
        """Return the facts of a row; limits count by the member, whichever card was used."""
        told = self.told.facts_of(row)
        held = _holder(self.holders, row)
        if held is None:
            return told
        known = {
            "customer": str(held.party_id),
            "halyk_plus_rate": tiers.rate_on(self.standings, held.party_id, row.paid_on),
        }
        return {**held.facts(), **told, **known}


def _holder(found: Holders, row: Row) -> Held | None:
    held = found.get(row.card, ())
    if len(held) == 1 and held[0].since is None and held[0].until is None:
        return held[0]
    return holder_on(held, row.paid_on) if row.amount > 0 else holder_by(held, row.paid_on)


@transaction.atomic
def open_books(payments: Iterable[Payment], source: Source, *, now: datetime) -> Books:
    """Enrol every holder of a card that is not a member yet and open the accounts that are missing.

    A member's account may go below zero: a claw-back is taken though the bonus is spent (BC-69).
    """
    cards = sorted({one.row.card for one in payments})
    partners = sorted(source.partners())
    known = holders(cards)
    if strangers := [card for card in cards if card not in known]:
        _enrol(strangers, now)
        known |= holders(strangers)
    names = [BANK_ACCOUNT, *(_partner_account(name) for name in partners)]
    funders = decisions.open_accounts([NewAccount(key=name, unit=UNIT) for name in names])
    return Books(
        bank=funders[BANK_ACCOUNT],
        partners={name: funders[_partner_account(name)] for name in partners},
        holders=known,
        source=_Known(source, known, tiers.standings(_parties(known))),
    )


def bank_account() -> int:
    """Return the account that the Bank's bonuses come from."""
    return decisions.open_accounts([NewAccount(key=BANK_ACCOUNT, unit=UNIT)])[BANK_ACCOUNT]


@transaction.atomic
def enrol(party_id: UUID, card: str) -> Member:
    """Make a customer a member with a card; done again with the same card, it changes nothing.

    For who runs the club's systems: nobody is asked and nothing is agreed to. Who joins by
    themselves does it by `membership.joining.join`.

    Raises:
        UnknownCustomer: there is no such customer.
        CardTaken: the card is another's.
    """
    parties_queries.customer(party_id)
    member = open_member(party_id)
    held = Card.objects.filter(number=card).order_by("-id").first()
    if held is None:
        held, _ = Card.objects.get_or_create(number=card, since=None, defaults={"member": member})
    if held.member_id != party_id:
        raise CardTaken(card=card)
    return member


def open_member(party_id: UUID) -> Member:
    """Return the member that a customer is, with an account of bonuses; make it if there is none.

    A member's account may go below zero: a claw-back is taken though the bonus is spent (BC-69).
    """
    name = member_account(party_id)
    account_id = decisions.open_accounts([NewAccount(key=name, unit=UNIT)])[name]
    Member.objects.bulk_create(
        [Member(party_id=party_id, account_id=account_id)], ignore_conflicts=True
    )
    return Member.objects.get(party_id=party_id)


def days_kept(left_on: date) -> int:
    """Return how many days the bonuses of who leaves wait, by the edition of that day."""
    told = shelf.terms().decide(PACK, "leave", {"left_on": left_on})
    return int(told.outcome["days_kept"] or 0)


def member_account(party_id: UUID) -> str:
    """Return the key of a member's account in the ledger."""
    return f"club/member/{party_id}/bonus"


def _parties(known: Holders) -> set[UUID]:
    return {one.party_id for held in known.values() for one in held}


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
    members = {card: ids[f"club/card/{card}"] for card in cards}
    names = {party: member_account(party) for party in members.values()}
    accounts = decisions.open_accounts([NewAccount(key=name, unit=UNIT) for name in names.values()])
    Member.objects.bulk_create(
        [Member(party_id=party, account_id=accounts[name]) for party, name in names.items()],
        ignore_conflicts=True,
    )
    Card.objects.bulk_create(
        [Card(number=card, member_id=party) for card, party in members.items()],
        ignore_conflicts=True,
    )


def _partner_account(name: str) -> str:
    return f"club/partner/{name}/bonus"
