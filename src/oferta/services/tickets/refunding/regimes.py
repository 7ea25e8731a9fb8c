"""High-alert regimes of regions: begun and ended on an act, and what they do to days of payment.

While a regime lasts no day of payment of a performance cancelled by it can be computed; the buyer
has the day of the next answer instead, and gets another answer by then. Once it is ended every
refund that is still owed gets its day by the terms, and its buyer is told (TR-110 to TR-115).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Event
from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.services.tickets import selling
from oferta.services.tickets.models import (
    Order,
    Performance,
    PerformanceChange,
    Refund,
    Regime,
    Venue,
)
from oferta.services.tickets.refunding import asking, booking, facts, plans
from oferta.services.tickets.refunding.errors import BadChange, UnknownRegime
from oferta.services.tickets.types import RefundState, Stage

ACT_MAX = 300
#: Whose rules of regimes hold, and its value of TR-110.
PACK, NEWS_DAYS = "ticket-refunds", "regime_news_days"
#: Orders of a batch.
BATCH = 500
#: A refund because of the cancellation itself: what was given back for another reason has its day,
#: and no regime puts it off (TR-110, settled in the terms).
_BECAUSE = Q(application__isnull=True) | Q(application__reason=facts.CANCELLED)


def begin(
    region: str, act: str, began_on: date, *, now: datetime, staff_id: UUID | None = None
) -> Regime:
    """Note that a region is under a high-alert regime; entered again, it is the one that is there.

    Args:
        region: as venues name it.
        act: that ordered it, with its number and full date (TR-113).
        began_on: its first day.
        now: zoned.
        staff_id: who entered it.

    Raises:
        BadChange: no such region, no act, a day to come, or another regime lasts there.
    """
    known = region and Venue.objects.filter(region=region).exists()
    if not known:
        raise BadChange(field="region", given=region, expected="a region of a venue")
    _check_act(act)
    if began_on > zoned(now).date():
        raise BadChange(field="began_on", given=began_on.isoformat(), expected="not after today")
    with transaction.atomic():
        lasting = Regime.objects.select_for_update().filter(region=region, ended_on__isnull=True)
        found = lasting.first()
        if found is None:
            return Regime.objects.create(
                region=region, act=act.strip(), began_on=began_on, begun_by=staff_id
            )
    if (found.act, found.began_on) != (act.strip(), began_on):
        raise BadChange(field="region", given=region, expected="a region where no regime lasts")
    return found


def end(
    regime_id: int, ended_on: date, act: str, *, now: datetime, staff_id: UUID | None = None
) -> int:
    """Note that a regime is lifted, give every refund owed because of it its day, and tell it.

    Said again, it goes on where it was cut off.

    Args:
        regime_id: which.
        ended_on: its last day.
        act: that lifted it.
        now: zoned.
        staff_id: who entered it.

    Returns:
        How many orders were told another day.

    Raises:
        UnknownRegime: there is none.
        BadChange: it ended on another day, or a value cannot be.
    """
    _check_act(act)
    with transaction.atomic():
        regime = Regime.objects.select_for_update().filter(id=regime_id).first()
        if regime is None:
            raise UnknownRegime(regime=str(regime_id))
        if not regime.began_on <= ended_on <= zoned(now).date() or regime.ended_on not in (
            None,
            ended_on,
        ):
            expected = f"{regime.ended_on or f'{regime.began_on} or later, not after today'}"
            raise BadChange(field="ended_on", given=ended_on.isoformat(), expected=expected)
        if regime.ended_on is None:
            regime.ended_on, regime.lifted_by_act, regime.ended_by = ended_on, act, staff_id
            regime.save(update_fields=["ended_on", "lifted_by_act", "ended_by"])
    return _give_days(regime, zoned(now))


def lasting(region: str) -> Regime:
    """Return the regime that lasts in a region.

    Raises:
        UnknownRegime: none does.
    """
    found = Regime.objects.filter(region=region, ended_on__isnull=True).first()
    if found is None:
        raise UnknownRegime(regime=region)
    return found


def follow(*, now: datetime) -> int:
    """Finish what the end of a regime left undone, and answer again where a regime lasts.

    Returns:
        How many orders were told.
    """
    moment = zoned(now)
    cut_off = Regime.objects.filter(ended_on__isnull=False, days_given_at__isnull=True)
    told = sum(_give_days(one, moment) for one in cut_off)
    for regime in Regime.objects.filter(ended_on__isnull=True):
        late = _owed(regime).filter(due_on__lt=moment.date())
        told += sum(_book(part, f"again/{moment.date()}", moment) for part in _parts(late))
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What an organiser must say of a performance that a regime moved, and whether it did."""

    performance: Performance
    #: It is said what becomes of it: cancelled, another day, another performance.
    said_at: datetime | None
    #: The last day to say so; None: the regime lasts, or it is said.
    by: date | None


def news_by(regime: Regime) -> date | None:
    """Return by when organisers tell of changes because of a regime; None while it lasts (TR-110).

    Counted in calendar days from the day after the regime's last one.
    """
    if regime.ended_on is None:
        return None
    return regime.ended_on + timedelta(days=_newest(NEWS_DAYS))


