"""Terms ask how far a customer's identity is known; the core answers as of the event (SV-55)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from loop_builders import a_customer

from oferta.core.decisions import actions as decisions
from oferta.core.decisions import plans
from oferta.core.decisions.types import Event, Plan
from oferta.core.parties import identity
from oferta.core.parties.identity_types import Checked
from oferta.core.terms import shelf
from oferta.core.terms.engine import Terms
from oferta.core.terms.loader import load_pack

pytestmark = pytest.mark.django_db
PACK = Path(__file__).parents[2] / "packs" / "wallet-tiers"
DAY = datetime(2024, 5, 16, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PASSPORT = Checked(kind="document", tier=2, reference="scan 17", checked_by="clerk")


@pytest.fixture(autouse=True)
def wallet() -> Iterator[None]:
    from oferta.project import wiring

    terms = Terms([load_pack(PACK)])
    shelf.fill(lambda: terms)
    plans.register({"wallet.nothing": lambda _outcomes, _context: Plan()})
    yield
    wiring.connect()


def asked(party: UUID | None, question: str, at: datetime = DAY, **facts: object) -> Event:
    given = {"asked_on": "2024-05-16", "amount_asked": "5000 HKD", **facts}
    key = f"wallet/{question}/{party}/{at.isoformat()}"
    return Event(
        key=key,
        pack="wallet-tiers",
        questions=(question,),
        facts=given,
        event_at=at,
        plan="wallet.nothing",
        party_id=party,
    )


def outcome(event: Event) -> Any:
    answer = decisions.decide(event, now=DAY + 24 * HOUR)
    (decision,) = answer.decisions
    return decision.outcome


def test_limits_follow_the_tier_that_evidence_gives() -> None:
    """SV-55, SV-68: withdrawal presupposes intermediate verification."""
    nobody, verified, in_person = a_customer(), a_customer(), a_customer()
    identity.add_evidence(verified, PASSPORT, now=DAY - HOUR)
    met = Checked(kind="meeting", tier=3, reference="branch 4", checked_by="clerk")
    identity.add_evidence(in_person, met, now=DAY - HOUR)
    events = [asked(one, "withdrawal") for one in (nobody, verified, in_person)]
    answers = decisions.decide_many(events, now=DAY)
    allowed = [answer.decisions[0].outcome["allowed"] for answer in answers]  # type: ignore[index]
    assert allowed == [0, 300_000, 500_000]
    stored = [answer.decisions[0].facts["identity_tier"] for answer in answers]
    assert stored == ["0", "2", "3"]


def test_the_tier_is_that_of_the_moment_of_the_event() -> None:
    party = a_customer()
    proof = Checked(
        kind="document", tier=2, reference="scan 17", checked_by="clerk", expires_at=DAY + HOUR
    )
    identity.add_evidence(party, proof, now=DAY - HOUR)
    before = asked(party, "withdrawal", DAY - 2 * HOUR)
    during = asked(party, "withdrawal", DAY)
    after = asked(party, "withdrawal", DAY + 2 * HOUR)
    assert [outcome(event)["allowed"] for event in (before, during, after)] == [0, 300_000, 0]


def test_a_repeat_after_more_evidence_is_the_same_question() -> None:
    party = a_customer()
    event = asked(party, "withdrawal")
    first = outcome(event)
    identity.add_evidence(party, PASSPORT, now=DAY - HOUR)
    again = decisions.decide(event, now=DAY)
    assert again.replayed
    assert again.decisions[0].outcome == first


def test_a_service_that_gives_the_fact_itself_is_believed() -> None:
    assert outcome(asked(a_customer(), "withdrawal", identity_tier=3))["allowed"] == 500_000


def test_without_a_customer_nothing_is_supplied() -> None:
    answer = decisions.decide_many([asked(None, "withdrawal")], now=DAY)[0]
    assert answer.error is not None
    assert "identity_tier" in str(answer.error)


def test_a_student_pays_half_while_the_status_holds() -> None:
    """SV-33."""
    party = a_customer()
    card = Checked(kind="student", tier=1, reference="school 5", checked_by="school")
    until = DAY + 24 * HOUR
    identity.grant_student(party, born=date(2010, 1, 1), checked=card, until=until, now=DAY)
    held = outcome(asked(party, "fare", DAY + HOUR))
    over = outcome(asked(party, "fare", DAY + 25 * HOUR))
    assert (held["price"], over["price"]) == (250_000, 500_000)
