"""Whether a basket can be at all: so few places, each once, of this performance, for somebody."""

from __future__ import annotations

from collections.abc import Mapping

from oferta.services.tickets.errors import BadBasket
from oferta.services.tickets.offers import Category, Offer
from oferta.services.tickets.types import Basket, Carrier, Delivery


def check(basket: Basket, offer: Offer, categories: Mapping[int, Category]) -> None:
    """Refuse a basket that asks for something that cannot be.

    Raises:
        BadBasket: it does.
    """
    count = sum(one.number for one in basket.wanted)
    few = 1 <= count <= offer.per_order_max
    if any(one.number < 1 for one in basket.wanted) or not few:
        raise BadBasket(
            field="wanted", given=str(count), expected=f"1 to {offer.per_order_max} tickets"
        )
    for one in basket.wanted:
        if one.category_id not in categories:
            raise BadBasket(
                field="category_id", given=str(one.category_id), expected="a category of this one"
            )
        if len(set(one.places)) != len(one.places):
            raise BadBasket(field="places", given=str(one.places), expected="each place once")
    if len({one.category_id for one in basket.wanted}) != len(basket.wanted):
        raise BadBasket(field="wanted", given="a category twice", expected="each category once")
    if (basket.carrier == Carrier.ELECTRONIC) != (basket.delivery == Delivery.NONE):
        raise BadBasket(
            field="delivery", given=basket.delivery, expected="none for electronic tickets only"
        )
    buyer = basket.buyer
    if not buyer.name.strip() or not (buyer.party_id or buyer.email or buyer.phone):
        raise BadBasket(field="buyer", given=buyer.name, expected="a name, and an e-mail or phone")
