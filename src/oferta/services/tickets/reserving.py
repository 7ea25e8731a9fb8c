"""Reserving places, letting a reservation go, and what becomes of one whose time is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from psycopg import errors as pg

from oferta.core.parties import actions as parties
from oferta.core.parties import blocks
from oferta.core.parties.types import NewCustomer
from oferta.kernel.clock import zoned
from oferta.kernel.errors import OfertaError
from oferta.kernel.ids import uuid7
from oferta.services.tickets import (
    baskets,
    guest_holds,
    offers,
    places,
    pricing,
    queries,
    quotas,
    records,
    rules,
)
from oferta.services.tickets.delivering import planning
from oferta.services.tickets.errors import (
    BadPromo,
    NotOnSale,
    OrderClosed,
    OrderReused,
    PlaceTaken,
    QuotaExhausted,
    SoldOut,
    UnknownOrder,
)
from oferta.services.tickets.models import Order, OrderLine, Quota
from oferta.services.tickets.offers import Category, Offer, Promo
from oferta.services.tickets.places import Claimed
from oferta.services.tickets.records import Line, Record, Sold
from oferta.services.tickets.types import (
    Basket,
    Buyer,
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
    offer: Offer
    categories: dict[int, Category]
    promo: Promo | None
    party_id: UUID
    now: datetime

    @property
    def until(self) -> datetime:
        return self.now + timedelta(minutes=self.offer.hold_minutes)

    def quotas_of(self, category_id: int) -> list[int]:
        """Return the quotas of which a ticket of a category takes one."""
        both = (self.categories[category_id].quota_id, self.promo.quota_id if self.promo else None)
        return sorted({one for one in both if one is not None})


def reserve(basket: Basket, *, now: datetime, guest_from: str | None = None) -> OrderBrief:
    """Hold places for a buyer until the hold is over; asked again, answer the same.

    Whatever else happens at once, a place is held for one order only. Nothing is charged. The
    answer says what each ticket costs and which clauses say so, and under which refund terms it is
    sold: those are the buyer's from now on.

    With `guest_from`, the network's address of who is not signed in ("": it cannot be told), they
    hold no more than guests may.

    Raises:
        UnknownPerformance: there is none.
        NotOnSale: not now.
        BadBasket, BadPromo: it asks for something that cannot be.
        DeliveryNotOffered, BadAddress: its forms cannot be delivered so.
        SoldOut, PlaceTaken, QuotaExhausted: others were first. Nothing is held.
        OrderReused: the id names another order.
        TooManyHeld: guests may hold no more.
        Blocked: the customer may not act.
    """
    try:
        return _reserve(basket, zoned(now), guest_from)
    except (IntegrityError, OfertaError) as error:
        # It was asked before, or at once with this: then the first answer is the answer.
        known = _repeated(basket) if _may_repeat(error) else None
        if known is None:
            raise
        return known


@transaction.atomic
def reserve_offered(
    basket: Basket, *, holder: UUID | None, until: datetime, now: datetime
) -> OrderBrief:
    """Hold a place for a customer who waits for one, until a moment.

    Args:
        basket: names the one place that another gives up, or one category of which a place is free.
        holder: the order that has the place; its ticket has the quotas too. None: it is free, and
            goes to who waits before it is on open sale.
        until: when the offer ends.
        now: zoned.

    Raises:
        PlaceTaken, SoldOut, QuotaExhausted: it is no longer to be had.
        UnknownPerformance, NotOnSale, BadBasket, Blocked: as of `reserve`.
    """
    draft = _looked_up(basket, zoned(now))
    draft.offer = replace(draft.offer, hold_minutes=(until - now) // timedelta(minutes=1))
    (wanted,) = basket.wanted
    if holder is None:
        _take_quotas(draft)
        claimed = places.claim_first(
            basket.id, wanted.category_id, until=draft.until, now=draft.now
        )
        if not claimed:
            raise SoldOut(category=draft.categories[wanted.category_id].name, wanted=1)
        return _stored(draft, claimed)
    draft.categories = {key: replace(one, quota_id=None) for key, one in draft.categories.items()}
    claimed = places.pass_on(basket.id, wanted.places[0], holder=holder)
    if not claimed:
        raise PlaceTaken(places=list(wanted.places))
    return _stored(draft, claimed)


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
    _end([order.id], OrderStatus.ABANDONED)


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
            _end([one.id for one in found], OrderStatus.LAPSED)
        done += len(found)


def lose(order_id: UUID) -> None:
    """Note that an order that should be confirmed has lost a place to another buyer."""
    _end([order_id], OrderStatus.LAPSED)


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
def _reserve(basket: Basket, now: datetime, guest_from: str | None) -> OrderBrief:
    draft = _looked_up(basket, now)
    limited = guest_from is not None and basket.buyer.party_id is None
    if limited:
        guest_holds.ensure(draft.party_id, guest_from or "", basket.wanted, now=now)
    _take_quotas(draft)
    claimed = [place for wanted in basket.wanted for place in _claim(draft, wanted)]
    made = _stored(draft, claimed)
    if limited:
        guest_holds.note(made.id, guest_from or "", len(claimed), until=draft.until)
    return made


def _repeated(basket: Basket) -> OrderBrief | None:
    """Return the answer to an order that was asked before."""
    known = Order.objects.filter(id=basket.id).first()
    if known is None:
        return None
    if known.asked != _digest(basket):
        raise OrderReused(order=str(basket.id))
    return queries.brief(known)


def _end(ids: Sequence[UUID], status: OrderStatus) -> None:
    used = OrderLine.objects.filter(order_id__in=ids).values_list("quotas", flat=True)
    quotas.give_back(used)
    places.free(ids)
    planning.forget(ids)
    Order.objects.filter(id__in=ids).update(status=status)


def _may_repeat(error: Exception) -> bool:
    cause = error.__cause__
    if isinstance(cause, pg.UniqueViolation):
        return cause.diag.constraint_name == _ORDER_ONCE
    return isinstance(error, OfertaError)


def _looked_up(basket: Basket, now: datetime) -> _Draft:
    code = basket.promo.strip().upper()
    offer, categories, promo = offers.read(
        basket.performance_id, {one.category_id for one in basket.wanted}, code, now=now
    )
    on_time = offer.sale_starts_at <= now < offer.sale_ends_at
    if offer.stage != Stage.ON_SALE or not on_time:
        raise NotOnSale(performance=offer.key, stage=offer.stage)
    baskets.check(basket, offer, categories)
    if code and (promo is None or not promo.valid):
        raise BadPromo(promo=basket.promo)
    return _Draft(basket, offer, categories, promo, party_of(basket.buyer, now), now)


def party_of(buyer: Buyer, now: datetime) -> UUID:
    """Return the customer who buys; one without a login is kept by their contacts.

    Raises:
        UnknownCustomer, Blocked: they may not.
    """
    if buyer.party_id is not None:
        blocks.ensure_may_act(buyer.party_id)
        return buyer.party_id
    contacts = {"email": buyer.email.strip(), "sms": buyer.phone.strip()}
    told = {channel: address for channel, address in contacts.items() if address}
    key = f"tickets/{sha256(repr(sorted(told.items())).encode()).hexdigest()[:32]}"
    new = NewCustomer(key=key, name=buyer.name, language=buyer.language, contacts=told)
    return parties.register_customers([new], now=now)[key]


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
    lapse(now=draft.now, performance_id=draft.offer.id)
    lacking = quotas.take(wanted)
    if lacking is not None:
        raise QuotaExhausted(quota=Quota.objects.get(id=lacking).name)


def _claim(draft: _Draft, wanted: Wanted) -> list[Claimed]:
    order_id, until = draft.basket.id, draft.until
    category = draft.categories[wanted.category_id]
    if wanted.places:
        chosen = places.claim_chosen(
            order_id,
            category.id,
            wanted.places,
            until=until,
            now=draft.now,
            waited=category.waited,
        )
        lacking = set(wanted.places) - {one.id for one in chosen}
        if lacking:
            raise PlaceTaken(places=sorted(lacking))
        return chosen
    found = places.claim_any(
        order_id,
        category.id,
        wanted.count,
        until=until,
        now=draft.now,
        waited=category.waited,
    )
    if len(found) < wanted.count:
        raise SoldOut(category=category.name, wanted=wanted.count)
    return found


def _stored(draft: _Draft, claimed: list[Claimed]) -> OrderBrief:
    basket, offer = draft.basket, draft.offer
    percent = draft.promo.percent if draft.promo else 0
    prices = {
        one.id: pricing.price_of(offer, one.nominal, percent, channel=basket.channel, at=draft.now)
        for one in draft.categories.values()
    }
    plan = planning.planned(basket, now=draft.now)
    announced = plan.way.fee if plan and plan.way else None
    delivery = pricing.delivery_fee(
        offer.sale_pack, basket.delivery, announced=announced, at=draft.now
    )
    lines = _lines(draft, claimed, prices, delivery)
    kept = pricing.refund_terms(offer.refund_pack, offer.time_zone, draft.now)
    face, fees = sum(one.price for one in lines), sum(one.service_fee for one in lines)
    record = Record(
        id=basket.id,
        code=rules.new_code(),
        asked=_digest(basket),
        party_id=draft.party_id,
        payer_name=basket.buyer.name,
        payer_email=basket.buyer.email,
        payer_phone=basket.buyer.phone,
        status=OrderStatus.RESERVED,
        channel=basket.channel,
        carrier=basket.carrier,
        delivery=basket.delivery,
        promo_id=draft.promo.id if draft.promo else None,
        face=face,
        service_fee=fees,
        delivery_fee=delivery,
        total=face + fees + delivery,
        ordered_at=draft.now,
        hold_until=draft.until,
        sale_edition=next(iter(prices.values())).edition,
        refund_edition=kept.edition,
        refund_digest=kept.digest,
    )
    sold = Sold(record, offer, lines, percent)
    records.insert(sold)
    if plan is not None:
        planning.write(basket.id, plan, now=draft.now)
    return records.brief(sold, status=OrderStatus.RESERVED, prices=prices)


def _lines(
    draft: _Draft, claimed: list[Claimed], prices: Mapping[int, Price], delivery: int
) -> list[Line]:
    shares = rules.shared_out(delivery, len(claimed))
    return [
        Line(
            id=uuid7(),
            place_id=place.id,
            category_id=place.category_id,
            category=draft.categories[place.category_id].name,
            sector=place.sector,
            row=place.row,
            number=place.number,
            nominal=prices[place.category_id].nominal,
            price=prices[place.category_id].price,
            service_fee=prices[place.category_id].service_fee,
            delivery_fee=share,
            quotas=tuple(draft.quotas_of(place.category_id)),
        )
        for place, share in zip(claimed, shares, strict=True)
    ]


def _digest(basket: Basket) -> str:
    return sha256(repr(basket).encode()).hexdigest()
