"""The waiting list: who would take a place, and who would give one up for what they paid.

Whoever came first is offered a place first. One contact waits once, so many accounts of one person
are no more than one place in the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from oferta.core.parties import blocks
from oferta.core.parties import queries as parties
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.services.tickets import listing, passing_on, queries, reserving, taking_over
from oferta.services.tickets.errors import (
    BadBasket,
    CannotOffer,
    ContactWaits,
    NotOnSale,
    PlacesLeft,
    UnknownPerformance,
)
from oferta.services.tickets.models import (
    ApplicationTicket,
    Performance,
    Ticket,
    WaitingEntry,
)
from oferta.services.tickets.taking_over import Returns
from oferta.services.tickets.types import Carrier, OrderStatus, PlaceStatus, Stage, TicketStatus

#: Places passed on while somebody waits for a page; the task of each minute makes the others.
AT_ONCE = 20
_SALT = "oferta.tickets.waiting"
#: Post boxes that deliver names with and without dots to the same person.
_DOTLESS = ("gmail.com", "googlemail.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A customer's place in the line for a performance."""

    performance_id: UUID
    #: None: any category.
    category_id: int | None
    joined_at: datetime
    #: How many wait for the same and came before.
    ahead: int
    #: How many wait without an offer, whatever for.
    waiting: int
    #: The order that is offered to them now, to be paid until then.
    order_id: UUID | None
    until: datetime | None

    @property
    def number(self) -> int:
        """Their place in the line, from 1."""
        return self.ahead + 1


def join(
    performance_id: UUID, party_id: UUID, *, category_id: int | None = None, now: datetime
) -> Wait:
    """Wait for a place of a performance; asked again, answer the same.

    Args:
        performance_id: on sale, and without a free place of what is wanted.
        party_id: the customer.
        category_id: the one wanted; None: any.
        now: zoned.

    Raises:
        UnknownPerformance: there is none.
        NotOnSale: not now.
        BadBasket: the category is another performance's.
        PlacesLeft: they need not wait.
        ContactWaits: somebody waits under the same contact.
        Blocked: the customer may not act.
    """
    moment = zoned(now)
    blocks.ensure_may_act(party_id)
    passing_on.pass_on(now=moment, performance_id=performance_id, most=AT_ONCE)
    known = wait_of(performance_id, party_id)
    if known is not None:
        return known
    _ensure_sold_out(performance_id, category_id, moment)
    contact = contact_of(party_id)
    WaitingEntry.objects.bulk_create(
        [
            WaitingEntry(
                id=uuid7(),
                performance_id=performance_id,
                category_id=category_id,
                party_id=party_id,
                contact=contact,
                joined_at=moment,
            )
        ],
        ignore_conflicts=True,  # asked twice at once, or under one contact
    )
    passing_on.pass_on(now=moment, performance_id=performance_id, most=AT_ONCE)
    found = wait_of(performance_id, party_id)
    if found is None:
        rows = WaitingEntry.objects.filter(performance_id=performance_id, left_at__isnull=True)
        if rows.filter(contact=contact).exists():
            raise ContactWaits(performance=str(performance_id))
        raise UnknownPerformance(performance=str(performance_id))  # ended by themselves just now
    return found


def leave(performance_id: UUID, party_id: UUID, *, now: datetime) -> None:
    """Wait no longer; what was offered goes to the next one. Without a wait nothing happens."""
    moment = zoned(now)
    with transaction.atomic():
        rows = WaitingEntry.objects.select_for_update(of=("self",)).select_related("order")
        entry = rows.filter(
            performance_id=performance_id, party_id=party_id, left_at__isnull=True
        ).first()
        if entry is None:
            return
        entry.left_at, entry.contact = moment, ""
        entry.save(update_fields=["left_at", "contact"])
        offered = entry.order
    if offered is not None and offered.status == OrderStatus.RESERVED:
        reserving.abandon(offered.id)
    passing_on.pass_on(now=moment, performance_id=performance_id, most=AT_ONCE)


def wait_of(performance_id: UUID, party_id: UUID) -> Wait | None:
    """Return a customer's wait for a performance; None: they do not wait."""
    rows = WaitingEntry.objects.filter(performance_id=performance_id, left_at__isnull=True)
    entry = rows.filter(party_id=party_id).select_related("order").first()
    if entry is None:
        return None
    order = entry.order
    open_ = order is not None and order.status == OrderStatus.RESERVED
    earlier = Q(joined_at__lt=entry.joined_at) | Q(joined_at=entry.joined_at, id__lt=entry.id)
    others = rows.filter(order__isnull=True)
    before = others.filter(earlier)
    if entry.category_id is not None:
        before = before.filter(Q(category_id=entry.category_id) | Q(category__isnull=True))
    return Wait(
        performance_id=performance_id,
        category_id=entry.category_id,
        joined_at=entry.joined_at,
        ahead=0 if open_ else before.count(),
        waiting=others.count(),
        order_id=order.id if order is not None and open_ else None,
        until=order.hold_until if order is not None and open_ else None,
    )


