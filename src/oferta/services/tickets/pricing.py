"""What the terms say about prices: asked before the buyer pays, decided when they do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from oferta.core.parties import agreements
from oferta.core.terms import shelf
from oferta.services.tickets import rules
from oferta.services.tickets.models import Order, Performance, PromoCode
from oferta.services.tickets.types import Delivery, Price, TermsKept


def price_of(
    performance: Performance,
    nominal: int,
    promo: PromoCode | None,
    *,
    channel: str,
    at: datetime,
) -> Price:
    """Return what a ticket of a nominal price costs, by the terms in force at a moment.

    Args:
        performance: with its operator's and organiser's own facts.
        nominal: minor units.
        promo: what lowers it.
        channel: where it is bought.
        at: of the order.

    Raises:
        TermsError: the terms do not know something, or give no answer.
    """
    facts = price_facts(performance, nominal, promo, channel=channel, at=at)
    decided = shelf.terms().decide(performance.sale_pack, rules.TICKET_PRICE, facts)
    return Price(
        nominal=nominal,
        price=int(decided.outcome["price"] or 0),
        service_fee=int(decided.outcome["service_fee"] or 0),
        edition=decided.edition,
        decided_by=decided.decided_by,
    )


def price_facts(
    performance: Performance,
    nominal: int,
    promo: PromoCode | None,
    *,
    channel: str,
    at: datetime,
) -> Mapping[str, Any]:
    """Return the facts of the price of a ticket; arguments as of `price_of`."""
    return {
        "operator": performance.operator_id,
        "ordered_at": at,
        "ticket_nominal": rules.money(nominal, performance.currency),
        "promo_percent": percent_text(promo.percent if promo else 0),
        "channel": channel,
        "private_organiser": performance.organiser.private,
    }


def delivery_fee(performance: Performance, delivery: str, at: datetime) -> int:
    """Return what delivery of an order costs, in minor units; errors as of `price_of`."""
    if delivery == Delivery.NONE:
        return 0
    facts = {"ordered_at": at, "delivery": delivery}
    decided = shelf.terms().decide(performance.sale_pack, rules.DELIVERY_FEE, facts)
    return int(decided.outcome["fee"] or 0)


def refund_terms(performance: Performance, at: datetime) -> TermsKept:
    """Return the refund terms that a buyer sees before paying, and keeps.

    Raises:
        UnknownPack, NotInForce: the performance cannot be sold under them.
    """
    local = at.astimezone(ZoneInfo(performance.hall.venue.time_zone))
    found = shelf.terms().edition(performance.refund_pack, agreements.coded_day(local))
    return TermsKept(pack=performance.refund_pack, edition=found.id, digest=found.digest)


def kept_by(order: Order) -> TermsKept:
    """Return the refund terms that an order was sold under."""
    return TermsKept(
        pack=order.refund_pack, edition=order.refund_edition, digest=order.refund_digest
    )


def percent_text(ten_thousandths: int) -> str:
    """Write a percent as the terms read it: 250000 is "25%"."""
    whole, rest = divmod(ten_thousandths, 10_000)
    return f"{whole}.{rest:04}%" if rest else f"{whole}%"
