"""The ledger's accounts of the ticket office: who is owed what, and through whom money came.

Face value is held for the organiser on an account of the performance, which never goes below zero:
no more can be returned from it than came in. What a means of payment took is on an account of that
means until it is settled with whoever took it.
"""

from __future__ import annotations

from collections.abc import Iterable

from oferta.core.decisions import actions as decisions
from oferta.core.ledger.types import Limit, NewAccount
from oferta.services.tickets.models import Performance


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
    key = f"tickets/owed/{unit}"
    return decisions.open_accounts([NewAccount(key=key, unit=unit, limit=Limit.DEBITS)])[key]
