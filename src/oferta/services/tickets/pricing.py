"""What the terms say about prices: asked before the buyer pays, decided when they do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from oferta.core.parties import agreements
from oferta.core.terms import shelf
from oferta.kernel.money import Money
from oferta.services.tickets import rules
from oferta.services.tickets.offers import Offer
from oferta.services.tickets.types import Delivery, Price, TermsKept


def price_of(
    offer: Offer, nominal: int, promo_percent: int, *, channel: str, at: datetime
) -> Price:
    """Return what a ticket of a nominal price costs, by the terms in force at a moment.

    Args:
        offer: the performance, with its operator's and organiser's own facts.
        nominal: minor units.
        promo_percent: ten-thousandths of a percent by which it is lowered; 0: by nothing.
        channel: where it is bought.
        at: of the order.

    Raises:
        TermsError: the terms do not know something, or give no answer.
    """
    facts = price_facts(offer, nominal, promo_percent, channel=channel, at=at)
    decided = shelf.terms().decide(offer.sale_pack, rules.TICKET_PRICE, facts)
    return Price(
        nominal=nominal,
        price=int(decided.outcome["price"] or 0),
        service_fee=int(decided.outcome["service_fee"] or 0),
        edition=decided.edition,
        decided_by=decided.decided_by,
    )


def price_facts(
    offer: Offer, nominal: int, promo_percent: int, *, channel: str, at: datetime
) -> Mapping[str, Any]:
    """Return the facts of the price of a ticket; arguments as of `price_of`."""
    return {
        "operator": offer.operator,
        "ordered_at": at,
        "ticket_nominal": rules.money(nominal, offer.currency),
        "promo_percent": percent_text(promo_percent),
        "channel": channel,
        "private_organiser": offer.private,
    }


def delivery_fee(sale_pack: str, delivery: str, *, announced: Money | None, at: datetime) -> int:
    """Return what delivery of an order costs, in minor units; errors as of `price_of`.

    Args:
        sale_pack: the terms of sale.
        delivery: a value of `Delivery`.
        announced: what the operator announced for this way; None: nothing.
        at: of the order.
    """
    if delivery == Delivery.NONE:
        return 0
    facts = {"ordered_at": at, **delivery_facts(delivery, announced)}
    decided = shelf.terms().decide(sale_pack, rules.DELIVERY_FEE, facts)
    return int(decided.outcome["fee"] or 0)


def delivery_facts(delivery: str, announced: Money | None) -> Mapping[str, Any]:
    """Return the facts of the fee of delivery beside the time of the order; as `delivery_fee`."""
    return {"delivery": delivery, "delivery_announced": str(announced) if announced else None}


def refund_terms(pack: str, time_zone: str, at: datetime) -> TermsKept:
    """Return the refund terms that a buyer sees before paying, and keeps.

    Raises:
        UnknownPack, NotInForce: nothing can be sold under them.
    """
    day = agreements.coded_day(at.astimezone(ZoneInfo(time_zone)))
    found = shelf.terms().edition(pack, day)
    return TermsKept(pack=pack, edition=found.id, digest=found.digest)


def percent_text(ten_thousandths: int) -> str:
    """Write a percent as the terms read it: 250000 is "25%"."""
    whole, rest = divmod(ten_thousandths, 10_000)
    return f"{whole}.{rest:04}%" if rest else f"{whole}%"
