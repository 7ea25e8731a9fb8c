"""Places that come free go to who waits first, then to the next, and only then on open sale.

While somebody waits for a category and has no offer, nothing of it is on open sale: the statements
that claim places see to that (`places.WAITED`). So nothing has to happen in the moment in which a
place comes free, by a refund, a reservation that is over, or a quota that was raised: whoever runs
`pass_on` next finds it, and a process that dies leaves nothing half done. An offer is an ordinary
order with a longer hold; the first in line, its order, the place and the notice are one database
transaction. One process at a time passes places of a performance on: nobody is overtaken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse

from oferta.core.notices import actions as notices
from oferta.core.notices import outgoing
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.kernel import asking
from oferta.kernel.clock import zoned
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import LANGUAGES
from oferta.kernel.ids import uuid7
from oferta.services.tickets import queries, reserving, selling
from oferta.services.tickets.errors import PlaceTaken, QuotaExhausted, SoldOut
from oferta.services.tickets.kinds import OFFER_MINUTES_MIN
from oferta.services.tickets.models import Performance
from oferta.services.tickets.types import Basket, Buyer, OrderBrief, OrderStatus, Wanted

OFFERED, OFFER_OVER = "tickets.place_offered", "tickets.place_offer_over"
#: The least of time that is worth an offer.
SHORTEST = timedelta(minutes=OFFER_MINUTES_MIN)
#: At night, where the performance is, the time of an offer stands still: people sleep, bots do not.
NIGHT, MORNING = time(22), time(8)
#: An offer takes no more of what is left of the sale than one part of so many.
PARTS = 4
#: Offers and ends of offers at a time.
AT_A_TIME = 500

_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('oferta.tickets.waiting/' || %s, 0))"
#: Performances that somebody waits for without an offer, while there is time for one.
_WAITED_FOR = """
SELECT id FROM tickets_performance
WHERE id IN (SELECT performance_id FROM tickets_waitingentry
             WHERE left_at IS NULL AND order_id IS NULL)
  AND stage = 'on_sale' AND sale_starts_at <= %(now)s
  AND least(sale_ends_at, starts_at) > %(latest)s
  AND (%(performance)s::uuid IS NULL OR id = %(performance)s::uuid)
ORDER BY id
"""
#: Who waits first for a category that has a free place; who takes any is offered the cheapest.
_FIRST = """
SELECT entry.id, entry.party_id, category.id, 0, NULL::uuid, NULL::uuid
FROM tickets_pricecategory AS category
JOIN tickets_waitingentry AS entry ON entry.performance_id = category.performance_id
    AND (entry.category_id IS NULL OR entry.category_id = category.id)
LEFT JOIN tickets_quota AS quota ON quota.id = category.quota_id
WHERE category.performance_id = %(performance)s
  AND entry.left_at IS NULL AND entry.order_id IS NULL
  AND (quota.id IS NULL OR quota.used < quota.size)
  AND EXISTS (SELECT FROM tickets_place
              WHERE category_id = category.id
                AND (status = 'free' OR (status = 'held' AND hold_until <= %(now)s)))
ORDER BY entry.joined_at, entry.id, category.nominal, category.id
LIMIT 1
FOR UPDATE OF entry SKIP LOCKED
"""
#: A ticket whose holder would give it up, the one offered longest, and who waits first for it.
_FIRST_FOR_TICKET = """
SELECT entry.id, entry.party_id, line.category_id, ticket.place_id, ticket.order_id,
       purchase.party_id
FROM tickets_ticket AS ticket
JOIN tickets_orderline AS line ON line.id = ticket.line_id
JOIN tickets_order AS purchase ON purchase.id = ticket.order_id
JOIN tickets_place AS place ON place.id = ticket.place_id
JOIN tickets_waitingentry AS entry ON entry.performance_id = ticket.performance_id
    AND (entry.category_id IS NULL OR entry.category_id = line.category_id)
    AND entry.party_id <> purchase.party_id
