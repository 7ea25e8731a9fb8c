"""A request for money back: filed, decided ticket by ticket, decided again when something comes.

Every time the terms are asked a Decision is stored, under the edition that the buyer keeps or a
later one that is better. What they grant becomes a refund with its day and its owner in the same
database transaction, and the ticket's code is void from that moment (TR-128). What waits for a
document, an explanation or the organiser waits with a day by which it is looked at again; nothing
is refused because somebody was slow to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import orjson
from django.db import transaction

from oferta.kernel.clock import zoned
from oferta.services.tickets import incidents, reserving
from oferta.services.tickets.models import Application, ApplicationTicket, Order
from oferta.services.tickets.refunding import booking, claims, facts, reading
from oferta.services.tickets.refunding.errors import (
    ApplicationClosed,
    ApplicationReused,
    BadReason,
    NothingToReturn,
    QuoteChanged,
    UnknownApplication,
)
from oferta.services.tickets.refunding.facts import Claim, Sold
from oferta.services.tickets.refunding.quoting import total_of
from oferta.services.tickets.refunding.types import ApplicationBrief, Filing
from oferta.services.tickets.types import ApplicationState


def apply(filing: Filing, *, now: datetime, filed_at: datetime | None = None) -> ApplicationBrief:
    """File a request for money back and have it decided; the same request again is the same one.

    Args:
        filing: tickets of one order, a reason, and the sum that the buyer saw and accepted.
        now: zoned.
        filed_at: when it was sent, if it came on paper; days are counted from it, else from now.

    Raises:
        UnknownOrder: there is none.
        NothingToReturn: a ticket is not of the order, given back already or under a request.
        BadReason: the performance has not changed so, or there is no such reason.
        QuoteChanged: the terms give less by now than was accepted.
        ApplicationReused: the id stands for another request.
        RefundRefused: the ledger does not hold the money.
    """
    moment = zoned(now)
    digest = _digest(filing)
    with transaction.atomic():
        order = reserving.locked(filing.order_id)
        known = Application.objects.filter(id=filing.id).first()
        if known is not None:
            if known.asked != digest:
                raise ApplicationReused(application=str(filing.id))
            return claims.brief(known)
        sold = returnable(order, filing.tickets)
        claim = Claim(
            reason=known_reason(filing.reason, sold[0]),
            requested_at=counted_from(order, zoned(filed_at or moment)),
            decided_at=moment,
            names_match=filing.names_match,
            names_explained=bool(filing.explanation),
            bank_details_given=bool(filing.bank_details),
        )
        gives, _ = total_of(sold, claim)
        if gives < filing.accepted:
            raise QuoteChanged(accepted=filing.accepted, gives=gives)
        row = _filed(filing, order, sold, claim, digest)
        booking.decide(row, order, sold, claim, now=moment)
        return claims.brief(row)


def decide_again(row: Application, *, now: datetime) -> None:
    """Ask the terms again about what a request waits for, in the caller's database transaction.

    Args:
        row: locked (`locked`), and changed in what has come.
        now: zoned.

    Raises:
        RefundRefused: as of `apply`.
    """
    order = reserving.locked(row.order_id)
    sold = returnable(order, still_asked(row), under=row)
    booking.decide(row, order, sold, claims.claim_of(row, now=zoned(now)), now=zoned(now))


def withdraw(application_id: UUID, *, now: datetime) -> ApplicationBrief:
    """Take a request back; the tickets stay good and may be given back by another one.

    Raises:
        UnknownApplication: there is none.
        ApplicationClosed: it has been answered.
    """
    with transaction.atomic():
        row = locked(application_id)
        row.state, row.closed_at = ApplicationState.WITHDRAWN, zoned(now)
        row.save(update_fields=["state", "closed_at"])
        return claims.brief(row)


def locked(application_id: UUID) -> Application:
    """Return an open request that nobody else changes until the caller commits.

    Its order is locked first, as whoever files a request or cancels the performance does it: two of
    them never wait for each other.

    Raises:
        UnknownApplication: there is none.
        ApplicationClosed: it has been answered.
    """
    known = Application.objects.filter(id=application_id).values_list("order_id", flat=True).first()
    if known is None:
        raise UnknownApplication(application=str(application_id))
    reserving.locked(known)
    row = Application.objects.select_for_update().get(id=application_id)
    if row.closed_at is not None:
        raise ApplicationClosed(application=str(application_id), state=row.state)
    return row


def returnable(
    order: Order, tickets: Sequence[UUID], under: Application | None = None
) -> list[Sold]:
    """Return the tickets as sold, if every one of them can be given back.

    Until the caller commits nobody comes in with one of the order's, nor hands it on.
    Arguments and errors as of `asked_for`.
    """
    lock(order)
    return asked_for(order, tickets, under)


def asked_for(
    order: Order, tickets: Sequence[UUID], under: Application | None = None
) -> list[Sold]:
    """Return the tickets as sold, if every one of them can be given back now.

    Args:
        order: whose tickets these are.
        tickets: of it.
        under: the request that they may be under already.

    Raises:
        NothingToReturn: none is named, or one is not of the order, given back or under a request.
    """
    open_ = ApplicationTicket.objects.filter(
        ticket__order=order, application__closed_at__isnull=True
    )
    if under is not None:
        open_ = open_.exclude(application=under)
    taken = set(open_.values_list("ticket_id", flat=True))
    good = {one.ticket_id: one for one in reading.sold_in(order.id) if one.ticket_id not in taken}
    wanted = list(dict.fromkeys(tickets))
    missing = tuple(str(one) for one in wanted if one not in good)
    if missing or not wanted:
        raise NothingToReturn(order=order.code, tickets=missing)
    return [good[one] for one in wanted]


def still_asked(row: Application) -> list[UUID]:
    """Return the tickets that a request still asks for; what an override granted stays so."""
    granted = set(row.refunds.values_list("ticket_id", flat=True))
    return [one.ticket_id for one in row.tickets.all() if one.ticket_id not in granted]


def lock(order: Order) -> None:
    """Let nobody else change an order's tickets: each place first, as whoever hands one on."""
    rows = order.tickets.select_related("place").order_by("place_id", "id")
    list(rows.select_for_update(of=("place", "self"), no_key=True))


