"""A performance is cancelled: every ticket decided, every unit booked, everybody told, in batches.

Nobody has to apply (TR-104, TR-122). A batch is one database transaction: Decisions, transfers,
refunds with their days, void tickets and the notice whose amount is the sum of those refunds. A run
that was cut off goes on with the tickets that are still valid; so does the task of every minute,
which also finds an order that was being paid in that moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby, tee
from typing import Any
from uuid import UUID

from django.db import transaction

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.preparing import Prepared
from oferta.core.decisions.types import Decision, Event
from oferta.kernel import asking, pgarray
from oferta.kernel.clock import zoned
from oferta.kernel.meanwhile import meanwhile
from oferta.services.tickets import accounts, selling
from oferta.services.tickets.models import Application, Performance, Refund
from oferta.services.tickets.refunding import booking, facts, holders, reading, standing
from oferta.services.tickets.refunding.errors import RefundRefused
from oferta.services.tickets.refunding.facts import Claim, Sold
from oferta.services.tickets.refunding.quoting import total_of
from oferta.services.tickets.refunding.reading import Returnable, SoldOrder
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.settling import covering
from oferta.services.tickets.types import ApplicationState, Stage

#: Tickets of a batch; an order is never cut in two.
BATCH = 1_000
NOTICE = "tickets.cancelled"
_NO_TICKET = UUID(int=0)
#: One array, as text: Django would look at each of a thousand ids, and so would the driver.
_LOCK = "SELECT id FROM tickets_order WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE"
_VALID = "SELECT id FROM tickets_ticket WHERE id = ANY(%s::uuid[]) AND status = 'valid'"


def cancel(
    performance_id: UUID, *, source: str, now: datetime, staff_id: UUID | None = None
) -> int:
    """Cancel a performance and return every ticket; said again, it goes on where it was cut off.

    Args:
        performance_id: on sale, postponed or replaced.
        source: whose official word it rests on (TR-07).
        now: zoned.
        staff_id: who entered it.

    Returns:
        How many tickets were returned.

    Raises:
        UnknownPerformance: there is none.
        CannotChange: it was held, or never offered.
        RefundRefused: the ledger does not hold the money of a batch; the batches before it stand.
    """
    moment = zoned(now)
    wanted = Change(stage=Stage.CANCELLED, source=source, staff_id=staff_id)
    return carry_out(performance_id, wanted, now=moment)


def carry_out(performance_id: UUID, change: Change, *, now: datetime) -> int:
    """Cancel a performance as a change says; arguments and errors as above.

    Raises:
        BadChange: a value of the change cannot be.
    """
    moment = zoned(now)
    with transaction.atomic():
        performance = standing.locked(performance_id)
        if performance.stage != Stage.CANCELLED:
            standing.enter(performance, change, now=moment)
    return refund_all(performance_id, now=moment)


def refund_all(performance_id: UUID, *, now: datetime) -> int:
    """Return every ticket of a cancelled performance that is still valid; arguments as above."""
    rows = Performance.objects.select_related("hall__venue", "organiser", "operator", "regime")
    performance = rows.get(id=performance_id)
    claim = Claim(reason=facts.CANCELLED, requested_at=now, decided_at=now)
    parts = list(_parts(reading.valid_of(performance)))
    run = _Run(performance, claim, now)
    needed = sum(one.sold.paid for part in parts for one in part)
    if cover := covering.occurrences(performance, needed, now=now):
        decisions.decide_many(cover, now=now)  # a part of it has been paid to the organiser
    here, later = tee(parts)
    ready = decisions.ahead(run.occurrences(part) for part in later)
    done = 0
    for part, prepared in zip(here, ready, strict=True):
        with meanwhile(prepared.step):
            done += run.book(part, prepared)
    return done


class _Run:
    """One run over the tickets of a performance."""

    def __init__(self, performance: Performance, claim: Claim, now: datetime) -> None:
        self.performance, self.claim, self.now = performance, claim, now
        self.owed = accounts.owed_to_buyers(performance.currency)
        self.title = selling.title_of(performance.titles)
        self._totals: dict[Sold, int] = {}
        self._due: dict[str, date] = {}

    def occurrences(self, part: Sequence[Returnable]) -> Iterator[Event]:
        """Yield the questions of a batch; the first ticket of an order speaks for all of them."""
        for _, group in groupby(part, key=lambda one: one.order.id):
            items = list(group)
            for place, item in enumerate(items):
                yield self._occurrence(item, items if place == 0 else [])

    @transaction.atomic
    def book(self, part: Sequence[Returnable], prepared: Prepared) -> int:
        """Decide a batch and write what follows from it."""
        orders = {one.order.id for one in part}
        asking.rows(_LOCK, [pgarray.plain(orders)])
        tickets = pgarray.plain(one.sold.ticket_id for one in part)
        valid = {id_ for (id_,) in asking.rows(_VALID, [tickets])}
        if len(valid) < len(part):  # given back by their buyers meanwhile
            part = [one for one in part if one.sold.ticket_id in valid]
            answers = decisions.decide_many(list(self.occurrences(part)), now=self.now)
        else:
            answers = decisions.decide_many(prepared, now=self.now)
        found = [
            booking.agreed(one.order, answer) for one, answer in zip(part, answers, strict=True)
        ]
        self._check_told(part, found)
        Refund.objects.bulk_create(self._refunds(part, found))
        paid = [one.sold.ticket_id for one, made in zip(part, found, strict=True) if _is_paid(made)]
        booking.void(paid, resell=False)
        Application.objects.filter(order_id__in=orders, closed_at__isnull=True).update(
            state=ApplicationState.GRANTED, closed_at=self.now
        )
        holders.tell(holders.CANCELLED, self._by_ticket(part, found), self.performance, self.now)
        return len(paid)

    def _occurrence(self, item: Returnable, told: Sequence[Returnable]) -> Event:
        order = item.order
        key = f"tickets/cancelled/{self.performance.id}/{item.sold.ticket_id}"
        asked = booking.occurrence(key, order, item.sold, self.claim, owed=self.owed)
        context: dict[str, Any] = {**asked.context, "notice": NOTICE}
        if told:
            context["tell"] = self._told(order, told)
        return replace(asked, context=context)

    def _told(self, order: SoldOrder, items: Sequence[Returnable]) -> Mapping[str, Any]:
        told: dict[str, Any] = {
            "code": order.code,
            "number": order.code,
            "performance": self.title,
            "day": self._due_on(items[0].sold).isoformat(),
        }
        if len(items) > 1:  # the plan tells the amount of one ticket by itself
            total = sum(self._total(one.sold) for one in items)
            told["amount"] = {"minor": total, "unit": self.performance.currency}
        return told

    def _check_told(self, part: Sequence[Returnable], found: Sequence[Decision]) -> None:
        """Refuse a batch in which a notice names another sum than the refunds of its order."""
        granted: dict[UUID, int] = {}
        for one, made in zip(part, found, strict=True):
            order_id = one.order.id
            granted[order_id] = granted.get(order_id, 0) + booking.total(made)
        for one, made in zip(part, found, strict=True):
            amount = made.context.get("tell", {}).get("amount")
            if amount and amount["minor"] != granted[one.order.id]:
                raise RefundRefused(order=one.order.code, reason="amount")

    def _refunds(self, part: Sequence[Returnable], found: Sequence[Decision]) -> Iterator[Refund]:
        for one, made in zip(part, found, strict=True):
            if booking.total(made):
                due = self._due_on(one.sold)
                yield booking.refund(one.sold, made, one.order, due_on=due, now=self.now)

    def _by_ticket(
        self, part: Sequence[Returnable], found: Sequence[Decision]
    ) -> list[tuple[Returnable, int]]:
        return [(one, booking.total(made)) for one, made in zip(part, found, strict=True)]

    def _due_on(self, sold: Sold) -> date:
        """Return the day of payment: it hangs on the edition, not on the ticket."""
        if sold.edition not in self._due:
            self._due[sold.edition] = booking.due_on(sold, self.claim)
        return self._due[sold.edition]

    def _total(self, sold: Sold) -> int:
        alike = replace(sold, ticket_id=_NO_TICKET, place="")
        if alike not in self._totals:
            self._totals[alike] = total_of([alike], self.claim)[0]
        return self._totals[alike]


def _is_paid(decision: Decision) -> bool:
    return (decision.outcome or {}).get("decision") == "paid"


def _parts(items: Sequence[Returnable]) -> Iterator[list[Returnable]]:
    part: list[Returnable] = []
    for _, group in groupby(items, key=lambda one: one.order.id):
        part += group
        if len(part) >= BATCH:
            yield part
            part = []
    if part:
        yield part