def news_of(regime: Regime) -> list[News]:
    """Return the performances that hang on a regime; those of which nothing is said yet first."""
    rows = PerformanceChange.objects.filter(performance__regime=regime)
    latest = rows.order_by("performance_id", "-id").distinct("performance_id")
    by = news_by(regime)
    found = []
    for one in latest.select_related("performance__hall__venue"):
        open_ = one.stage == Stage.POSTPONED and one.starts_at is None
        found.append(
            News(
                performance=one.performance,
                said_at=None if open_ else one.changed_at,
                by=by if open_ else None,
            )
        )
    return sorted(found, key=lambda one: (one.said_at is not None, one.performance.starts_at))


def defers(refund: Refund) -> bool:
    """Tell whether a refund's day is that of the next answer, for a regime lasts (TR-111).

    Args:
        refund: with its order, the performance, its regime, and the request read.
    """
    performance = refund.order.performance
    lasts = performance.regime is not None and performance.regime.ended_on is None
    owed = refund.state in (RefundState.DUE, RefundState.AWAITING_CHOICE)
    because = refund.application is None or refund.application.reason == facts.CANCELLED
    return lasts and owed and because and performance.stage == Stage.CANCELLED


def _give_days(regime: Regime, now: datetime) -> int:
    told = sum(_book(part, f"ended/{regime.id}", now) for part in _parts(_owed(regime)))
    Regime.objects.filter(id=regime.id).update(days_given_at=now)
    return told


def _owed(regime: Regime) -> QuerySet[Refund]:
    """Return what is still owed for performances that were cancelled because of a regime."""
    rows = Refund.objects.filter(
        _BECAUSE, order__performance__regime=regime, order__performance__stage=Stage.CANCELLED
    ).exclude(state=RefundState.PAID)
    return rows.select_related("order__performance__hall__venue", "order__performance__regime")


def _parts(rows: QuerySet[Refund]) -> Iterator[list[list[Refund]]]:
    groups = groupby(rows.order_by("order_id", "id"), key=lambda one: one.order_id)
    part: list[list[Refund]] = []
    for _, group in groups:
        part.append(list(group))
        if len(part) == BATCH:
            yield part
            part = []
    if part:
        yield part


@transaction.atomic
def _book(part: Sequence[list[Refund]], why: str, now: datetime) -> int:
    """Decide the day of a batch of orders anew, write it and tell it."""
    ids = [one.order_id for one, *_ in part]
    list(Order.objects.select_for_update().filter(id__in=ids).order_by("id").values("id"))
    answers = decisions.decide_many([_question(items, why, now) for items in part], now=now)
    for items, answer in zip(part, answers, strict=True):
        made = booking.agreed(items[0].order, answer)
        due = facts.day((made.outcome or {})["by"])
        rows = Refund.objects.filter(id__in=[one.id for one in items])
        rows.update(due_on=due, escalated_at=None)
    return len(part)


def _question(items: Sequence[Refund], why: str, now: datetime) -> Event:
    order = items[0].order
    performance = order.performance
    given: dict[str, Any] = {
        "operator": order.operator_id,
        "reason": facts.CANCELLED,
        "requested_at": items[0].decided_at,
        "decided_at": now,
        "venue_time_zone": performance.hall.venue.time_zone,
        "high_alert": True,
        "regime_ended_on": performance.regime.ended_on if performance.regime else None,
        "organiser_refund_days": performance.organiser_refund_days,
    }
    title = selling.title_of(performance.titles)
    amount = sum(one.amount for one in items)
    return Event(
        key=f"tickets/due/{order.id}/{why}",
        pack=order.refund_pack,
        edition=asking.edition(
            order.refund_pack, facts.PAYOUT_DEADLINE, given, kept=order.refund_edition
        ),
        questions=(facts.PAYOUT_DEADLINE,),
        facts=asking.facts(order.refund_pack, facts.PAYOUT_DEADLINE, given),
        event_at=items[0].decided_at,
        plan=plans.DUE_PLAN,
        context={
            "order": str(order.id),
            "performance": title,
            "tell": {
                "code": order.code,
                "performance": selling.title_in_each(performance.titles),
                "amount": {"minor": amount, "unit": order.currency},
            },
        },
        party_id=order.party_id,
    )


def _check_act(act: str) -> None:
    if not 0 < len(act.strip()) <= ACT_MAX or "\0" in act:
        raise BadChange(field="act", given=act[:50], expected=f"1 to {ACT_MAX} characters")


def rules_reviewed_on() -> date:
    """Return the day on which the terms' rules of regimes are looked at again (TR-107)."""
    return facts.day(_newest("regime_rules_review_on"))


def _newest(value: str) -> int:
    """Return a value of the newest terms of refunds, as coded."""
    newest = shelf.terms().pack(PACK).editions[-1]
    coded = newest.values[value].const.value
    assert isinstance(coded, int)  # noqa: S101 - the terms' check looks at its type
    return coded
