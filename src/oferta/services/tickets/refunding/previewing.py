"""The quote of an order: what its buyer would get if they applied now; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language
from oferta.services.tickets import queries
from oferta.services.tickets.refunding import applying, reading
from oferta.services.tickets.refunding.errors import BadDocument
from oferta.services.tickets.refunding.facts import Claim
from oferta.services.tickets.refunding.quoting import Quote, quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a buyer would apply with."""

    order_id: UUID
    #: Of the order; none: all that can be given back.
    tickets: tuple[UUID, ...] = ()
    #: A value of the terms' fact `reason`.
    reason: str
    #: A value of the terms' fact `document`, as if it were here and found genuine.
    document: str = "none"
    illness_from: date | None = None
    illness_through: date | None = None
    account_closed: bool = False


def preview(asked: Asked, *, language: Language, now: datetime) -> Quote:
    """Return what the terms give for tickets of an order, now (TR-82).

    Args:
        asked: what the buyer would apply with.
        language: of the explanations.
        now: zoned.

    Raises:
        UnknownOrder: nothing was sold under this id.
        NothingToReturn: a ticket is not of the order, given back already or under a request.
        BadReason, BadDocument: they cannot be named for this order.
    """
    order = queries.order_row(asked.order_id)
    named = asked.tickets or tuple(one.ticket_id for one in reading.sold_in(order.id))
    tickets = applying.asked_for(order, named)
    known = shelf.terms().pack(order.refund_pack).facts["document"].type.values
    if asked.document not in known:
        raise BadDocument(field="document", given=asked.document, expected=", ".join(known))
    proved = asked.document != "none"
    claim = Claim(
        reason=applying.known_reason(asked.reason, tickets[0]),
        requested_at=applying.counted_from(order, zoned(now)),
        decided_at=zoned(now),
        document=asked.document,
        document_received_at=now if proved else None,
        document_check="genuine" if proved else "not_checked",
        illness_from=asked.illness_from,
        illness_through=asked.illness_through,
        account_closed=asked.account_closed,
    )
    return quote(tickets, claim, language=language)
