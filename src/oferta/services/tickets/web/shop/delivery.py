"""How paper forms come to the buyer: the ways on a performance's page, and where they are now.

What comes back of the fee is asked of the terms that a buyer of this moment keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from oferta.core.terms import shelf
from oferta.core.terms.explain import explain
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money
from oferta.services.tickets import listing, pricing
from oferta.services.tickets.delivering import offered, shipping
from oferta.services.tickets.delivering.types import STAGES, DeliveryWay, ShipmentState
from oferta.services.tickets.models import Order, Performance, Shipment
from oferta.services.tickets.refunding import asking
from oferta.services.tickets.types import Delivery, TermsKept
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.parts import Chip

#: The question of the refund terms; a pack without it says nothing of fees alone.
_FEES = "fees"
_CHIPS = {
    ShipmentState.WAITING: Chip("tickets.delivery.state.waiting", "info"),
    ShipmentState.SENT: Chip("tickets.delivery.state.sent", "info"),
    ShipmentState.DELIVERED: Chip("tickets.delivery.state.delivered", "good"),
    ShipmentState.CAME_BACK: Chip("tickets.delivery.state.came_back", "warn"),
}
_WAITS_AT_A_DESK = Chip("tickets.delivery.state.at_desk", "info")


@dataclass(frozen=True, slots=True)
class Back:
    """What of the fee comes back, by which clause."""

    amount: Money
    clause: str
    title: str
    #: `whole`, `nothing`, or `part`.
    share: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way of delivery on the page."""

    way: DeliveryWay
    #: By the terms of sale.
    fee: Money
    #: Until the form is sent, and afterwards; None: the terms do not say it apart.
    before: Back | None
    after: Back | None
    terms: TermsKept


def ways(performance: Performance, language: Language, *, now: datetime) -> Sequence[Way]:
    """Return how the forms of who buys now can come, with what it costs and what comes back.

    Args:
        performance: with its hall and venue read.
        language: of the clauses' titles.
        now: zoned.
    """
    open_ = offered.open_for(performance.id, now=now)
    if not open_:
        return ()
    kept = listing.refund_terms(performance, now=now)
    hour = now.replace(minute=0, second=0, microsecond=0)
    zone = performance.hall.venue.time_zone
    found = []
    for one in open_:
        minor = pricing.delivery_fee(performance.sale_pack, one.kind, announced=one.fee, at=now)
        fee = Money(minor, one.fee.unit)
        before, after = (
            _back(kept, fee, zone, hour, STAGES[state], language)
            for state in (ShipmentState.WAITING, ShipmentState.SENT)
        )
        found.append(Way(one, fee, before, after, kept))
    return found


def common(found: Sequence[Way]) -> Way | None:
    """Return a way whose answer about the fee is that of all, so that it is said once.

    None: they differ, or only a part comes back, and each says its amounts itself.
    """
    paid = [one for one in found if one.fee.minor and one.before and one.after]
    said = {
        (one.before.clause, one.before.share, one.after.clause, one.after.share)
        for one in paid
        if one.before and one.after
    }
    alike = len(said) == 1 and "part" not in next(iter(said))
    return paid[0] if alike else None


def state(order: Order) -> dict[str, Any] | None:
    """Return where the forms of an order are, for its page; None: nothing is brought."""
    row = shipping.of_order(order.id)
    if row is None:
        return None
    return {
        "row": row,
        "kind_key": f"tickets.delivery.kind.{row.kind}",
        "chip": chip(row),
        "address": getattr(row, "address", None),
        "steps": steps(row),
    }


def chip(row: Shipment) -> Chip:
    """Return where forms are, in words."""
    at_desk = row.kind == Delivery.PICKUP and row.state == ShipmentState.WAITING
    return _WAITS_AT_A_DESK if at_desk else _CHIPS[ShipmentState(row.state)]


def steps(row: Shipment) -> list[dict[str, Any]]:
    """Return what became of forms, the first thing first, in words."""
    return [
        {"at": one.at, "key": f"tickets.delivery.step.{one.kind}", "number": one.number}
        for one in sorted(row.steps.all(), key=lambda one: one.at)
    ]


def find(found: Sequence[Way], offer: object) -> Way | None:
    """Return the way that a buyer chose, if it is open."""
    return next((one for one in found if one.way.id == offer), None)


@lru_cache(maxsize=1024)  # the same for every reader of an hour
def _back(
    kept: TermsKept, fee: Money, time_zone: str, hour: datetime, stage: str, language: Language
) -> Back | None:
    pack = shelf.terms().pack(kept.pack)
    question = pack.questions.get(_FEES)
    if question is None:
        return None
    nothing = str(parts.money(0, fee.unit))
    known = {
        "requested_at": hour,
        "venue_time_zone": time_zone,
        "service_fee_paid": nothing,
        "service_fee_promised": nothing,
        "delivery_paid": str(fee),
        "delivery_stage": stage,
    }
    if not known.keys() >= set(question.facts):
        return None
    decided = asking.decide(kept.pack, _FEES, known, kept=kept.edition)
    why = explain(pack, decided, language, changes=0)
    titles = {one.id: one.title for one in why.clauses}
    clause = decided.decided_by[0]
    minor = int(decided.outcome["delivery"] or 0)
    share = "whole" if minor == fee.minor else "part" if minor else "nothing"
    return Back(Money(minor, fee.unit), clause, titles.get(clause, clause), share)
