"""Makes bonuses available that have come to their accrual day (BC-09, BC-71)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision, Event, Status
from oferta.kernel.clock import zoned
from oferta.services.club import keeping
from oferta.services.club.facts import PACK, day_of, money
from oferta.services.club.models import Waiting
from oferta.services.club.purse import Purse
from oferta.services.club.rules import FUNDERS

BATCH = 1000


def accrue(*, now: datetime) -> int:
    """Make available what has come to its accrual day; safe to run as often as one likes.

    Returns:
        How many bonuses were accrued.
    """
    done = 0
    while found := _accrue_batch(zoned(now)):
        done += found
    return done


@transaction.atomic
def _accrue_batch(now: datetime) -> int:
    due = Waiting.objects.filter(
        due_on__lte=day_of(now), accrual_id__isnull=True, dropped=False
    ).order_by("due_on", "decision_id")
    first = list(due[:BATCH])
    purses = keeping.lock(one.account_id for one in first)
    # Whoever had the members before may have accrued some of them.
    done = _accrue(
        list(due.filter(decision_id__in=[one.decision_id for one in first])), purses, now
    )
    keeping.write(purses.values())
    return done


def before_refunds(purchase_keys: Collection[str], *, now: datetime) -> None:
    """End the wait of what purchases earned that are refunded now (BC-69).

    Args:
        purchase_keys: of purchases of members who are locked.
        now: zone-aware.
    """
    rows = list(
        Waiting.objects.filter(
            purchase_key__in=purchase_keys, accrual_id__isnull=True, dropped=False
        )
    )
    purses = keeping.lock(one.account_id for one in rows)
    _accrue(rows, purses, zoned(now), refunded=True)
    keeping.write(purses.values())


def _accrue(
    rows: Sequence[Waiting], purses: Mapping[int, Purse], now: datetime, *, refunded: bool = False
) -> int:
    if not rows:
        return 0
    given = decided.decisions(one.decision_id for one in rows)
    events = [_event(one, given[one.decision_id], now, refunded=refunded) for one in rows]
    answers = decisions.decide_many(events, now=now)
    accrued = [
        (row, one)
        for row, answer in zip(rows, answers, strict=True)
        for one in answer.decisions
        if one.status is Status.DECIDED and (one.outcome or {})["amount"]
    ]
    for row, one in accrued:
        row.accrual_id = one.id
    Waiting.objects.bulk_update([row for row, _ in accrued], ["accrual_id"])
    keeping.open_accrued((row, given[row.decision_id], one.id) for row, one in accrued)
    keeping.read({row.account_id: purses[row.account_id] for row, _ in accrued})
    for row, one in accrued:
        purses[row.account_id].settle(one.id)
    return len(accrued)


def _event(row: Waiting, given: Decision, now: datetime, *, refunded: bool) -> Event:
    funder, code = FUNDERS[row.question]
    return Event(
        key=f"club/accrual/{row.decision_id}",
        pack=PACK,
        questions=("accrual",),
        facts={
            "checked_on": day_of(now),
            "accrues_on": row.due_on,
            "bonus_waiting": money(row.amount),
            "purchase_refunded": refunded,
        },
        event_at=now,
        plan="club.accruing",
        context={
            "member": row.account_id,
            "funder": given.context[funder],
            "code": code,
            "pending": str(row.transfer_id),
            "merchant": given.context["merchant"],
        },
    )
