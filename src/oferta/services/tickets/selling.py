"""The sale itself: a Decision for each ticket, the ledger's lines, the tickets, in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Answer, Event, Status
from oferta.kernel.i18n import LANGUAGES
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import accounts, means, pricing, records, rules
from oferta.services.tickets.delivering import planning
from oferta.services.tickets.errors import SaleRefused
from oferta.services.tickets.models import Payment
from oferta.services.tickets.records import Line, Sold
from oferta.services.tickets.types import Delivery, OrderBrief, OrderStatus

PLAN = "tickets.sale"
#: Ways whose fee the operator announces.
SENT_OUT = (Delivery.COURIER, Delivery.POST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is decided together with a sale, and what to do with the answers."""

    occurrences: Sequence[Event]
    book: Callable[[Sequence[Answer]], None]


def sell(
    sold: Sold,
    payments: Sequence[Payment],
    ends: Mapping[UUID, tuple[str, str]],
    *,
    now: datetime,
    beside: Beside | None = None,
) -> OrderBrief:
    """Book an order as sold and issue its tickets, in the caller's database transaction.

    The terms decide each ticket's price again, as of the order: what the buyer was told is what is
    booked, or nothing is.

    Args:
        sold: the order, locked, with its places sold.
        payments: what pays for it.
        ends: state and reference that each payment gets.
        now: when it is paid.
        beside: what of it concerns others: who gives their place up for it.

    Raises:
        SaleRefused: the ledger refused, or the terms say another price than the buyer was told.
    """
    asked = _asked(sold, payments)
    if beside is not None:
        # In one go: whoever sells beside us locks the same accounts in the same order.
        asked += beside.occurrences
    answers = decisions.decide_many(asked, now=now)
    own = answers[: len(sold.lines)]
    made = [_agreed(sold, line, answer) for line, answer in zip(sold.lines, own, strict=True)]
    if beside is not None:
        beside.book(answers[len(own) :])
    tickets = [uuid7() for _ in sold.lines]
    records.finish(sold, decisions=made, tickets=tickets, payments=ends, now=now)
    return records.brief(sold, status=OrderStatus.PAID, tickets=tickets, paid_at=now)


def title_in_each(titles: Mapping[str, str]) -> dict[str, str]:
    """Return a title by language, for a notice: in the reader's own, or in the nearest there is."""
    general = title_of(titles)
    chinese = titles.get("zh-Hant") or titles.get("zh-Hans") or titles.get("en") or general
    return {
        one: titles.get(one) or (chinese if one.startswith("zh") else general) for one in LANGUAGES
    }


def title_of(titles: Mapping[str, str]) -> str:
    """Return the title of a performance where a reader's language is not known."""
    return titles.get("ru") or next(iter(titles.values()))


def _asked(sold: Sold, payments: Sequence[Payment]) -> list[Event]:
    means_accounts = accounts.of_means({one.means for one in payments}, sold.offer.currency)
    party = sold.record.party_id
    shares = [
        [means.account(one, party) or means_accounts[one.means], one.amount] for one in payments
    ]
    # Delivery is one price for the order: it is decided with the first ticket.
    dues = [line.price + line.service_fee for line in sold.lines]
    dues[0] += sold.record.delivery_fee
    sources = rules.allocated(shares, dues)
    return [
        _occurrence(sold, line, source, first=not place)
        for place, (line, source) in enumerate(zip(sold.lines, sources, strict=True))
    ]


def _occurrence(sold: Sold, line: Line, paid_from: list[list[int]], *, first: bool) -> Event:
    record, offer = sold.record, sold.offer
    facts: dict[str, Any] = dict(
        pricing.price_facts(
            offer, line.nominal, sold.promo_percent, channel=record.channel, at=record.ordered_at
        )
    )
    questions: tuple[str, ...] = (rules.TICKET_PRICE,)
    title = title_of(offer.titles)
    context: dict[str, Any] = {
        "order": str(record.id),
        "code": record.code,
        "performance": title,
        "paid_from": paid_from,
        "face": offer.face,
        "fees": offer.fees,
        "delivery": offer.delivery,
    }
    if first:
        context["tell"] = {
            "code": record.code,
            "performance": title,
            "amount": {"minor": record.total, "unit": offer.currency},
        }
        if record.delivery != Delivery.NONE:
            questions = (rules.TICKET_PRICE, rules.DELIVERY_FEE)
            fee = planning.announced(record.id) if record.delivery in SENT_OUT else None
            announced = None if fee is None else Money(fee, offer.currency)
            facts |= pricing.delivery_facts(record.delivery, announced)
    return Event(
        key=f"tickets/sale/{line.id}",
        pack=offer.sale_pack,
        questions=questions,
        facts=facts,
        event_at=record.ordered_at,
        plan=PLAN,
        context=context,
        party_id=record.party_id,
    )


def _agreed(sold: Sold, line: Line, answer: Answer) -> UUID:
    """Return the Decision behind a line, which says what the buyer was told."""
    if answer.error is not None:
        raise answer.error
    decision = answer.decisions[0]
    outcome = decision.outcome or {}
    if answer.status is not Status.DECIDED:
        raise SaleRefused(order=sold.record.code, reason=decision.error)
    if (outcome["price"], outcome["service_fee"]) != (line.price, line.service_fee):
        raise SaleRefused(order=sold.record.code, reason="price")
    for beside in answer.decisions[1:]:  # the first ticket's tells what delivery costs
        if (beside.outcome or {}).get("fee") != sold.record.delivery_fee:
            raise SaleRefused(order=sold.record.code, reason="delivery")
    return decision.id
