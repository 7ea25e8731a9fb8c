"""The ledger's accounts of the ticket office: who is owed what, and through whom money came.

Face value is held for the organiser on an account of the performance, which never goes below zero:
no more can be returned from it than came in. What a means of payment took is on an account of that
means until it is settled with whoever took it.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from oferta.core.decisions import actions as decisions
from oferta.core.ledger.types import Limit, NewAccount
from oferta.services.tickets.models import Performance, Purse


def open_for(performance: Performance) -> None:
    """Open the accounts of a performance and note them in it, unsaved."""
    unit = performance.currency
    face = NewAccount(
        key=f"tickets/performance/{performance.id}/face/{unit}", unit=unit, limit=Limit.DEBITS
    )
    fees = NewAccount(key=f"tickets/operator/{performance.operator_id}/fees/{unit}", unit=unit)
    delivery = NewAccount(
        key=f"tickets/operator/{performance.operator_id}/delivery/{unit}", unit=unit
    )
    opened = decisions.open_accounts([face, fees, delivery])
    performance.face_account_id = opened[face.key]
    performance.fee_account_id = opened[fees.key]
    performance.delivery_account_id = opened[delivery.key]


def of_means(names: Iterable[str], unit: str) -> dict[str, int]:
    """Return the account of each means of payment in a unit."""
    keys = {name: f"tickets/means/{name}/{unit}" for name in names}
    opened = decisions.open_accounts([NewAccount(key=key, unit=unit) for key in keys.values()])
    return {name: opened[key] for name, key in keys.items()}


def owed_to_buyers(unit: str) -> int:
    """Return the account of what we owe to buyers, whoever will bear it (TR-121)."""
    return _open(f"tickets/owed/{unit}", unit, Limit.DEBITS)


def wallet(party_id: UUID, unit: str) -> int:
    """Return the account of a customer's money balance; it never falls below zero."""
    account_id = _open(f"wallet/{party_id}/{unit}", unit, Limit.DEBITS)
    Purse.objects.bulk_create(
        [Purse(account_id=account_id, party_id=party_id, currency=unit)], ignore_conflicts=True
    )
    return account_id


def voucher(voucher_id: UUID, unit: str) -> int:
    """Return the account of a voucher; it never falls below zero."""
    return _open(f"tickets/voucher/{voucher_id}/{unit}", unit, Limit.DEBITS)


def due_to_organiser(organiser: str, unit: str) -> int:
    """Return the account of what is released to an organiser and not paid yet; above zero."""
    return _open(f"tickets/organiser/{organiser}/due/{unit}", unit, Limit.DEBITS)


def owed_by_organiser(organiser: str, unit: str) -> int:
    """Return the account of what an organiser owes for late refunds; zero or below."""
    return _open(f"tickets/organiser/{organiser}/claims/{unit}", unit, Limit.CREDITS)


def _open(key: str, unit: str, limit: Limit) -> int:
    return decisions.open_accounts([NewAccount(key=key, unit=unit, limit=limit)])[key]
