"""Movements to the ledger's transfers: the only place where money is moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from oferta.core.decisions.types import Decision, Movement
from oferta.kernel.ids import uuid7


@dataclass(slots=True)
class Group:
    """Transfers that move together or not at all, and what the ledger said: "" or its code."""

    transfers: list[Any]
    refusal: str = ""


def group(
    movements: Sequence[Movement], decision_ids: Mapping[str, UUID], event_at: datetime
) -> Group:
    """Turn one event's movements into linked transfers, each naming its question's Decision."""
    if not movements:
        return Group([])
    from oferta.core.ledger.types import Kind, Transfer  # noqa: PLC0415

    last = len(movements) - 1
    return Group(
        [
            Transfer(
                id=uuid7(),
                kind=Kind[item.kind.upper()],
                debit=item.debit,
                credit=item.credit,
                amount=item.amount,
                pending_id=item.pending_id,
                linked=place < last,
                code=item.code,
                event_at=event_at,
                decision_id=decision_ids[item.question],
                expires_at=item.expires_at,
            )
            for place, item in enumerate(movements)
        ]
    )


def post(groups: Iterable[Group], *, now: datetime) -> None:
    """Post all groups in order and note on each what the ledger refused."""
    wanted = [item for item in groups if item.transfers]
    if not wanted:
        return
    from oferta.core.ledger import actions as ledger  # noqa: PLC0415

    results = ledger.post([transfer for item in wanted for transfer in item.transfers], now=now)
    place = 0
    for item in wanted:
        own = results[place : place + len(item.transfers)]
        place += len(item.transfers)
        item.refusal = _refusal(own)


def movements_of(decision_id: UUID, question: str) -> list[Movement]:
    return []


def replace_transfers(
    old: Decision, new: Decision, movements: Sequence[Movement], *, now: datetime
) -> str:
    return ""


def _refusal(results: Sequence[object]) -> str:
    return ""
