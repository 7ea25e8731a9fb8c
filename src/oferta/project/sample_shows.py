"""Sample performances, and tickets that the sample customers have bought for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from oferta.core.parties import queries as parties
from oferta.project.config import Config
from oferta.services.tickets import catalogue, paying, queries, reserving
from oferta.services.tickets.models import Performance
from oferta.services.tickets.refunding import cancelling
from oferta.services.tickets.types import Basket, Buyer, Pay, Stage, Wanted

FILE = "tickets-shows.yaml"
#: What customers bought; the one that is cancelled at the end: then all was done before.
OPERA, SALON, CANCELLED = "sample-abai", "sample-salon", "sample-open-air"
_DAY = re.compile(r"DAY([+-][0-9]+)")
_NAMES = UUID("0199f2a4-0000-7000-8000-000000000000")


def load(config: Config, customers: Sequence[UUID], *, now: datetime) -> str:
    """Offer the sample performances, sell some tickets, cancel one; "" if it was done before."""
    file = config.samples / FILE
    done = Performance.objects.filter(key=CANCELLED, stage=Stage.CANCELLED)
    if not file.exists() or done.exists():
        return ""
    made = catalogue.offer(_dated(file, config.data, now), now=now)
    for customer in customers:
        _buy(OPERA, customer, 2, now)
        _buy(CANCELLED, customer, 1, now)
    if customers:
        _buy(SALON, customers[0], 2, now)
    called_off = queries.performance_called(CANCELLED)
    cancelling.cancel(called_off.id, source="the organiser's letter", now=now)
    return f"Put {len(made.new)} sample performances on sale: /tickets/"


def _dated(file: Path, folder: Path, now: datetime) -> Path:
    """Write the catalogue with days counted from today, and return where."""
    today = now.astimezone(ZoneInfo("Asia/Omsk")).date()
    text = file.read_text(encoding="utf-8")
    written = _DAY.sub(lambda found: str(today + timedelta(days=int(found[1]))), text)
    dated = folder / FILE
    dated.write_text(written, encoding="utf-8")
    return dated


def _buy(key: str, customer: UUID, count: int, now: datetime) -> None:
    """Buy the best places that are left of the first category; bought once for each customer."""
    performance = queries.performance_called(key)
    category = performance.categories.order_by("id")[0]
    who = parties.customer(customer)
    buyer = Buyer(
        name=who.name or who.key,
        email=f"{customer}@example.com",
        party_id=customer,
        language=who.language,
    )
    basket = Basket(
        id=uuid5(_NAMES, f"{key} {customer}"),
        performance_id=performance.id,
        wanted=(Wanted(category_id=category.id, count=count),),
        buyer=buyer,
    )
    order = reserving.reserve(basket, now=now)
    paying.pay(order.id, [Pay(means="card")], now=now)
