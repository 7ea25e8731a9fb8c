"""Refunds that came before their purchase."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.services.club.facts import PACK, day_of
from oferta.services.club.models import EarlyRefund
from oferta.services.club.types import Pair, Refund

#: The value of the terms that says how many days after its own a refund waits for its purchase.
DAYS = "refund_waits_days"
_EPOCH = date(1970, 1, 1)


def last_day(refunded_on: date) -> date:
    """Return the last day on which a refund of a day waits, by the edition of that day."""
    edition = shelf.terms().edition(PACK, (refunded_on - _EPOCH).days)
    days = edition.values[DAYS].const.value
    return refunded_on + timedelta(days=int(days or 0))


def keep(refunds: Sequence[Refund], *, now: datetime) -> set[str]:
    """Let those wait whose day is not so long ago that a person must be asked.

    Returns:
        The keys of those that wait.
    """
    today = day_of(zoned(now))
    patient = {one.key: until for one in refunds if (until := last_day(one.paid_on)) >= today}
    EarlyRefund.objects.bulk_create(
        [
            EarlyRefund(
                key=one.key,
                purchase_key=one.named,
                received_at=now,
                last_day=patient[one.key],
                record=_record(one),
            )
            for one in refunds
            if one.key in patient
        ],
        ignore_conflicts=True,
    )
    return set(patient)


def done(keys: Iterable[str]) -> None:
    """Forget refunds that wait no longer."""
    EarlyRefund.objects.filter(key__in=list(keys)).delete()


def known(keys: Iterable[str]) -> dict[str, Refund]:
    """Return those of these refunds that wait, by key."""
    rows = EarlyRefund.objects.filter(key__in=list(keys))
    return {one.key: _refund(one) for one in rows}


def called(purchase_keys: Sequence[str], pairs: Mapping[Pair, Sequence[str]]) -> list[Refund]:
    """Return the refunds that wait for one of these purchases.

    Args:
        purchase_keys: that came.
        pairs: members and sellers, with the member's cards: what a purchase of theirs may fit.
    """
    if not EarlyRefund.objects.exists():
        return []
    rows = list(EarlyRefund.objects.filter(purchase_key__in=list(purchase_keys)))
    cards = {card for own in pairs.values() for card in own}
    unnamed = EarlyRefund.objects.filter(purchase_key="", record__card__in=list(cards))
    rows += [one for one in unnamed if (one.record["member"], one.record["merchant"]) in pairs]
    return [_refund(one) for one in rows]


def overdue(*, today: date, limit: int) -> list[Refund]:
    """Return refunds that waited long enough, the oldest first."""
    rows = EarlyRefund.objects.filter(last_day__lt=today).order_by("last_day", "key")
    return [_refund(one) for one in rows[:limit]]


def all_waiting(*, after: str, limit: int) -> list[Refund]:
    """Return a page of the refunds that wait, in the order of their keys."""
    rows = EarlyRefund.objects.filter(key__gt=after).order_by("key")
    return [_refund(one) for one in rows[:limit]]


def _record(one: Refund) -> dict[str, Any]:
    return {
        "card": one.card,
        "merchant": one.merchant,
        "at": one.at.isoformat(),
        "paid_on": one.paid_on.isoformat(),
        "amount": one.amount,
        "repeat_no": one.repeat_no,
        "party": str(one.party_id),
        "member": one.member,
    }


def _refund(row: EarlyRefund) -> Refund:
    record = row.record
    return Refund(
        key=row.key,
        card=record["card"],
        merchant=record["merchant"],
        at=datetime.fromisoformat(record["at"]),
        paid_on=date.fromisoformat(record["paid_on"]),
        amount=record["amount"],
        repeat_no=record["repeat_no"],
        named=row.purchase_key,
        party_id=UUID(record["party"]),
        member=record["member"],
    )
