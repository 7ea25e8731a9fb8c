"""A place changes hands at its price: offered to who waits first, paid, and owed to its holder.

A holder keeps a good ticket until another buyer has paid (TR-52). Till then the place is held by
the order of who is offered it, so that nobody else can have it; let go, it is its holder's again.
The new sale and what comes back to the holder are one database transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from oferta.core.decisions.types import Answer, Event
from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.core.terms import shelf
from oferta.kernel import asking
from oferta.kernel.clock import zoned
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import LANGUAGES
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import accounts, reserving, rules, selling
from oferta.services.tickets.errors import OrderClosed
from oferta.services.tickets.models import (
    ApplicationTicket,
    Performance,
    Refund,
    Ticket,
    WaitingEntry,
)
from oferta.services.tickets.places import Claimed
from oferta.services.tickets.refunding import booking, facts, reading
from oferta.services.tickets.refunding.facts import Claim
from oferta.services.tickets.selling import Beside
from oferta.services.tickets.types import Basket, Buyer, OrderBrief, OrderStatus, Wanted

PLAN = "tickets.face_value_return"
OFFERED, OFFER_OVER = "tickets.place_offered", "tickets.place_offer_over"
#: How long a place is offered to one who waits, and the least of time that is worth an offer.
OFFERED_FOR, SHORTEST = timedelta(hours=6), timedelta(minutes=30)

_NEXT = """
SELECT ticket.id, ticket.order_id, ticket.place_id, line.category_id, performance.id,
       least(performance.sale_ends_at, performance.starts_at), purchase.party_id
FROM tickets_ticket AS ticket
JOIN tickets_orderline AS line ON line.id = ticket.line_id
JOIN tickets_order AS purchase ON purchase.id = ticket.order_id
JOIN tickets_performance AS performance ON performance.id = ticket.performance_id
JOIN tickets_place AS place ON place.id = ticket.place_id
WHERE ticket.offered_at IS NOT NULL AND ticket.status = 'valid'
  AND place.status = 'sold' AND place.order_id = ticket.order_id
  AND performance.stage = 'on_sale' AND performance.sale_starts_at <= %(now)s
  AND least(performance.sale_ends_at, performance.starts_at) > %(latest)s
  AND NOT EXISTS (SELECT FROM tickets_admission WHERE ticket_id = ticket.id)
  AND NOT EXISTS (
      SELECT FROM tickets_applicationticket AS asked
      JOIN tickets_application AS application ON application.id = asked.application_id
      WHERE asked.ticket_id = ticket.id AND application.closed_at IS NULL)
  AND EXISTS (
      SELECT FROM tickets_waitingentry AS entry
      WHERE entry.performance_id = ticket.performance_id AND entry.left_at IS NULL
        AND entry.order_id IS NULL AND entry.party_id <> purchase.party_id
        AND (entry.category_id IS NULL OR entry.category_id = line.category_id))
ORDER BY ticket.offered_at, ticket.id
LIMIT 1
FOR UPDATE OF place, ticket SKIP LOCKED
"""


class _Offered(NamedTuple):
    """A ticket that its holder would give up, and somebody waits for."""

    ticket_id: UUID
    order_id: UUID
    place_id: int
    category_id: int
    performance_id: UUID
    ends_at: datetime
    holder_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """What comes back to a holder whose place another buyer takes, by the terms."""

    amount: Money
    decided_by: tuple[str, ...]


def pass_on(*, now: datetime) -> int:
    """Offer each place that somebody gives up to the first who waits for one; return how many.

    Offers that are over end the wait of who let them pass, and the next one is offered the place.
    """
    moment = zoned(now)
    _end_offers(moment)
    done = 0
    while _offer_next(moment):
        done += 1
    return done


def returns(ticket: Ticket, *, now: datetime) -> Returns:
    """Return what the holder of a ticket gets if another buyer takes the place now (TR-52).

    Args:
        ticket: with its order, line and performance's venue at hand.
        now: zoned.
    """
    decided = shelf.terms().decide(
        ticket.order.sale_pack, rules.FACE_VALUE_RETURN, _facts(ticket, zoned(now))
    )
    amount = Money(int(decided.outcome["returned"] or 0), ticket.order.currency)
    return Returns(amount=amount, decided_by=decided.decided_by)


def beside(code: str, claimed: Sequence[Claimed], *, now: datetime) -> Beside | None:
    """Return what a sale means for who gave their place up for it; None: nobody did.

    Args:
        code: of the order that is being sold.
        claimed: its places.
        now: zoned.

    Raises:
        OrderClosed: a holder came in with their ticket, or asks for money back, meanwhile.
    """
    given_up = [one.ticket_id for one in claimed if one.ticket_id is not None]
    if not given_up:
        return None
    rows = Ticket.objects.select_for_update(of=("self",)).select_related(
        "order__performance__hall__venue", "line", "performance__hall__venue"
    )
    found = list(rows.filter(id__in=given_up).order_by("id"))
    open_ = Q(ticket_id__in=given_up, application__closed_at__isnull=True)
    used = any(one.admissions.exists() for one in found)
    if used or ApplicationTicket.objects.filter(open_).exists():
        raise OrderClosed(order=code, status=OrderStatus.LAPSED)
    due = {one.id: _due_on(one, now) for one in found}
    return Beside(
        occurrences=[_occurrence(one, due[one.id], now) for one in found],
        book=partial(_book, found, due, now=now),
    )


def _book(
    given_up: Sequence[Ticket],
    due: dict[UUID, date],
    answers: Sequence[Answer],
    *,
    now: datetime,
) -> None:
    """Owe the holders, void their tickets, and end the waits; in the caller's transaction."""
    refunds = []
    for ticket, answer in zip(given_up, answers, strict=True):
        decision = booking.agreed(ticket.order, answer)
        amount = int((decision.outcome or {}).get("returned") or 0)
        if amount:
            refunds.append(
                Refund(
                    id=uuid7(),
                    order_id=ticket.order_id,
                    ticket_id=ticket.id,
                    decision_id=decision.id,
                    ticket_money=amount,
                    service_fee=0,
                    delivery_fee=0,
                    amount=amount,
                    currency=ticket.order.currency,
                    due_on=due[ticket.id],
                    owner=ticket.order.operator_id,
                    decided_at=now,
                )
            )
    Refund.objects.bulk_create(refunds)
    booking.void([one.id for one in given_up], resell=False)


