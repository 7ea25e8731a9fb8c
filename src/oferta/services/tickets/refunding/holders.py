"""Whoever holds a ticket without having paid for it is told what becomes of the performance too.

The money belongs to who paid (TR-08, TR-127), so they are told that it goes there. Their notice is
written in the database transaction of the change; no right of theirs is decided by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.services.tickets import selling
from oferta.services.tickets.models import Performance, Ticket
from oferta.services.tickets.refunding.reading import Returnable

CANCELLED = "tickets.holder_cancelled"


def tell(
    kind: str,
    tickets: Sequence[tuple[Returnable, int]],
    performance: Performance,
    now: datetime,
    params: Mapping[str, Any] | None = None,
) -> int:
    """Tell the holders among these tickets, once for each order, in the caller's transaction.

    Args:
        kind: of the notice.
        tickets: each with what comes back for it to who paid, in minor units.
        performance: of all of them.
        now: zoned.
        params: what the words of the kind need beside `performance` and `amount`.

    Returns:
        How many were told.
    """
    held = _held([one.sold.ticket_id for one, _ in tickets])
    shares: dict[tuple[UUID, UUID], int] = {}
    for one, amount in tickets:
        holder = held.get(one.sold.ticket_id)
        if holder is not None:
            key = (holder, one.order.id)
            shares[key] = shares.get(key, 0) + amount
    languages = parties.languages({holder for holder, _ in shares})
    wanted = [
        NewNotice(
            party_id=holder,
            language=languages[holder],
            kind=kind,
            params={
                "performance": selling.title_in_each(performance.titles),
                "amount": {"minor": amount, "unit": performance.currency},
                **(params or {}),
            },
        )
        for (holder, _), amount in shares.items()
        if holder in languages
    ]
    notices.send(wanted, now=now)
    return len(wanted)


def _held(ticket_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    rows = Ticket.objects.filter(id__in=ticket_ids, holder_id__isnull=False)
    others = rows.exclude(holder_id=F("order__party_id"))
    return {id_: holder for id_, holder in others.values_list("id", "holder_id") if holder}