def known_reason(given: str, sold: Sold) -> str:
    """Return the reason; a change of the performance can be named only if there was one.

    Raises:
        BadReason: no such reason, or not here.
    """
    known = (*facts.BUYERS_REASONS, *([sold.change] if sold.change else []))
    if given not in known:
        raise BadReason(given=given, expected=", ".join(known))
    return given


def _filed(
    filing: Filing, order: Order, sold: Sequence[Sold], claim: Claim, digest: str
) -> Application:
    row = Application.objects.create(
        id=filing.id,
        order=order,
        party_id=order.party_id,
        reason=filing.reason,
        words=filing.words,
        filed_at=claim.requested_at,
        answer_by=booking.answer_by(sold[0], claim),
        owner=order.operator_id,
        accepted=filing.accepted,
        asked=digest,
        explanation=filing.explanation,
        names_match=filing.names_match,
        bank_details=filing.bank_details,
    )
    ApplicationTicket.objects.bulk_create(
        [ApplicationTicket(application=row, ticket_id=one.ticket_id) for one in sold]
    )
    row.refresh_from_db(fields=["number"])
    return row


def counted_from(order: Order, moment: datetime) -> datetime:
    """Return when a request counts as filed: an outage of ours is not the buyer's (TR-136)."""
    return (
        max(order.ordered_at, incidents.filed_at(moment)) if order.ordered_at < moment else moment
    )


def _digest(filing: Filing) -> str:
    asked = {
        "order": str(filing.order_id),
        "tickets": sorted(map(str, filing.tickets)),
        "reason": filing.reason,
        "words": filing.words,
        "accepted": filing.accepted,
        "explanation": filing.explanation,
        "bank": filing.bank_details,
    }
    return sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()