WHERE ticket.performance_id = %(performance)s AND ticket.offered_at IS NOT NULL
  AND ticket.status = 'valid' AND place.status = 'sold' AND place.order_id = ticket.order_id
  AND entry.left_at IS NULL AND entry.order_id IS NULL
  AND NOT EXISTS (SELECT FROM tickets_admission WHERE ticket_id = ticket.id)
  AND NOT EXISTS (
      SELECT FROM tickets_applicationticket AS asked
      JOIN tickets_application AS application ON application.id = asked.application_id
      WHERE asked.ticket_id = ticket.id AND application.closed_at IS NULL)
ORDER BY ticket.offered_at, ticket.id, entry.joined_at, entry.id
LIMIT 1
FOR UPDATE OF place, ticket, entry SKIP LOCKED
"""
#: Offers that were paid, let go or let pass: the wait ended with them.
_END = """
WITH over AS (
    SELECT entry.id FROM tickets_waitingentry AS entry
    JOIN tickets_order AS offered ON offered.id = entry.order_id
    WHERE entry.left_at IS NULL AND offered.status <> 'reserved'
    ORDER BY entry.id LIMIT %(limit)s FOR UPDATE OF entry SKIP LOCKED
)
UPDATE tickets_waitingentry AS entry SET left_at = %(now)s, contact = ''
FROM over, tickets_order AS offered
WHERE entry.id = over.id AND offered.id = entry.order_id
RETURNING entry.party_id, entry.performance_id, offered.id, offered.status, offered.code,
          offered.total, offered.currency, offered.hold_until
"""
#: Nothing more is offered for what is over; what was put off goes on waiting.
_CLOSE = """
UPDATE tickets_waitingentry AS entry SET left_at = %(now)s, contact = ''
FROM tickets_performance AS performance
WHERE performance.id = entry.performance_id AND entry.left_at IS NULL AND entry.order_id IS NULL
  AND (performance.stage IN ('cancelled', 'replaced', 'held')
       OR performance.stage = 'on_sale'
       AND least(performance.sale_ends_at, performance.starts_at) <= %(now)s)
