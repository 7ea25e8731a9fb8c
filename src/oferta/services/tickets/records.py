"""An order's rows, read and written in as few statements as there can be.

The sale is what a thousand buyers do in the same minute, so it goes by statements that each do all
of one step; everything else reads the same tables by their models.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import zip_longest
from typing import Any
from uuid import UUID

from oferta.kernel import asking
from oferta.kernel.money import Money
from oferta.services.tickets.errors import UnknownOrder
from oferta.services.tickets.models import Payment
from oferta.services.tickets.offers import COLUMN_COUNT, COLUMNS, JOINED, Offer, offer_of
from oferta.services.tickets.types import LineBrief, OrderBrief, OrderStatus, Price, TermsKept


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of an order with what its buyer sees of the place."""

    id: UUID
    place_id: int
    category_id: int
    category: str
    sector: str
    row: str
    number: str
    nominal: int
    price: int
    service_fee: int
    delivery_fee: int
    visitor_name: str = ""
    quotas: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An order's own row."""

    id: UUID
    code: str
    asked: str
    party_id: UUID
    payer_name: str
    payer_email: str
    payer_phone: str
    status: str
    channel: str
    carrier: str
    delivery: str
    promo_id: int | None
    face: int
    service_fee: int
    delivery_fee: int
    total: int
    ordered_at: datetime
    hold_until: datetime
    sale_edition: str
    refund_edition: str
    refund_digest: str


class Begun(Enum):
    """What came of beginning to pay."""

    BEGUN = 1
    #: An earlier payment of the order is not cleared up yet.
    OTHERS_OPEN = 2
    #: The hold was over, and others have a place of it.
    PLACES_LOST = 3


@dataclass(slots=True)
class Sold:
    """An order with what it is of, while it is being sold."""

    record: Record
    offer: Offer
    lines: Sequence[Line]
    #: In ten-thousandths of a percent.
    promo_percent: int = 0


_OWN = tuple(Record.__slots__)
_LINE = ("id", "place_id", "category_id", "nominal", "price", "service_fee", "delivery_fee")

_INSERT = f"""
WITH made AS (
    INSERT INTO tickets_order ({", ".join(_OWN)}, performance_id, operator_id, currency, sale_pack,
                               refund_pack)
    VALUES ({", ".join(f"%({name})s" for name in _OWN)}, %(performance_id)s, %(operator)s,
            %(currency)s, %(sale_pack)s, %(refund_pack)s)
)
INSERT INTO tickets_orderline ({", ".join(_LINE)}, quotas, order_id, visitor_name)
SELECT id, place, category, nominal, price, service_fee, delivery_fee, quotas::bigint[], %(id)s, ''
FROM unnest(%(lines_id)s::uuid[], %(lines_place_id)s::bigint[], %(lines_category_id)s::bigint[],
            %(lines_nominal)s::bigint[], %(lines_price)s::bigint[], %(lines_service_fee)s::bigint[],
            %(lines_delivery_fee)s::bigint[], %(lines_quotas)s::text[])
    AS line(id, place, category, nominal, price, service_fee, delivery_fee, quotas)
RETURNING id
"""  # noqa: S608 - constants only

_READ = f"""
SELECT {", ".join(f"purchase.{name}" for name in _OWN)}, coalesce(promo.percent, 0), {COLUMNS}
FROM tickets_order AS purchase
JOIN {JOINED} ON performance.id = purchase.performance_id
LEFT JOIN tickets_promocode AS promo ON promo.id = purchase.promo_id
WHERE purchase.id = %(order)s
FOR UPDATE OF purchase
"""  # noqa: S608 - constants only

_LINES = f"""
SELECT {", ".join(f"line.{name}" for name in _LINE)}, line.visitor_name, category.name,
       coalesce(seat.sector, ''), coalesce(seat.row, ''), coalesce(seat.number, '')
FROM tickets_orderline AS line
JOIN tickets_pricecategory AS category ON category.id = line.category_id
JOIN tickets_place AS place ON place.id = line.place_id
LEFT JOIN tickets_hallseat AS seat ON seat.id = place.seat_id
WHERE line.order_id = %(order)s
ORDER BY line.id
"""  # noqa: S608 - constants only

