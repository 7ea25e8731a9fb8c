"""The quote of a refund: every figure comes from the terms, every promise in it can be kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oferta.core.terms import shelf
from oferta.core.terms.engine import Terms
from oferta.services.tickets.refunding.facts import Claim, Sold, facts_of
from oferta.services.tickets.refunding.quoting import Quote, Way, quote, total_of

PACK = "ticket-refunds"
STARTS = datetime(2026, 6, 20, 16, tzinfo=UTC)  # 19:00 in Moscow
NEWEST, FIRST = "2024-03-22", "2021-09-01"
OPERATORS = ("kassir", "redkassa", "kassy")


@pytest.fixture(scope="module")
def terms() -> Terms:
    return shelf.terms()


def sold(**changes: object) -> Sold:
    plain = Sold(
        ticket_id=UUID(int=1),
        place="A 4-21",
        operator="kassir",
        pack=PACK,
        edition=NEWEST,
        unit="RUB",
        starts_at=STARTS,
        new_starts_at=None,
        time_zone="Europe/Moscow",
        bought_at=datetime(2026, 4, 1, 7, tzinfo=UTC),
        on_promotion=False,
        used=False,
        nominal=1000_00,
        paid=1000_00,
        service_fee=100_00,
        delivery=0,
        carrier="electronic",
        paid_by="card",
        surrendered=False,
        high_alert=False,
        regime_ended_on=None,
        organiser_accepts_before=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def asked(moment: datetime, reason: str = "own_wish") -> Claim:
    return Claim(reason=reason, requested_at=moment, decided_at=moment)


def quoted(at: datetime, one: Sold | None = None, reason: str = "own_wish") -> Quote:
    return quote([one or sold()], asked(at, reason), language="en")


def before(days: int) -> datetime:
    return STARTS - timedelta(days=days, hours=5)


def test_a_quote_says_what_comes_back_why_and_when() -> None:
    # TR-15, TR-23, TR-30, TR-82, TR-153
    said = quoted(before(7))
    (ticket,) = said.tickets
    assert (said.total, ticket.percent, ticket.kept_fee) == (500_00, 50_0000, 100_00)
    assert ticket.decided.decided_by == ("own-wish-half",)
    assert said.explanations[0].clauses[0].id == "own-wish-half"
    assert (said.answer_by, said.way) == (date(2026, 6, 23), "paying_account")
    assert said.pays_by == date(2026, 6, 26)  # ten working days after the 13th, a Saturday


@pytest.mark.parametrize(("operator", "ten"), [("kassir", 1000_00), ("redkassa", 500_00)])
def test_the_calendar_shows_the_days_that_the_operator_counts(operator: str, ten: int) -> None:
    # TR-25: ten days in one text are nine in the other
    said = quoted(before(10), sold(operator=operator))
    counted = [one.day.day for one in said.calendar if one.counts]
    assert counted == list(range(10 if operator == "kassir" else 11, 20))
    assert said.total == ten


def test_the_ladder_names_the_days_on_which_the_amount_falls() -> None:
    said = quoted(before(12))
    steps = [(step.first_day.day, step.total) for step in said.ladder]
    assert steps == [(8, 1000_00), (11, 500_00), (16, 300_00), (18, 0)]


def test_a_sick_note_and_a_death_certificate_would_give_everything() -> None:
    # TR-36, TR-41: "today 500; with a sick note 1,000"
    said = quoted(before(7))
    ways = {one.way: one.total for one in said.alternatives}
    assert ways == {Way.WITH_SICK_NOTE: 1000_00, Way.WITH_DEATH_CERTIFICATE: 1000_00}


def test_a_change_of_the_performance_is_offered_where_there_is_one() -> None:
    # TR-28, TR-104: what was paid comes back, whatever the day
    cancelled = sold(change="performance_cancelled", paid=800_00)
    (best, *_) = quoted(before(1), cancelled).alternatives
    assert (best.way, best.total, best.decision) == (Way.BECAUSE_CHANGED, 800_00, "paid")


def test_the_buyer_keeps_the_edition_unless_a_later_one_is_better() -> None:
    # TR-16, TR-119: after the attack own wish gives everything for two days
    attacked = sold(
        edition=FIRST,
        starts_at=datetime(2024, 3, 23, 16, tzinfo=UTC),
        bought_at=datetime(2024, 1, 1, tzinfo=UTC),
    )
    (ticket,) = quoted(datetime(2024, 3, 22, 20, tzinfo=UTC), attacked).tickets
    assert (ticket.decided.edition, ticket.total) == (NEWEST, 1000_00)
    usual = sold(edition=FIRST)
    (ticket,) = quoted(before(7), usual).tickets
    assert (ticket.decided.edition, ticket.total) == (FIRST, 500_00)


def test_tickets_of_one_case_are_explained_once() -> None:
    said = quote([sold(), sold(ticket_id=UUID(int=2))], asked(before(7)), language="kk")
    assert (said.total, len(said.tickets), len(said.explanations)) == (1000_00, 2, 1)


def test_a_quote_for_a_request_after_the_performance_has_no_calendar() -> None:
    said = quoted(STARTS + timedelta(days=2))
    assert (said.total, said.calendar, said.ladder, said.pays_by) == (0, (), (), None)


money = st.integers(0, 300_000)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Sold, Claim]:
    nominal = draw(money)
    one = sold(
        operator=draw(st.sampled_from(OPERATORS)),
        nominal=nominal,
        paid=draw(st.sampled_from([nominal, nominal // 2])),
        service_fee=draw(money),
        on_promotion=draw(st.booleans()),
        used=draw(st.booleans()),
        edition=draw(st.sampled_from([FIRST, NEWEST])),
        time_zone=draw(st.sampled_from(["Europe/Moscow", "Asia/Vladivostok", "America/New_York"])),
        change=draw(st.sampled_from(["", "performance_cancelled", "performance_replaced"])),
        carrier=draw(st.sampled_from(["electronic", "paper"])),
        paid_by=draw(st.sampled_from(["card", "cash", "transfer", "bonuses"])),
    )
    moment = STARTS - timedelta(minutes=draw(st.integers(-3 * 1440, 30 * 1440)))
    reason = draw(st.sampled_from(["own_wish", "illness", "relative_death", "other"]))
    return one, asked(moment, reason)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_each_stated_change_applied_gives_the_stated_amount(case: tuple[Sold, Claim]) -> None:
    one, claim = case
    said = quote([one], claim, language="ru")
    for promised in (*said.ladder, *said.alternatives):
        assert total_of([one], promised.claim) == (promised.total, promised.decision)
    assert all(other.total != said.total for other in said.alternatives)
    assert 0 <= said.total <= one.paid + one.service_fee + one.delivery


@settings(max_examples=150, deadline=None)
@given(cases())
def test_as_many_days_are_drawn_as_the_terms_count(case: tuple[Sold, Claim]) -> None:
    one, claim = case
    said = quote([one], claim, language="en")
    if said.calendar:
        (explained,) = said.explanations
        shown = [fact for fact in explained.facts if fact.name == "days_before"]
        counted = sum(day.counts for day in said.calendar)
        assert all(fact.value == str(counted) for fact in shown)


def test_every_fact_that_a_refund_question_asks_for_is_given(terms: Terms) -> None:
    given_facts = set(facts_of(sold(), asked(before(7))))
    for question in ("refund", "answer_deadline", "payout_deadline", "payout_way"):
        assert set(terms.question(PACK, question).facts) <= given_facts
