"""Cases about a customer instead of a decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from oferta.core.cases import models, queries
from oferta.core.cases.actions import ANSWER_DAYS, announce
from oferta.core.cases.errors import BadResolution
from oferta.core.cases.types import ABOUT_PARTY, OPEN, Case, Kind, Status
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7


@transaction.atomic
def open_about_party(party_id: UUID, kind: Kind, *, detail: dict[str, Any], now: datetime) -> Case:
    """Open a case about a customer instead of a decision; an open one of the kind is kept.

    The customer is told by whoever opens it: what happened says more than that a case exists.

    Args:
        party_id: the customer.
        kind: one of `ABOUT_PARTY`.
        detail: JSON values for the log: what it is about.
        now: zone-aware.

    Raises:
        BadResolution: a kind that is about a decision.
    """
    if kind not in ABOUT_PARTY:
        raise BadResolution(field="kind", given=kind.value, expected=", ".join(ABOUT_PARTY))
    row, made = models.Case.objects.get_or_create(
        party_id=party_id,
        kind=kind.value,
        status__in=OPEN,
        defaults={
            "id": uuid7(),
            "status": Status.OPENED.value,
            "opened_at": zoned(now),
            "due_at": now + timedelta(days=ANSWER_DAYS),
        },
    )
    what = "opened" if made else "again"
    models.Entry(case=row, at=now, what=what, detail={"kind": kind.value} | detail).save()
    if made:
        announce([row], now)
    return queries.case(row.id)
