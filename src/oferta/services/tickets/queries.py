"""What the ticket office knows: performances, places, orders, tickets."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from oferta.kernel.money import Money
from oferta.services.tickets.errors import UnknownOrder, UnknownPerformance, UnknownTicket
from oferta.services.tickets.models import Order, OrderLine, Performance, Ticket
from oferta.services.tickets.types import (
    Contract,
    LineBrief,
    OrderBrief,
    OrderStatus,
    Price,
    TermsKept,
)


def performance(performance_id: UUID) -> Performance:
    """Return a performance with who sells it, who organises it and where it is.

    Raises:
        UnknownPerformance: there is none.
    """
    rows = Performance.objects.select_related("operator", "organiser", "hall__venue")
    found = rows.filter(id=performance_id).first()
    if found is None:
        raise UnknownPerformance(performance=str(performance_id))
    return found


def performance_called(key: str) -> Performance:
    """Return a performance by the operator's own name for it.

    Raises:
        UnknownPerformance: there is none.
    """
    found = Performance.objects.filter(key=key).first()
    if found is None:
        raise UnknownPerformance(performance=key)
    return found


def order(order_id: UUID) -> OrderBrief:
    """Return an order as its buyer sees it.

    Raises:
        UnknownOrder: there is none.
    """
    return brief(order_row(order_id))


def order_row(order_id: UUID) -> Order:
    """Return an order's row; errors as of `order`."""
    found = Order.objects.select_related("performance").filter(id=order_id).first()
    if found is None:
        raise UnknownOrder(order=str(order_id))
    return found


def ticket(ticket_id: UUID) -> Ticket:
    """Return a ticket with its order, performance and place.

    Raises:
        UnknownTicket: there is none.
    """
    rows = Ticket.objects.select_related(
        "order", "line", "performance__hall__venue", "place__seat", "place__category"
    )
    found = rows.filter(id=ticket_id).first()
    if found is None:
        raise UnknownTicket(ticket=str(ticket_id))
    return found


def contracts_of(order_id: UUID) -> tuple[Contract, Contract]:
    """Return the two contracts of a buyer: for the tickets, and for selling them (TR-04).

    Raises:
        UnknownOrder: there is none.
    """
    rows = Order.objects.select_related("performance__organiser", "operator")
    found = rows.filter(id=order_id).first()
    if found is None:
        raise UnknownOrder(order=str(order_id))
    refunds = TermsKept(
        pack=found.refund_pack, edition=found.refund_edition, digest=found.refund_digest
    )
    sale = TermsKept(pack=found.sale_pack, edition=found.sale_edition)
    return (
        Contract(about="tickets", counterparty=found.performance.organiser.name, terms=refunds),
        Contract(about="service", counterparty=found.operator.legal_name, terms=sale),
    )


def brief(found: Order, *, prices: Mapping[int, Price] | None = None) -> OrderBrief:
    """Return an order's row as others see it.

    Args:
        found: the row.
        prices: by category, with the clauses that set them, where they are at hand.
    """
    unit = found.currency
    lines = OrderLine.objects.filter(order=found).select_related(
        "place__seat", "category", "ticket"
    )
    return OrderBrief(
        id=found.id,
        code=found.code,
        performance_id=found.performance_id,
        status=OrderStatus(found.status),
        party_id=found.party_id,
        lines=tuple(_line(one, found, prices or {}) for one in lines.order_by("id")),
        face=Money(found.face, unit),
        service_fee=Money(found.service_fee, unit),
        delivery_fee=Money(found.delivery_fee, unit),
        total=Money(found.total, unit),
        ordered_at=found.ordered_at,
        hold_until=found.hold_until,
        paid_at=found.paid_at,
        sale_terms=TermsKept(pack=found.sale_pack, edition=found.sale_edition),
        refund_terms=TermsKept(
            pack=found.refund_pack, edition=found.refund_edition, digest=found.refund_digest
        ),
    )


def _line(line: OrderLine, found: Order, prices: Mapping[int, Price]) -> LineBrief:
    seat = line.place.seat
    price = prices.get(line.category_id)
    ticket_row = getattr(line, "ticket", None)
    return LineBrief(
        id=line.id,
        place_id=line.place_id,
        category=line.category.name,
        sector=seat.sector if seat else "",
        row=seat.row if seat else "",
        number=seat.number if seat else "",
        price=Price(
            nominal=line.nominal,
            price=line.price,
            service_fee=line.service_fee,
            edition=found.sale_edition,
            decided_by=price.decided_by if price else (),
        ),
        delivery_fee=line.delivery_fee,
        ticket_id=ticket_row.id if ticket_row else None,
    )