RETURNING entry.id
"""
_TAKE_OFFER = """
UPDATE tickets_waitingentry SET order_id = %(order)s WHERE id = %(entry)s RETURNING id
"""
_GIVE_UP = """
UPDATE tickets_waitingentry SET left_at = %(now)s, contact = '' WHERE id = %(entry)s RETURNING id
"""


class _Next(NamedTuple):
    """Who is offered a place now, and which."""

    entry_id: UUID
    party_id: UUID
    category_id: int
    #: Of a ticket that its holder would give up: its place, order and payer.
    place_id: int
    order_id: UUID | None
    holder_id: UUID | None


class _Told(NamedTuple):
    """An offer, as its notice tells of it."""

    party_id: UUID
    performance_id: UUID
    order_id: UUID
    status: str
    code: str
    total: int
    currency: str
    until: datetime


def pass_on(*, now: datetime, performance_id: UUID | None = None, most: int = AT_A_TIME) -> int:
    """Offer each place that is free, or that its holder would give up, to who waits first.

    Offers that are over end the wait of who let them pass, and the next one is offered the place.

    Args:
        now: zoned.
        performance_id: of this performance only; None: of all, and waits for what is over end.
        most: no more offers than that; the next run makes the others.

    Returns:
        How many offers were made.
    """
    moment = zoned(now)
    while len(_end_offers(moment)) == AT_A_TIME:
        pass
    if performance_id is None:
        asking.rows(_CLOSE, {"now": moment})
    wanted = {"now": moment, "latest": moment + SHORTEST, "performance": performance_id}
    done = 0
    for (one,) in asking.rows(_WAITED_FOR, wanted):
        performance = queries.performance(one)
        while done < most and _offer_next(performance, moment):
            done += 1
    return done


def offered_until(performance: Performance, now: datetime) -> datetime:
    """Return until when a place that is offered now is held.

    So long as the performance says, nights not counted; never longer than a quarter of what is left
    of the sale, so that the next ones have their turn, and half an hour at least.

    Args:
        performance: with its hall and venue at hand.
        now: zoned.
    """
    ends = min(performance.sale_ends_at, performance.starts_at)
    zone = ZoneInfo(performance.hall.venue.time_zone)
    awake = _awake(now, timedelta(minutes=performance.offer_minutes), zone)
    return min(awake, max(now + (ends - now) / PARTS, now + SHORTEST), ends)


def _awake(now: datetime, left: timedelta, zone: ZoneInfo) -> datetime:
    """Return the moment by which so much time of the day has passed."""
    at = now.astimezone(UTC)
    while True:
        local = at.astimezone(zone)
        if local.time() < MORNING:
            at = datetime.combine(local.date(), MORNING, zone).astimezone(UTC)
        night = datetime.combine(at.astimezone(zone).date(), NIGHT, zone).astimezone(UTC)
        if at + left <= night:
            return at + left
        left -= max(night - at, timedelta(0))
        tomorrow = at.astimezone(zone).date() + timedelta(days=1)
        at = datetime.combine(tomorrow, MORNING, zone).astimezone(UTC)


@transaction.atomic
def _offer_next(performance: Performance, now: datetime) -> bool:
    """Offer one place; tell whether there was one and somebody who waits for it."""
    ((alone,),) = asking.rows(_ALONE, [str(performance.id)])
    if not alone:  # who has the lock goes on until nothing is left
        return False
    wanted = {"performance": performance.id, "now": now}
    rows = asking.rows(_FIRST, wanted) or asking.rows(_FIRST_FOR_TICKET, wanted)
    if not rows:
        return False
    one = _Next(*rows[0])
    try:
        with transaction.atomic():
            order = _reserved(one, performance, now)
    except (SoldOut, PlaceTaken, QuotaExhausted):  # the next run looks again
        return False
    except OfertaError:  # they may not buy any more: blocked, or gone
        asking.rows(_GIVE_UP, {"entry": one.entry_id, "now": now})
        return True
    asking.rows(_TAKE_OFFER, {"entry": one.entry_id, "order": order.id})
    total, until = order.total, order.hold_until
    offer = _Told(
        *(one.party_id, performance.id, order.id, order.status, order.code),
        *(total.minor, total.unit, until),
    )
    _tell(OFFERED, [offer], now)
    return True


def _reserved(one: _Next, performance: Performance, now: datetime) -> OrderBrief:
    customer = parties.customer(one.party_id)
    basket = Basket(
        id=uuid7(),
        performance_id=performance.id,
        wanted=(
            Wanted(category_id=one.category_id, places=(one.place_id,) if one.order_id else ()),
        ),
        buyer=Buyer(
            name=customer.name or customer.key,
            email=customer.contacts.get("email", ""),
            phone=customer.contacts.get("sms", ""),
            party_id=customer.id,
            language=customer.language,
        ),
    )
    until = offered_until(performance, now)
    return reserving.reserve_offered(basket, holder=one.order_id, until=until, now=now)


@transaction.atomic
def _end_offers(now: datetime) -> Sequence[_Told]:
    """End the waits that ended well, and those whose offer was let pass; return them."""
    over = [_Told(*row) for row in asking.rows(_END, {"now": now, "limit": AT_A_TIME})]
    _tell(OFFER_OVER, [one for one in over if one.status == OrderStatus.LAPSED], now)
    return over


def _tell(kind: str, offers: Sequence[_Told], now: datetime) -> None:
    """Tell who waited; the hour is the venue's, as on the ticket."""
    if not offers:
        return
    rows = Performance.objects.select_related("hall__venue")
    performances = rows.in_bulk({one.performance_id for one in offers})
    languages = parties.languages([one.party_id for one in offers])
    new = [
        NewNotice(one.party_id, languages[one.party_id], kind, _said(one, performances, kind))
        for one in offers
    ]
    notices.send(new, now=now)


def _said(one: _Told, performances: dict[UUID, Performance], kind: str) -> dict[str, object]:
    performance = performances[one.performance_id]
    until = one.until.astimezone(ZoneInfo(performance.hall.venue.time_zone))
    spoken = selling.title_of(performance.titles)
    page = (
        reverse("tickets:order", args=["my", one.order_id])
        if kind == OFFERED
        else reverse("tickets:waiting", args=["my", one.performance_id])
    )
    return {
        "code": one.code,
        "performance": {each: performance.titles.get(each) or spoken for each in LANGUAGES},
        "amount": {"minor": one.total, "unit": one.currency},
        "day": {"date": until.date().isoformat()},
        "hour": f"{until:%H:%M}",
        "address": f"{outgoing.site()}{page}",
    }
