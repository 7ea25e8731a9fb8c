"""Bonuses on their way: the ledger holds them as pending until their accrual day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from uuid import UUID

from oferta.core.decisions.types import Decision
from oferta.services.club.models import Waiting


def wait(found: Iterable[Decision], purchase_keys: Mapping[UUID, str]) -> None:
    """Keep which bonuses wait for their accrual day; the ledger holds them as pending.

    Args:
        found: Decisions of earning questions that gave something to be had later.
        purchase_keys: the payment behind each, by the Decision's id.
    """
    Waiting.objects.bulk_create(
        Waiting(
            decision_id=one.id,
            account_id=one.context["member"],
            question=one.question,
            purchase_key=purchase_keys[one.id],
            transfer_id=one.transfer_ids[0],
            amount=int((one.outcome or {})["amount"] or 0),
            due_on=accrual_day(one),
        )
        for one in found
    )


def accrual_day(given: Decision) -> date:
    """Return the day on which a bonus is accrued."""
    return given.day + timedelta(days=int((given.outcome or {}).get("accrual_days") or 0))


def drop(decision_id: UUID) -> UUID | None:
    """Wait no more for what a Decision gave: another one stands in its place.

    Returns:
        The Decision that had accrued it; None: it still waited, or never did.
    """
    row = Waiting.objects.filter(decision_id=decision_id).first()
    if row is None:
        return None
    Waiting.objects.filter(decision_id=decision_id).update(dropped=True)
    return row.accrual_id