def _occurrence(ticket: Ticket, due_on: date, now: datetime) -> Event:
    order, performance = ticket.order, ticket.performance
    return Event(
        key=f"tickets/taken-over/{ticket.id}",
        pack=order.sale_pack,
        questions=(rules.FACE_VALUE_RETURN,),
        facts=_facts(ticket, now),
        event_at=now,
        plan=PLAN,
        context={
            "order": str(order.id),
            "code": order.code,
            "ticket": str(ticket.id),
            "performance": selling.title_of(performance.titles),
            "face": performance.face_account_id,
            "owed": accounts.owed_to_buyers(order.currency),
            "unit": order.currency,
            "due_on": {"date": due_on.isoformat()},
        },
        party_id=order.party_id,
    )


def _facts(ticket: Ticket, now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(ticket.performance.hall.venue.time_zone)
    return {
        "taken_over_on": now.astimezone(zone).date(),
        "ticket_paid": rules.money(ticket.line.price, ticket.order.currency),
        "entered_before": ticket.admissions.exists(),
    }


def _due_on(ticket: Ticket, now: datetime) -> date:
    """Return the day by which the holder has the money: as for any ticket given back."""
    sold = next(one for one in reading.sold_in(ticket.order_id) if one.ticket_id == ticket.id)
    claim = Claim(reason=facts.OWN_WISH, requested_at=now, decided_at=now)
    return booking.due_on(sold, claim)


@transaction.atomic
def _offer_next(now: datetime) -> bool:
    """Offer one place; tell whether there was one and somebody who waits for it."""
    rows = asking.rows(_NEXT, {"now": now, "latest": now + SHORTEST})
    if not rows:
        return False
    one = _Offered(*rows[0])
    entry = _first_waiting(one)
    if entry is None:
        return False
    try:
        with transaction.atomic():
            order = _reserved(one, entry, now)
    except OfertaError:  # they may not buy any more: blocked, or gone
        entry.left_at = now
        entry.save(update_fields=["left_at"])
        return True
    entry.order_id = order.id
    entry.save(update_fields=["order"])
    _tell(OFFERED, entry, order, now)
    return True


def _first_waiting(one: _Offered) -> WaitingEntry | None:
    rows = WaitingEntry.objects.select_for_update(of=("self",), skip_locked=True).filter(
        Q(category_id=one.category_id) | Q(category__isnull=True),
        performance_id=one.performance_id,
        left_at__isnull=True,
        order__isnull=True,
    )
    return rows.exclude(party_id=one.holder_id).order_by("joined_at", "id").first()


def _reserved(one: _Offered, entry: WaitingEntry, now: datetime) -> OrderBrief:
    customer = parties.customer(entry.party_id)
    basket = Basket(
        id=uuid7(),
        performance_id=one.performance_id,
        wanted=(Wanted(category_id=one.category_id, places=(one.place_id,)),),
        buyer=Buyer(
            name=customer.name,
            email=customer.contacts.get("email", ""),
            phone=customer.contacts.get("sms", ""),
            party_id=customer.id,
            language=customer.language,
        ),
    )
    until = min(now + OFFERED_FOR, one.ends_at)
    return reserving.reserve_offered(basket, holder=one.order_id, until=until, now=now)


def _end_offers(now: datetime) -> None:
    """End the waits that ended well, and those whose offer was let pass."""
    with transaction.atomic():
        rows = WaitingEntry.objects.select_for_update(of=("self",), skip_locked=True).filter(
            left_at__isnull=True, order__isnull=False
        )
        over = rows.exclude(order__status=OrderStatus.RESERVED).select_related(
            "order", "performance"
        )
        for entry in over:
            entry.left_at = now
            entry.save(update_fields=["left_at"])
            if entry.order is not None and entry.order.status == OrderStatus.LAPSED:
                _tell(OFFER_OVER, entry, entry.order, now)


def _tell(kind: str, entry: WaitingEntry, order: Any, now: datetime) -> None:
    """Tell who waits; the hour is the venue's, as on the ticket."""
    performance = Performance.objects.select_related("hall__venue").get(id=entry.performance_id)
    zone = ZoneInfo(performance.hall.venue.time_zone)
    until: datetime = order.hold_until.astimezone(zone)
    total = order.total if isinstance(order.total, Money) else Money(order.total, order.currency)
    spoken = selling.title_of(performance.titles)
    told = {
        "code": order.code,
        "performance": {one: performance.titles.get(one) or spoken for one in LANGUAGES},
        "amount": {"minor": total.minor, "unit": total.unit},
        "day": {"date": until.date().isoformat()},
        "hour": f"{until:%H:%M}",
    }
    language = parties.languages([entry.party_id])[entry.party_id]
    notices.send([NewNotice(entry.party_id, language, kind, told)], now=now)