#: Payments are begun if all places are still held and no other payment is open.
_BEGIN = """
WITH open AS (
    SELECT 1 FROM tickets_payment
    WHERE order_id = %(order)s AND state IN ('started', 'authorised') LIMIT 1
), held AS (
    SELECT id FROM tickets_place
    WHERE order_id = %(order)s AND status = 'held' AND NOT EXISTS (SELECT FROM open)
    ORDER BY id FOR UPDATE
), kept AS (
    UPDATE tickets_place AS place SET hold_until = greatest(hold_until, %(until)s)
    FROM held WHERE place.id = held.id
    RETURNING 1
), purchase AS (
    UPDATE tickets_order SET hold_until = greatest(hold_until, %(until)s)
    WHERE id = %(order)s AND NOT EXISTS (SELECT FROM open)
), begun AS (
    INSERT INTO tickets_payment (id, order_id, means, instrument, amount, currency, state,
                                 reference, reason, started_at, changed_at)
    SELECT id, %(order)s, means, instrument, amount, %(currency)s, 'started', '', '', %(now)s,
           %(now)s
    FROM unnest(%(ids)s::uuid[], %(means)s::text[], %(instruments)s::text[], %(amounts)s::bigint[])
        AS given(id, means, instrument, amount)
    WHERE (SELECT count(*) FROM kept) = %(lines)s
)
SELECT EXISTS (SELECT FROM open), (SELECT count(*) FROM kept)
"""

#: Decisions to lines, tickets, the paid order, payments, the categories' counts: all of a sale.
_FINISH = """
WITH sold AS (
    SELECT * FROM unnest(%(lines)s::uuid[], %(decisions)s::uuid[], %(tickets)s::uuid[],
                         %(places)s::bigint[], %(holders)s::text[])
        AS given(line, decision, ticket, place, holder)
), lines AS (
    UPDATE tickets_orderline AS line SET decision_id = sold.decision FROM sold
    WHERE line.id = sold.line
), tickets AS (
    INSERT INTO tickets_ticket (id, performance_id, order_id, line_id, place_id, status,
                                generation, carrier, holder_id, holder_name, issued_at)
    SELECT ticket, %(performance)s, %(order)s, line, place, 'valid', 1, %(carrier)s, %(party)s,
           holder, %(now)s
    FROM sold
), purchase AS (
    UPDATE tickets_order SET status = 'paid', paid_at = %(now)s WHERE id = %(order)s
), payments AS (
    UPDATE tickets_payment AS payment
    SET state = paid.state, reference = paid.reference, changed_at = %(now)s
    FROM unnest(%(payments)s::uuid[], %(states)s::text[], %(references)s::text[])
        AS paid(id, state, reference)
    WHERE payment.id = paid.id
)
UPDATE tickets_pricecategory AS category SET sold = category.sold + counted.number
FROM unnest(%(categories)s::bigint[], %(numbers)s::integer[]) AS counted(id, number)
WHERE category.id = counted.id
RETURNING category.id
"""


def insert(sold: Sold) -> None:
    """Write an order and its lines."""
    lines, offer = sold.lines, sold.offer
    columns: dict[str, list[Any]] = {
        f"lines_{name}": [getattr(line, name) for line in lines] for name in _LINE
    }
    quotas = [f"{{{','.join(map(str, line.quotas))}}}" for line in lines]
    asking.rows(
        _INSERT,
        {name: getattr(sold.record, name) for name in _OWN}
        | columns
        | {
            "lines_quotas": quotas,
            "performance_id": offer.id,
            "operator": offer.operator,
            "currency": offer.currency,
            "sale_pack": offer.sale_pack,
            "refund_pack": offer.refund_pack,
        },
    )


def locked(order_id: UUID, *, lines: Sequence[Line] | None = None) -> Sold:
    """Return an order that nobody else changes until the caller commits.

    Args:
        order_id: which.
        lines: its lines, where they were read before; they never change.

    Raises:
        UnknownOrder: there is none.
    """
    found = asking.rows(_READ, {"order": order_id})
    if not found:
        raise UnknownOrder(order=str(order_id))
    (row,) = found
    if lines is None:
        lines = [_line(one) for one in asking.rows(_LINES, {"order": order_id})]
    own = len(_OWN)
    return Sold(
        Record(**dict(zip(_OWN, row[:own], strict=True))),
        offer_of(row[own + 1 : own + 1 + COLUMN_COUNT]),
        lines,
        row[own],
    )


