"""Reserving places, letting a reservation go, and what becomes of one whose time is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from psycopg import errors as pg

from oferta.core.parties import blocks
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.services.tickets import places, pricing, queries, quotas, rules
from oferta.services.tickets.errors import (
    BadBasket,
    BadPromo,
    NotOnSale,
    OrderClosed,
    OrderReused,
    PlaceTaken,
    QuotaExhausted,
    SoldOut,
    UnknownOrder,
    UnknownPerformance,
)
from oferta.services.tickets.models import (
    Order,
    OrderLine,
    Performance,
    PriceCategory,
    PromoCode,
    Quota,
)
from oferta.services.tickets.places import Claimed
from oferta.services.tickets.types import (
    Basket,
    Carrier,
    Delivery,
    OrderBrief,
    OrderStatus,
    Price,
    Stage,
    Wanted,
)

#: Orders whose time is over, tidied up at a time.
LAPSED_AT_A_TIME = 500
_ORDER_ONCE = "tickets_order_pkey"


@dataclass(slots=True)
class _Draft:
    """What of a basket has been looked up."""

    basket: Basket
    performance: Performance
    categories: dict[int, PriceCategory]
    promo: PromoCode | None
    now: datetime

    @property
    def until(self) -> datetime:
        return self.now + timedelta(minutes=self.performance.hold_minutes)

    def quotas_of(self, category_id: int) -> list[int]:
        """Return the quotas of which a ticket of a category takes one."""
        both = (self.categories[category_id].quota_id, self.promo.quota_id if self.promo else None)
        return sorted({one for one in both if one is not None})


def reserve(basket: Basket, *, now: datetime) -> OrderBrief:
    """Hold places for a buyer until the hold is over; asked again, answer the same.

    Whatever else happens at once, a place is held for one order only. Nothing is charged. The
    answer says what each ticket costs and which clauses say so, and under which refund terms it is
    sold: those are the buyer's from now on.

    Raises:
        UnknownPerformance: there is none.
        NotOnSale: not now.
        BadBasket, BadPromo: it asks for something that cannot be.
        SoldOut, PlaceTaken, QuotaExhausted: others were first. Nothing is held.
        OrderReused: the id names another order.
        Blocked: the customer may not act.
    """
    try:
        return _reserve(basket, zoned(now))
    except IntegrityError as error:
        cause = error.__cause__
        if not isinstance(cause, pg.UniqueViolation) or cause.diag.constraint_name != _ORDER_ONCE:
            raise
        # The same order was asked twice at once, and the other one came through.
        return _reserve(basket, zoned(now))


@transaction.atomic
def abandon(order_id: UUID) -> None:
    """Let a reservation go before it is paid; places and quotas are free at once.

    Raises:
        UnknownOrder: there is none.
        OrderClosed: it is paid, or over.
    """
    order = locked(order_id)
    if order.status == OrderStatus.ABANDONED:
        return
    if order.status != OrderStatus.RESERVED:
        raise OrderClosed(order=order.code, status=order.status)
    _end([order], OrderStatus.ABANDONED)


def lapse(*, now: datetime, performance_id: UUID | None = None) -> int:
    """Note that reservations are over and give back what they took of quotas; return how many.

    Their places were free to others from that moment anyway. One that is being paid for now is left
    alone.
    """
    done = 0
    while True:
        with transaction.atomic():
            late = Order.objects.select_for_update(skip_locked=True).filter(
                Q(performance_id=performance_id) if performance_id else Q(),
                status=OrderStatus.RESERVED,
                hold_until__lte=zoned(now),
            )
            found = list(late.order_by("hold_until")[:LAPSED_AT_A_TIME])
            if not found:
                return done
            _end(found, OrderStatus.LAPSED)
        done += len(found)


def lose(order: Order) -> None:
    """Note that an order that should be confirmed has lost a place to another buyer."""
    _end([order], OrderStatus.LAPSED)


def locked(order_id: UUID) -> Order:
    """Return an order that nobody else changes until the caller commits.

    Raises:
        UnknownOrder: there is none.
    """
    rows = Order.objects.select_for_update(of=("self",)).select_related(
        "performance__organiser", "promo"
    )
    found = rows.filter(id=order_id).first()
    if found is None:
        raise UnknownOrder(order=str(order_id))
    return found


@transaction.atomic
def _reserve(basket: Basket, now: datetime) -> OrderBrief:
    known = Order.objects.filter(id=basket.id).first()
    if known is not None:
        if known.asked != _digest(basket):
            raise OrderReused(order=str(basket.id))
        return queries.brief(known)
    draft = _looked_up(basket, now)
    if basket.buyer.party_id is not None:
        blocks.ensure_may_act(basket.buyer.party_id)
    _take_quotas(draft)
    claimed = [place for wanted in basket.wanted for place in _claim(draft, wanted)]
    return _stored(draft, claimed)


def _end(orders: Sequence[Order], status: OrderStatus) -> None:
    ids = [one.id for one in orders]
    used = OrderLine.objects.filter(order_id__in=ids).values_list("quotas", flat=True)
    quotas.give_back(used)
    places.free(ids)
    Order.objects.filter(id__in=ids).update(status=status)
    for one in orders:
        one.status = status


def _looked_up(basket: Basket, now: datetime) -> _Draft:
    performance = (
        Performance.objects.select_related("organiser", "hall__venue")
        .filter(id=basket.performance_id)
        .first()
    )
    if performance is None:
        raise UnknownPerformance(performance=str(basket.performance_id))
    on_time = performance.sale_starts_at <= now < performance.sale_ends_at
    if performance.stage != Stage.ON_SALE or not on_time:
        raise NotOnSale(performance=performance.key, stage=performance.stage)
    wanted = {one.category_id for one in basket.wanted}
    categories = {one.id: one for one in performance.categories.filter(id__in=wanted)}
    _check(basket, performance, categories)
    promo = _promo(performance, basket.promo, now) if basket.promo else None
    return _Draft(basket, performance, categories, promo, now)


def _check(basket: Basket, performance: Performance, categories: dict[int, PriceCategory]) -> None:
    count = sum(one.number for one in basket.wanted)
    if any(one.number < 1 for one in basket.wanted) or not (
        1 <= count <= performance.per_order_max
    ):
        raise BadBasket(
            field="wanted", given=str(count), expected=f"1 to {performance.per_order_max} tickets"
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


def _promo(performance: Performance, code: str, now: datetime) -> PromoCode:
    found = performance.promos.filter(code=code.strip().upper()).first()
    if found is None or not found.starts_at <= now < found.ends_at:
        raise BadPromo(promo=code)
    return found


def _take_quotas(draft: _Draft) -> None:
    wanted: Counter[int] = Counter()
    for one in draft.basket.wanted:
        for quota in draft.quotas_of(one.category_id):
            wanted[quota] += one.number
    if not wanted:
        return
    with transaction.atomic():
        if quotas.take(wanted) is None:
            return
        transaction.set_rollback(True)
    # Some of what is used may belong to reservations that are over.
    lapse(now=draft.now, performance_id=draft.performance.id)
    lacking = quotas.take(wanted)
    if lacking is not None:
        raise QuotaExhausted(quota=Quota.objects.get(id=lacking).name)


def _claim(draft: _Draft, wanted: Wanted) -> list[Claimed]:
    order_id, until = draft.basket.id, draft.until
    category = draft.categories[wanted.category_id]
    if wanted.places:
        chosen = places.claim_chosen(
            order_id, category.id, wanted.places, until=until, now=draft.now
        )
        lacking = set(wanted.places) - {one.id for one in chosen}
        if lacking:
            raise PlaceTaken(places=sorted(lacking))
        return chosen
    found = places.claim_any(order_id, category.id, wanted.count, until=until, now=draft.now)
    if len(found) < wanted.count:
        raise SoldOut(category=category.name, wanted=wanted.count)
    return found


def _stored(draft: _Draft, claimed: list[Claimed]) -> OrderBrief:
    basket, performance = draft.basket, draft.performance
    prices = {
        one.id: pricing.price_of(
            performance, one.nominal, draft.promo, channel=basket.channel, at=draft.now
        )
        for one in draft.categories.values()
    }
    delivery = pricing.delivery_fee(performance, basket.delivery, draft.now)
    lines = _lines(draft, claimed, prices, delivery)
    kept = pricing.refund_terms(performance, draft.now)
    face, fees = sum(one.price for one in lines), sum(one.service_fee for one in lines)
    order = Order(
        id=basket.id,
        code=rules.new_code(),
        asked=_digest(basket),
        performance=performance,
        operator_id=performance.operator_id,
        party_id=basket.buyer.party_id,
        payer_name=basket.buyer.name,
        payer_email=basket.buyer.email,
        payer_phone=basket.buyer.phone,
        status=OrderStatus.RESERVED,
        channel=basket.channel,
        carrier=basket.carrier,
        delivery=basket.delivery,
        promo=draft.promo,
        currency=performance.currency,
        face=face,
        service_fee=fees,
        delivery_fee=delivery,
        total=face + fees + delivery,
        ordered_at=draft.now,
        hold_until=draft.until,
        sale_pack=performance.sale_pack,
        sale_edition=next(iter(prices.values())).edition,
        refund_pack=kept.pack,
        refund_edition=kept.edition,
        refund_digest=kept.digest,
    )
    order.save(force_insert=True)
    OrderLine.objects.bulk_create(lines)
    return queries.brief(order, prices=prices)


def _lines(
    draft: _Draft, claimed: list[Claimed], prices: dict[int, Price], delivery: int
) -> list[OrderLine]:
    shares = rules.shared_out(delivery, len(claimed))
    return [
        OrderLine(
            id=uuid7(),
            order_id=draft.basket.id,
            place_id=place.id,
            category_id=place.category_id,
            nominal=prices[place.category_id].nominal,
            price=prices[place.category_id].price,
            service_fee=prices[place.category_id].service_fee,
            delivery_fee=share,
            quotas=draft.quotas_of(place.category_id),
        )
        for place, share in zip(claimed, shares, strict=True)
    ]


def _digest(basket: Basket) -> str:
    return sha256(repr(basket).encode()).hexdigest()
