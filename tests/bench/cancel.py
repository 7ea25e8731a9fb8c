"""A cancelled performance of 10,000 orders: refunds, ledger and notices, and a buyer's quote.

The anchor of the cancellation is pretix 2026.8.0: 250 ms an order were measured on two cores like
these, about 42 minutes for 10,000. Ours is one call of the service: every ticket decided by the
terms, its money moved in the ledger, its refund written with a day, and the buyer's notice in the
outbox. The orders were sold through the services too. Nobody has a quote to compare with; its time
is that of reading the order and asking the terms for everything that one screen shows.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import tickets

ORDERS = 10_000
SELLERS = 4
QUOTES = 200
PRETIX_SECONDS_PER_ORDER = 0.25
PROMISED_SECONDS = 5.0
PROMISED_QUOTE_MS = 100.0


def main(rounds: int = 1) -> list[dict[str, Any]]:
    """Return rows for the cancellation, for what does not add up, and for the quote.

    Args:
        rounds: performances to sell out and cancel; selling takes minutes.
    """
    tickets._prepare()
    taken, wrong, quotes = [], 0, []
    for _ in range(rounds):
        show = _sold_out()
        quotes += _quoted(show)
        started = time.monotonic()
        returned = _cancel(show)
        taken.append(time.monotonic() - started)
        wrong += _wrong(show, returned)
    return [_cancelled(taken), _adds_up(wrong), _quick(quotes)]


def _sold_out() -> UUID:
    """Sell every place of a new performance, through the services, by several processes."""
    from ticket_world import a_show

    made = a_show(general=ORDERS)
    if made.general is None:
        message = "a show without places"
        raise RuntimeError(message)
    buyers = tickets._customers(ORDERS)
    tickets._hang_up()
    shares = [(made.id, made.general.id, buyers[seller::SELLERS]) for seller in range(SELLERS)]
    with multiprocessing.get_context("fork").Pool(SELLERS) as pool:
        pool.map(_sell, shares, chunksize=1)
    return made.id


def _sell(share: tuple[UUID, int, list[UUID]]) -> None:
    from oferta.kernel.ids import uuid7
    from oferta.services.tickets import paying, reserving
    from oferta.services.tickets.types import Basket, Buyer, Pay, Wanted
    from ticket_world import NOW

    show, category, buyers = share
    for party_id in buyers:
        basket = Basket(
            id=uuid7(),
            performance_id=show,
            wanted=(Wanted(category_id=category),),
            buyer=Buyer(name="B. Buyer", party_id=party_id),
        )
        order = reserving.reserve(basket, now=NOW)
        paying.pay(order.id, [Pay(means="card")], now=NOW)


def _quoted(show: UUID) -> list[float]:
    """Return how long quotes of orders took, in milliseconds: reading, terms, all of the screen."""
    from oferta.services.tickets.models import Order
    from oferta.services.tickets.refunding import reading
    from oferta.services.tickets.refunding.facts import Claim
    from oferta.services.tickets.refunding.quoting import quote
    from ticket_world import NOW

    asked_at = NOW + timedelta(days=9)
    claim = Claim(reason="own_wish", requested_at=asked_at, decided_at=asked_at)
    ids = list(Order.objects.filter(performance_id=show).values_list("id", flat=True)[:QUOTES])
    taken = []
    for order_id in ids:
        started = time.perf_counter()
        quote(reading.sold_in(order_id), claim, language="ru")
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _cancel(show: UUID) -> int:
    from oferta.services.tickets.refunding import cancelling
    from ticket_world import NOW

    return cancelling.cancel(show, source="the organiser's letter", now=NOW + timedelta(days=10))


def _wrong(show: UUID, returned: int) -> int:
    """Return how many orders lack a refund, or were told another sum; and the book's findings."""
    from django.db import connection

    from oferta.core.ledger import queries as ledger

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM tickets_order AS sold
            LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM tickets_refund
                               WHERE order_id = sold.id) AS refund ON true
            LEFT JOIN LATERAL (SELECT sum((params -> 'amount' ->> 'minor')::bigint) AS amount
                               FROM notices_notice WHERE party_id = sold.party_id
                                 AND kind = 'tickets.cancelled') AS told ON true
            WHERE sold.performance_id = %s AND refund.amount IS DISTINCT FROM told.amount
            """,
            [show],
        )
        (differing,) = cursor.fetchone() or (0,)
    return int(differing) + abs(ORDERS - returned) + len(ledger.verify().findings)


def _cancelled(taken: list[float]) -> dict[str, Any]:
    ours, theirs = statistics.median(taken), ORDERS * PRETIX_SECONDS_PER_ORDER
    return {
        "name": f"cancel a performance of {ORDERS:,} orders",
        "ours": ours,
        "anchor": theirs,
        "unit": "s",
        "ratio": theirs / ours,
        "target": theirs / PROMISED_SECONDS,
        "rounds": [round(one, 2) for one in taken],
    }


def _adds_up(wrong: int) -> dict[str, Any]:
    return {
        "name": "orders without refund, notices of another sum, findings in the book",
        "ours": wrong,
        "unit": "",
        "ratio": 0.0 if wrong else 1.0,
        "target": 1.0,
    }


def _quick(quotes: list[float]) -> dict[str, Any]:
    p95 = statistics.quantiles(quotes, n=20)[-1]
    return {
        "name": "refund quote, p95",
        "ours": p95,
        "unit": "ms",
        "ratio": PROMISED_QUOTE_MS / p95,
        "target": 1.0,
    }