def begin(sold: Sold, payments: Sequence[Payment], *, until: datetime, now: datetime) -> Begun:
    """Note payments that are about to be asked for, and hold the places till then.

    Args:
        sold: the order, locked.
        payments: not written yet.
        until: the places are held at least till then.
        now: when they are begun.
    """
    params: dict[str, Any] = {
        "order": sold.record.id,
        "until": until,
        "currency": sold.offer.currency,
        "now": now,
        "ids": [one.id for one in payments],
        "means": [one.means for one in payments],
        "instruments": [one.instrument for one in payments],
        "amounts": [one.amount for one in payments],
        "lines": len(sold.lines),
    }
    ((others, kept),) = asking.rows(_BEGIN, params)
    if others:
        return Begun.OTHERS_OPEN
    return Begun.BEGUN if kept == len(sold.lines) else Begun.PLACES_LOST


def finish(
    sold: Sold,
    *,
    decisions: Sequence[UUID],
    tickets: Sequence[UUID],
    payments: Mapping[UUID, tuple[str, str]],
    now: datetime,
) -> None:
    """Write what becomes of an order that is paid.

    Args:
        sold: the order, locked.
        decisions: one for each line, in order.
        tickets: ids, one for each line, in order.
        payments: id to state and reference.
        now: when it is paid.
    """
    record = sold.record
    counts = sorted(Counter(line.category_id for line in sold.lines).items())
    asking.rows(
        _FINISH,
        {
            "lines": [line.id for line in sold.lines],
            "decisions": list(decisions),
            "tickets": list(tickets),
            "places": [line.place_id for line in sold.lines],
            "holders": [line.visitor_name or record.payer_name for line in sold.lines],
            "performance": sold.offer.id,
            "order": record.id,
            "carrier": record.carrier,
            "party": record.party_id,
            "payments": list(payments),
            "states": [state for state, _ in payments.values()],
            "references": [reference for _, reference in payments.values()],
            "categories": [one for one, _ in counts],
            "numbers": [number for _, number in counts],
            "now": now,
        },
    )


def brief(
    sold: Sold,
    *,
    status: OrderStatus,
    prices: Mapping[int, Price] | None = None,
    tickets: Sequence[UUID] = (),
    paid_at: datetime | None = None,
) -> OrderBrief:
    """Return an order as its buyer sees it.

    Args:
        sold: the order.
        status: as it is now.
        prices: by category, with the clauses that set them.
        tickets: ids, one for each line, once there are any.
        paid_at: when it was paid.
    """
    record, offer = sold.record, sold.offer
    unit = offer.currency
    return OrderBrief(
        id=record.id,
        code=record.code,
        performance_id=offer.id,
        status=status,
        party_id=record.party_id,
        lines=tuple(
            _line_brief(line, record, (prices or {}).get(line.category_id), ticket)
            for line, ticket in zip_longest(sold.lines, tickets)
        ),
        face=Money(record.face, unit),
        service_fee=Money(record.service_fee, unit),
        delivery_fee=Money(record.delivery_fee, unit),
        total=Money(record.total, unit),
        ordered_at=record.ordered_at,
        hold_until=record.hold_until,
        paid_at=paid_at,
        sale_terms=TermsKept(pack=offer.sale_pack, edition=record.sale_edition),
        refund_terms=TermsKept(
            pack=offer.refund_pack, edition=record.refund_edition, digest=record.refund_digest
        ),
    )


def _line_brief(line: Line, record: Record, price: Price | None, ticket: UUID | None) -> LineBrief:
    return LineBrief(
        id=line.id,
        place_id=line.place_id,
        category=line.category,
        sector=line.sector,
        row=line.row,
        number=line.number,
        price=Price(
            nominal=line.nominal,
            price=line.price,
            service_fee=line.service_fee,
            edition=record.sale_edition,
            decided_by=price.decided_by if price else (),
        ),
        delivery_fee=line.delivery_fee,
        ticket_id=ticket,
    )


def _line(row: Sequence[Any]) -> Line:
    own = dict(zip(_LINE, row, strict=False))
    visitor, category, sector, place_row, number = row[len(_LINE) :]
    return Line(
        **own,
        visitor_name=visitor,
        category=category,
        sector=sector,
        row=place_row,
        number=number,
    )
