"""A fee of delivery, shared by an order's tickets, comes back whole or not at all, to the unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from oferta.core.terms.engine import Terms
from oferta.core.terms.loader import load_pack
from oferta.services.tickets import rules
from oferta.services.tickets.delivering.types import STAGES
from oferta.services.tickets.refunding import facts as case
from oferta.services.tickets.refunding.facts import Claim, Sold

TERMS = Terms([load_pack(Path(__file__).parents[2] / "terms" / "ticket-refunds")])
ASKED = datetime(2026, 12, 1, 9, tzinfo=UTC)
TICKET = Sold(
    ticket_id=UUID(int=1),
    place="",
    operator="kassir",
    pack="ticket-refunds",
    edition="2026-11-22",
    unit="RUB",
    starts_at=ASKED + timedelta(days=30),
    new_starts_at=None,
    time_zone="Europe/Moscow",
    bought_at=ASKED - timedelta(days=1),
    on_promotion=False,
    used=False,
    nominal=100_000,
    paid=100_000,
    service_fee=8_000,
    delivery=0,
    carrier="paper",
    paid_by="card",
    surrendered=False,
    high_alert=False,
    regime_ended_on=None,
    organiser_accepts_before=None,
)


def returned(delivery: int, stage: str, reason: str) -> int:
    """Return what of a ticket's part of delivery comes back, in minor units."""
    sold = replace(TICKET, delivery=delivery, delivery_stage=stage)
    known = case.facts_of(sold, Claim(reason=reason, requested_at=ASKED, decided_at=ASKED))
    asked = {name: known[name] for name in TERMS.question("ticket-refunds", "refund").facts}
    return int(TERMS.decide("ticket-refunds", "refund", asked).outcome["delivery"] or 0)


@settings(max_examples=30, deadline=None)
@given(
    fee=st.integers(0, 10_000_000),
    tickets=st.integers(1, 12),
    stage=st.sampled_from(["none", *STAGES.values()]),
    reason=st.sampled_from([case.OWN_WISH, case.CANCELLED]),
    data=st.data(),
)
def test_parts_of_a_fee_come_back_as_what_they_are_and_together_as_the_whole(
    fee: int, tickets: int, stage: str, reason: str, data: st.DataObject
) -> None:
    # TR-09, TR-30
    parts = rules.shared_out(fee, tickets)
    back = [returned(part, stage, reason) for part in parts]
    some = data.draw(st.sets(st.integers(0, tickets - 1)))
    if stage == "not_sent":
        assert sum(back) == fee
        assert sum(back[place] for place in some) == sum(parts[place] for place in some)
    else:
        assert sum(back) == 0
