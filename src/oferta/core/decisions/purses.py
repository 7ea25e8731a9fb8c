"""The balances of a customer, gathered from the services that keep accounts for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from oferta.core.decisions.naming import Name, account_name
from oferta.core.ledger import queries as ledger
from oferta.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An account that a service keeps for a customer."""

    account_id: int
    #: What of it ends unless it is used: minor units and the last day, the nearest first.
    expiring: tuple[tuple[int, date], ...] = ()
    #: Name of the service's page about it, for who signed in; "" if it has none.
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What a customer has on one account."""

    account_id: int
    name: Name
    #: What can be spent now: below zero if it is owed.
    available: Money
    #: What is on its way in, and what is held back on its way out.
    incoming: Money
    held: Money
    expiring: tuple[tuple[Money, date], ...] = ()
    page: str = ""


#: Customer to the accounts that a service keeps for them.
Keeper: TypeAlias = Callable[[UUID], Iterable[Holding]]

_keepers: list[Keeper] = []


def register(keepers: Iterable[Keeper]) -> None:
    """Add services that keep accounts for customers; one that is known stays where it is."""
    _keepers.extend(keeper for keeper in keepers if keeper not in _keepers)


def of_party(party_id: UUID) -> list[Purse]:
    """Return what a customer has, account by account, in the order of the services."""
    holdings = {one.account_id: one for keeper in _keepers for one in keeper(party_id)}
    accounts = ledger.accounts(holdings)
    purses = []
    for id_, holding in holdings.items():
        account = accounts[id_]
        unit = account.unit
        purses.append(
            Purse(
                account_id=id_,
                name=account_name(account.key),
                available=Money(account.balance - account.debits_pending, unit),
                incoming=Money(account.credits_pending, unit),
                held=Money(account.debits_pending, unit),
                expiring=tuple((Money(minor, unit), on) for minor, on in holding.expiring),
                page=holding.page,
            )
        )
    return purses
