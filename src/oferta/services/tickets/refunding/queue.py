"""What waits in the office: requests that have no answer yet, money that is owed; late first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from oferta.services.tickets import cash
from oferta.services.tickets.models import Application, Payout, Refund
from oferta.services.tickets.types import PayoutState, RefundState

SHOWN = 100
LATE, OPEN, MONEY = "late", "open", "money"
VIEWS = (LATE, OPEN, MONEY)


def requests(wanted: str, today: date) -> list[Application]:
    """Return requests without an answer by their day; of `LATE` those whose day has passed."""
    if wanted == MONEY:
        return []
    rows = Application.objects.select_related("order__performance", "order__operator")
    open_ = rows.filter(closed_at__isnull=True).order_by("answer_by", "number")
    return list((open_.filter(answer_by__lt=today) if wanted == LATE else open_)[:SHOWN])


def found(typed: str) -> list[Application]:
    """Return requests by their number or the code of their order, the latest first."""
    rows = Application.objects.select_related("order__performance", "order__operator")
    asked = rows.filter(order__code=typed)
    if typed.isascii() and typed.isdigit() and len(typed) < len(str(2**63)):
        asked |= rows.filter(number=int(typed))
    return list(asked.order_by("-number")[:SHOWN])


def money(wanted: str, today: date) -> list[Refund]:
    """Return refunds that are owed by their day: all for `MONEY`, else those that are late."""
    rows = Refund.objects.exclude(state=RefundState.PAID).select_related(
        "order__performance__regime", "application"
    )
    late = rows if wanted == MONEY else rows.filter(due_on__lt=today)
    return list(late.order_by("due_on", "id")[:SHOWN])


def by_hand(refunds: Iterable[Refund]) -> dict[UUID, list[Payout]]:
    """Return by refund what a person must transfer and say the end of; cash is the cashiers'."""
    rows = Payout.objects.filter(
        refund__in=list(refunds), payment__isnull=True, state=PayoutState.STARTED
    )
    found: dict[UUID, list[Payout]] = {}
    for one in rows.exclude(means=cash.NAME).order_by("started_at", "id"):
        found.setdefault(one.refund_id, []).append(one)
    return found