def waits_of(party_id: UUID) -> list[Wait]:
    """Return a customer's waits, the earliest first."""
    rows = WaitingEntry.objects.filter(party_id=party_id, left_at__isnull=True)
    ids = rows.order_by("joined_at").values_list("performance_id", flat=True)
    return [one for one in (wait_of(id_, party_id) for id_ in ids) if one is not None]


def contact_of(party_id: UUID) -> str:
    """Return the keyed digest of where a customer is told of an offer.

    Spelling makes no other contact: neither capitals, nor what follows a plus sign, nor the dots
    that some post boxes overlook. Who has no contact yet waits under their own account.
    """
    known = parties.addresses([party_id]).get(party_id, {})
    phone = "".join(sign for sign in known.get("sms", "") if sign.isdigit())
    name, _, house = known.get("email", "").strip().casefold().partition("@")
    name = name.partition("+")[0]
    if house in _DOTLESS:
        name, house = name.replace(".", ""), _DOTLESS[0]
    told = phone or (f"{name}@{house}" if house else str(party_id))
    return salted_hmac(_SALT, told, algorithm="sha256").hexdigest()


def returns(ticket_id: UUID, *, now: datetime) -> Returns:
    """Return what a holder gets back if another buyer takes the place, and which clauses say so.

    Raises:
        UnknownTicket: there is none.
    """
    return taking_over.returns(queries.ticket(ticket_id), now=zoned(now))


def offer(ticket_id: UUID, party_id: UUID, *, now: datetime) -> Ticket:
    """Offer a ticket to who waits, for what was paid; it stays good until another buyer has paid.

    Whoever gets the money back offers it: the payer, while they have the ticket themselves.

    Args:
        ticket_id: which; offered before: nothing changes.
        party_id: who offers it.
        now: zoned.

    Raises:
        UnknownTicket: there is none.
        CannotOffer: not theirs, on paper, used, under a request, or its time is over.
    """
    moment = zoned(now)
    with transaction.atomic():
        ticket = _own(ticket_id, party_id)
        reason = _why_not(ticket, moment)
        if reason:
            raise CannotOffer(ticket=str(ticket_id), reason=reason)
        if ticket.offered_at is None:
            Ticket.objects.filter(id=ticket_id).update(offered_at=moment)
    passing_on.pass_on(now=moment, performance_id=ticket.performance_id, most=AT_ONCE)
    return queries.ticket(ticket_id)


@transaction.atomic
def keep(ticket_id: UUID, party_id: UUID) -> Ticket:
    """Keep a ticket after all, while nobody is about to buy it.

    Raises:
        UnknownTicket: there is none.
        CannotOffer: it is not theirs any more, or somebody is offered it at this moment.
    """
    ticket = _own(ticket_id, party_id)
    if is_being_bought(ticket):
        raise CannotOffer(ticket=str(ticket_id), reason="being_bought")
    Ticket.objects.filter(id=ticket_id).update(offered_at=None)
    return queries.ticket(ticket_id)


def is_being_bought(ticket: Ticket) -> bool:
    """Tell whether somebody who waits is offered the place of a ticket at this moment."""
    return ticket.offered_at is not None and ticket.place.status == PlaceStatus.HELD


def _own(ticket_id: UUID, party_id: UUID) -> Ticket:
    """Return a ticket that nobody else changes until the caller commits, if its payer has it."""
    queries.ticket(ticket_id)
    # The place is locked first, as by who passes it on.
    rows = Ticket.objects.select_for_update(of=("place", "self")).select_related(
        "place", "order", "performance"
    )
    ticket = rows.get(id=ticket_id)
    theirs = party_id == ticket.holder_id == ticket.order.party_id
    if not theirs or ticket.status != TicketStatus.VALID:
        raise CannotOffer(ticket=str(ticket_id), reason="not_yours")
    return ticket


def _why_not(ticket: Ticket, now: datetime) -> str:
    performance = ticket.performance
    ends = min(performance.sale_ends_at, performance.starts_at)
    asked = ApplicationTicket.objects.filter(ticket=ticket, application__closed_at__isnull=True)
    if ticket.carrier == Carrier.PAPER:
        return "paper"
    if performance.stage != Stage.ON_SALE or ends <= now + passing_on.SHORTEST:
        return "over"
    if ticket.admissions.exists():
        return "used"
    return "under_request" if asked.exists() else ""


def _ensure_sold_out(performance_id: UUID, category_id: int | None, now: datetime) -> None:
    performance: Performance = queries.performance(performance_id)
    ends = min(performance.sale_ends_at, performance.starts_at)
    on_time = performance.sale_starts_at <= now < ends
    if performance.stage != Stage.ON_SALE or not on_time:
        raise NotOnSale(performance=performance.key, stage=performance.stage)
    found = [
        one for one in listing.categories(performance_id, now=now) if category_id in (None, one.id)
    ]
    if not found:
        raise BadBasket(
            field="category_id", given=str(category_id), expected="a category of this one"
        )
    if any(one.left for one in found):
        raise PlacesLeft(performance=performance.key)
