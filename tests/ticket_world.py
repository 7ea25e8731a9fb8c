"""Builders of the ticket office: a house, a performance with places, buyers, orders."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection

from oferta.core.parties import actions as parties
from oferta.core.parties.types import NewCustomer
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7
from oferta.services.tickets import offering, paying, reserving
from oferta.services.tickets.kinds import PhoneCode
from oferta.services.tickets.models import (
    Hall,
    Operator,
    Organiser,
    Performance,
    PriceCategory,
    Venue,
)
from oferta.services.tickets.offering import NewCategory, NewPerformance
from oferta.services.tickets.types import Basket, Buyer, OrderBrief, Pay, Wanted

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
#: 1,000 roubles.
NOMINAL = 100_000


@dataclass(frozen=True)
class Show:
    """A performance on sale with two categories, either of which may be empty."""

    performance: Performance
    general: PriceCategory | None
    seats: PriceCategory | None

    @property
    def id(self) -> UUID:
        return self.performance.id


def a_show(  # noqa: PLR0913 - each has a default
    *,
    general: int = 0,
    rows: int = 0,
    per_row: int = 10,
    operator: str = "kassir",
    starts_at: datetime = NOW + timedelta(days=30),
    hold_minutes: int = 15,
    per_order_max: int = 10,
    reentry: bool = False,
    time_zone: str = "Europe/Moscow",
    phone_code: PhoneCode = PhoneCode.NONE,
) -> Show:
    """Put a performance on sale: `general` places of general admission, `rows` of seats."""
    name = uuid4().hex[:8]
    Operator.objects.get_or_create(
        key=operator, defaults={"name": operator.title(), "legal_name": f"{operator.title()} LLC"}
    )
    organiser = Organiser.objects.create(key=f"organiser-{name}", name="Philharmonia")
    venue = offering.make_venue(
        Venue(key=f"house-{name}", name="House", city="Moscow", time_zone=time_zone)
    )
    hall = Hall.objects.create(venue=venue, name="Great hall")
    if rows:
        offering.make_seats(hall, rows=rows, per_row=per_row)
    performance = offering.make_performance(
        NewPerformance(
            key=f"show-{name}",
            operator=operator,
            organiser=organiser.key,
            hall_id=hall.id,
            titles={"ru": "Вечер Рахманинова", "en": "An evening of Rachmaninoff"},
            starts_at=starts_at,
            sale_starts_at=NOW - timedelta(days=30),
            hold_minutes=hold_minutes,
            per_order_max=per_order_max,
            reentry=reentry,
            phone_code=phone_code,
        ),
        now=NOW,
    )
    standing = seats = None
    if general:
        new = NewCategory(name="Standing", nominal=NOMINAL, count=general)
        standing = offering.add_category(performance.id, new)
    if rows:
        seats = offering.add_category(performance.id, NewCategory(name="Stalls", nominal=NOMINAL))
    offering.open_sale(performance.id, source="the organiser's letter", now=NOW)
    performance.refresh_from_db()
    return Show(performance, standing, seats)


def a_buyer(language: Language = "en") -> Buyer:
    """Register a customer who buys."""
    key = f"buyer-{uuid4().hex[:8]}"
    new = NewCustomer(key=key, name="B. Buyer", language=language, contacts={})
    party_id = parties.register_customers([new], now=NOW)[key]
    return Buyer(name="B. Buyer", email=f"{key}@example.test", party_id=party_id)


def a_stranger() -> Buyer:
    """Return a buyer without a login."""
    return Buyer(name="S. Stranger", email="stranger@example.test")


def a_basket(
    show: Show,
    *wanted: Wanted,
    buyer: Buyer | None = None,
    id: UUID | None = None,  # noqa: A002 - it is the order's
    **rest: object,
) -> Basket:
    """Return a basket: one place of any category unless it says otherwise."""
    category = show.general or show.seats
    assert category is not None
    return Basket(
        id=id or uuid7(),
        performance_id=show.id,
        wanted=wanted or (Wanted(category_id=category.id),),
        buyer=buyer or a_stranger(),
        **rest,  # type: ignore[arg-type]
    )


def reserved(show: Show, *wanted: Wanted, now: datetime = NOW, **rest: object) -> OrderBrief:
    """Reserve."""
    return reserving.reserve(a_basket(show, *wanted, **rest), now=now)  # type: ignore[arg-type]


def bought(show: Show, *wanted: Wanted, now: datetime = NOW, **rest: object) -> OrderBrief:
    """Reserve and pay by card."""
    order = reserved(show, *wanted, now=now, **rest)
    return paying.pay(order.id, [Pay(means="card")], now=now)


def together(works: Sequence[Callable[[], object]]) -> list[object]:
    """Run all at once, each on a connection of its own; the first error is raised here."""
    errors: list[BaseException] = []
    answers: list[object] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            gate.wait()
            answers[place] = work()
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return answers


def tickets_of(orders: Iterable[OrderBrief]) -> list[UUID]:
    """Return the ids of the tickets of orders."""
    return [one.ticket_id for order in orders for one in order.lines if one.ticket_id]
