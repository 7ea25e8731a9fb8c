"""The sale itself: a Decision for each ticket, the ledger's lines, the tickets, in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Answer, Event, Status
from oferta.kernel.ids import uuid7
from oferta.services.tickets import accounts, places, pricing, rules
from oferta.services.tickets.errors import SaleRefused
from oferta.services.tickets.models import Order, OrderLine, Payment, Ticket
from oferta.services.tickets.types import Delivery, OrderStatus

PLAN = "tickets.sale"


def sell(
    order: Order, lines: Sequence[OrderLine], payments: Sequence[Payment], *, now: datetime
) -> None:
    """Book an order as sold and issue its tickets, in the caller's database transaction.

    The terms decide each ticket's price again, as of the order: what the buyer was told is what is
    booked, or nothing is.

    Raises:
        SaleRefused: the ledger refused, or the terms say another price than the buyer was told.
    """
    asked = _asked(order, lines, payments)
    answers = decisions.decide_many(asked, now=now)
    for line, answer in zip(lines, answers, strict=True):
        line.decision_id = _agreed(order, line, answer)
    OrderLine.objects.bulk_update(lines, ["decision_id"])
    Ticket.objects.bulk_create([_ticket(order, line, now) for line in lines])
    order.status, order.paid_at = OrderStatus.PAID, now
    order.save(update_fields=["status", "paid_at"])
    places.count_sold(Counter(line.category_id for line in lines))


def title_of(titles: dict[str, str]) -> str:
    """Return the title of a performance where a reader's language is not known."""
    return titles.get("ru") or next(iter(titles.values()))


def _asked(order: Order, lines: Sequence[OrderLine], payments: Sequence[Payment]) -> list[Event]:
    means_accounts = accounts.of_means({one.means for one in payments}, order.currency)
    shares = [[means_accounts[one.means], one.amount] for one in payments]
    # Delivery is one price for the order: it is decided with the first ticket.
    dues = [line.price + line.service_fee for line in lines]
    dues[0] += order.delivery_fee
    sources = rules.allocated(shares, dues)
    return [
        _occurrence(order, line, source, first=not place)
        for place, (line, source) in enumerate(zip(lines, sources, strict=True))
    ]


def _occurrence(order: Order, line: OrderLine, paid_from: list[list[int]], *, first: bool) -> Event:
    performance = order.performance
    facts: dict[str, Any] = dict(
        pricing.price_facts(
            performance, line.nominal, order.promo, channel=order.channel, at=order.ordered_at
        )
    )
    questions: tuple[str, ...] = (rules.TICKET_PRICE,)
    context: dict[str, Any] = {
        "order": str(order.id),
        "code": order.code,
        "performance": title_of(performance.titles),
        "paid_from": paid_from,
        "face": performance.face_account_id,
        "fees": performance.fee_account_id,
        "delivery": performance.delivery_account_id,
    }
    if first:
        context["tell"] = {
            "code": order.code,
            "performance": title_of(performance.titles),
            "amount": {"minor": order.total, "unit": order.currency},
        }
        if order.delivery != Delivery.NONE:
            questions = (rules.TICKET_PRICE, rules.DELIVERY_FEE)
            facts["delivery"] = order.delivery
    return Event(
        key=f"tickets/sale/{line.id}",
        pack=order.sale_pack,
        questions=questions,
        facts=facts,
        event_at=order.ordered_at,
        plan=PLAN,
        context=context,
        party_id=order.party_id,
    )


def _agreed(order: Order, line: OrderLine, answer: Answer) -> UUID:
    """Return the Decision behind a line, which says what the buyer was told."""
    if answer.error is not None:
        raise answer.error
    decision = answer.decisions[0]
    outcome = decision.outcome or {}
    if answer.status is not Status.DECIDED:
        raise SaleRefused(order=order.code, reason=decision.error)
    if (outcome["price"], outcome["service_fee"]) != (line.price, line.service_fee):
        raise SaleRefused(order=order.code, reason="price")
    return decision.id


def _ticket(order: Order, line: OrderLine, now: datetime) -> Ticket:
    return Ticket(
        id=uuid7(),
        performance_id=order.performance_id,
        order=order,
        line=line,
        place_id=line.place_id,
        carrier=order.carrier,
        holder_id=order.party_id,
        holder_name=line.visitor_name or order.payer_name,
        issued_at=now,
    )
