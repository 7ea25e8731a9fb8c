"""A performance is postponed, replaced or held: everybody is told, and nobody loses a right.

Tickets stay valid without an exchange (TR-105). Silence is no consent: whoever says nothing keeps
the ticket and the right to give it back until the day that the terms name. A batch of orders is
one database transaction: a Decision and a notice an order, the amount in it asked of the same terms
that a request will be decided by. A run that was cut off goes on with the orders not told yet.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby, islice, tee
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.preparing import Prepared
from oferta.core.decisions.types import Event
from oferta.core.notices.types import Citation
from oferta.kernel.clock import zoned
from oferta.kernel.errors import OfertaError
from oferta.services.tickets import gates, selling
from oferta.services.tickets.models import (
    Admission,
    ChangeRun,
    ChangeTold,
    Order,
    Performance,
    PerformanceChange,
)
from oferta.services.tickets.refunding import (
    asking,
    booking,
    cancelling,
    facts,
    holders,
    plans,
    reading,
    standing,
)
from oferta.services.tickets.refunding.facts import Claim, Sold
from oferta.services.tickets.refunding.quoting import total_of
from oferta.services.tickets.refunding.reading import Returnable, SoldOrder
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.types import Stage

logger = logging.getLogger(__name__)

#: Orders of a batch.
BATCH = 500
#: An order that was being paid in the moment of the change is found within this time.
LINGERS = timedelta(hours=1)
_NO_TICKET = UUID(int=0)
_UNDATED = {"words": "tickets.changes.no_date"}


def carry_out(performance_id: UUID, change: Change, *, now: datetime) -> int:
    """Change a performance and do all that follows; said again, it goes on where it was cut off.

    Args:
        performance_id: which.
        change: what becomes of it.
        now: zoned.

    Returns:
        Of a cancellation, how many tickets were returned; else how many orders were told.

    Raises:
        UnknownPerformance: there is none.
        CannotChange: not from where it stands.
        BadChange: a value of the change cannot be.
        RefundRefused: the ledger does not hold the money of a batch; the batches before it stand.
    """
    moment = zoned(now)
    if change.stage == Stage.CANCELLED:
        return cancelling.carry_out(performance_id, change, now=moment)
    with transaction.atomic():
        entered = standing.enter(standing.locked(performance_id), change, now=moment)
    return tell_all(entered.id, now=moment) if change.stage in standing.TOLD else 0


def hold(
    performance_id: UUID,
    *,
    source: str,
    now: datetime,
    effective_at: datetime | None = None,
    staff_id: UUID | None = None,
) -> None:
    """Note that a performance took place: requests because of changes end, settlement may begin.

    Errors as of `carry_out`.
    """
    change = Change(stage=Stage.HELD, source=source, effective_at=effective_at, staff_id=staff_id)
    carry_out(performance_id, change, now=now)


def held_at(performance_id: UUID) -> datetime | None:
    """Return the moment since which a performance counts as held; None: it does not."""
    rows = PerformanceChange.objects.filter(
        performance_id=performance_id, performance__stage=Stage.HELD, stage=Stage.HELD
    )
    found = rows.order_by("-id").first()
    return found.effective_at if found else None


def entered(change_id: int) -> tuple[Stage, UUID]:
    """Return what a change of the history was, and of which performance."""
    row = PerformanceChange.objects.get(id=change_id)
    return Stage(row.stage), row.performance_id


def notice_of(
    items: Sequence[Returnable], change_id: int, *, now: datetime
) -> tuple[str, Mapping[str, Any], tuple[Citation, ...]]:
    """Return the notice that one order gets of a change: its kind, its values, what it cites."""
    rows = PerformanceChange.objects.select_related("performance__hall__venue")
    (asked,) = _Run(rows.get(id=change_id), now).occurrences(items)
    sold = items[0].sold
    given = facts.choice_facts(sold, announced_at=now)
    said = asking.decide(sold.pack, facts.CHOICES, given, kept=sold.edition)
    draft = plans.plan_change({facts.CHOICES: said.outcome}, asked.context).notice
    assert draft is not None  # noqa: S101 - the first ticket of an order tells
    cites = tuple((sold.pack, said.edition, clause) for clause in said.decided_by)
    return draft.kind, draft.params, cites


def tell_all(change_id: int, *, now: datetime) -> int:
    """Tell every buyer and holder whom a change concerns and who was not told yet.

    Returns:
        How many orders were told.
    """
    rows = PerformanceChange.objects.select_related(
        "performance__hall__venue", "performance__regime"
    )
    run = _Run(rows.get(id=change_id), now)
    here, later = tee(run.parts())
    ready = decisions.ahead(run.occurrences(part) for part in later)
    return sum(run.book(part, prepared) for part, prepared in zip(here, ready, strict=True))


def finish(*, now: datetime) -> int:
    """Tell of changes whose run was cut off, and orders that were being paid in that moment.

    A change that another one followed is not told any more: the later one is.

    Returns:
        How many orders were told.
    """
    told = 0
    for run in ChangeRun.objects.filter(finished_at__isnull=True).select_related("change"):
        newer = PerformanceChange.objects.filter(
            performance=run.change.performance_id, id__gt=run.change_id
        )
        overtaken = newer.exclude(stage=Stage.ON_SALE).exists()
        if not overtaken:
            try:
                told += tell_all(run.change_id, now=zoned(now))
            except OfertaError:  # one that cannot go on does not keep the others
                logger.exception("The change %s cannot be finished", run.change_id)
                continue
        if overtaken or run.begun_at + LINGERS < now:
            ChangeRun.objects.filter(change=run.change_id).update(finished_at=zoned(now))
    return told


def end_unheld(*, now: datetime) -> tuple[int, int]:
    """Cancel postponed performances that were never held by their day (TR-118).

    One that somebody was admitted to after its start was held, whether or not anybody said so.

    Returns:
        How many were held, and how many are cancelled now.
    """
    moment = zoned(now)
    over = Performance.objects.filter(
        stage__in=standing.ALLOWED[Stage.HELD], starts_at__lt=moment - gates.AFTER
    )
    came = Admission.objects.filter(
        ticket__performance=OuterRef("pk"),
        admitted_at__gte=OuterRef("starts_at") - gates.DOORS,
    )
    held = [one for one in over.filter(Exists(came)) if not standing.is_undated(one)]
    for one in held:
        hold(one.id, source=standing.BY_THE_GATE, effective_at=one.starts_at, now=moment)
    # The day is over everywhere.
    day = (moment - timedelta(hours=12)).date()
    late = Performance.objects.filter(hold_by__lt=day).exclude(
        stage__in=(Stage.HELD, Stage.CANCELLED)
    )
    ended = list(late.values_list("id", flat=True))
    for performance_id in ended:
        try:
            cancelling.cancel(performance_id, source=standing.BY_THE_TERMS, now=moment)
        except OfertaError:  # as above
            logger.exception("The performance %s cannot be ended", performance_id)
    return len(held), len(ended)


class _Run:
    """One run over the orders that a change concerns."""

    def __init__(self, change: PerformanceChange, now: datetime) -> None:
        self.change, self.now, self.performance = change, now, change.performance
        reason = reading.CHANGES[change.stage]
        self.claim = Claim(reason=reason, requested_at=now, decided_at=now)
        self.title = selling.title_in_each(self.performance.titles)
        self._gives: dict[Sold, tuple[int, str]] = {}

    def parts(self) -> Iterator[list[Returnable]]:
        """Yield the tickets of a batch of orders that were not told of the change."""
        told = set(self.change.told.values_list("order_id", flat=True))
        found = (
            one
            for one in reading.valid_of(self.performance)
            if one.sold.change == self.claim.reason and one.order.id not in told
        )
        by_order = (list(group) for _, group in groupby(found, key=lambda one: one.order.id))
        while part := [one for group in islice(by_order, BATCH) for one in group]:
            yield part

    def occurrences(self, part: Sequence[Returnable]) -> list[Event]:
        """Return the question of each order; its tickets were sold together, so one speaks."""
        return [self._occurrence(items) for items in _by_order(part)]

    @transaction.atomic
    def book(self, part: Sequence[Returnable], prepared: Prepared) -> int:
        """Decide a batch, tell its buyers and holders, and note that they were told."""
        orders = [items[0].order for items in _by_order(part)]
        ids = [one.id for one in orders]
        list(Order.objects.select_for_update().filter(id__in=ids).order_by("id").values("id"))
        if self.change.told.filter(order_id__in=ids).exists():
            return 0  # another run told them; what it left is found by the next one
        answers = decisions.decide_many(prepared, now=self.now)
        made = [booking.agreed(one, answer) for one, answer in zip(orders, answers, strict=True)]
        rows = [
            ChangeTold(
                change=self.change,
                order_id=items[0].order.id,
                decision_id=decision.id,
                amount=sum(self._given(one.sold)[0] for one in items),
                closed_from=facts.day((decision.outcome or {})["closed_from"]),
                told_at=self.now,
            )
            for items, decision in zip(_by_order(part), made, strict=True)
        ]
        ChangeTold.objects.bulk_create(rows)
        self._tell_holders(part, rows[0].closed_from)
        return len(rows)

    def _occurrence(self, items: Sequence[Returnable]) -> Event:
        sold, order = items[0].sold, items[0].order
        amount = sum(self._given(one.sold)[0] for one in items)
        tell = {
            **self._said(),
            "code": order.code,
            "performance": self.title,
            "amount": {"minor": amount, "unit": self.performance.currency},
        }
        return question(
            f"tickets/changed/{self.change.id}/{order.id}",
            order,
            sold,
            announced_at=self.now,
            context={"notice": self._kind(items), "tell": tell},
        )

    def _kind(self, items: Sequence[Returnable]) -> str:
        """Return the kind of notice: what a request would come to says which."""
        found = {self._given(one.sold)[1] for one in items}
        kind = f"tickets.{self.change.stage}"
        if "paid" in found:
            return kind
        return f"{kind}_asked" if "organiser_decides" in found else f"{kind}_kept"

    def _said(self) -> dict[str, Any]:
        if self.change.stage == Stage.REPLACED:
            return {"instead": selling.title_in_each(self.change.instead)}
        return {"starts": self._starts()}

    def _starts(self) -> dict[str, str]:
        if self.change.starts_at is None:
            return _UNDATED
        local = self.change.starts_at.astimezone(facts.zone(self.performance.hall.venue.time_zone))
        return {"date": local.date().isoformat()}

    def _tell_holders(self, part: Sequence[Returnable], closed_from: date) -> None:
        day = {"date": standing.before(closed_from).isoformat()}
        shares = [(one, self._given(one.sold)[0]) for one in part]
        back = [one for one in shares if one[1]]
        stays = [one for one in shares if not one[1]]
        kind = f"tickets.holder_{self.change.stage}"
        for name, those in ((kind, back), (f"{kind}_kept", stays)):
            holders.tell(name, those, self.performance, self.now, {**self._said(), "day": day})

    def _given(self, sold: Sold) -> tuple[int, str]:
        """Return what a request would give for a ticket now, and how it would be decided."""
        alike = replace(sold, ticket_id=_NO_TICKET, place="")
        if alike not in self._gives:
            self._gives[alike] = total_of([alike], self.claim)
        return self._gives[alike]


def question(
    key: str,
    order: Order | SoldOrder,
    sold: Sold,
    *,
    announced_at: datetime,
    context: dict[str, Any],
) -> Event:
    """Return the question what a buyer may choose after a change, under the edition they keep."""
    given = facts.choice_facts(sold, announced_at=announced_at)
    return Event(
        key=key,
        pack=sold.pack,
        edition=sold.edition,
        questions=(facts.CHOICES,),
        facts=asking.facts(sold.pack, facts.CHOICES, given),
        event_at=announced_at,
        plan=plans.CHANGE_PLAN,
        context={
            **context,
            "order": str(order.id),
            "code": order.code,
            "performance": selling.title_of(order.performance.titles),
        },
        party_id=order.party_id,
    )


def _by_order(part: Sequence[Returnable]) -> list[list[Returnable]]:
    return [list(group) for _, group in groupby(part, key=lambda one: one.order.id)]
