"""What everything stands on: money, time, ids, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oferta.kernel import clock, events, ids
from oferta.kernel.clock import NaiveTime, zoned
from oferta.kernel.errors import OfertaError, ensure
from oferta.kernel.money import UNITS, BadMoney, Money, decimal_text, parse_money


@dataclass(eq=False, kw_only=True)
class Shut(OfertaError):
    """The door is shut."""

    code: ClassVar[str] = "test.shut"
    since: datetime
    doors: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("1000 KZT", Money(100_000, "KZT")),
        ("1 000.50 KZT", Money(100_050, "KZT")),
        ("-7.99 GBP", Money(-799, "GBP")),
        ("+0.5 RUB", Money(50, "RUB")),
        ("12 POINTS", Money(12, "POINTS")),
    ],
)
def test_money_is_read_as_it_is_written(text: str, money: Money) -> None:
    assert parse_money(text) == money


@pytest.mark.parametrize(
    "text",
    [
        "",
        "KZT",
        "1000",
        "1,5 KZT",
        "1.234 KZT",
        "0.5 POINTS",
        "1 XYZ",
        "1e3 KZT",
        "٣ KZT x",
        "- 1 KZT",
    ],
)
def test_what_does_not_fit_its_unit_is_refused_not_rounded(text: str) -> None:
    with pytest.raises(BadMoney) as refusal:
        parse_money(text)
    assert refusal.value.given == text


@given(minor=st.integers(-(10**18), 10**18), unit=st.sampled_from(sorted(UNITS)))
def test_money_written_and_read_again_is_the_same(minor: int, unit: str) -> None:
    money = Money(minor, unit)
    assert parse_money(str(money)) == money


def test_amounts_below_one_keep_their_sign_and_places() -> None:
    assert decimal_text(-5, 2) == "-0.05"
    assert decimal_text(0, 2) == "0.00"
    assert decimal_text(-3, 0) == "-3"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveTime):
        zoned(datetime(2024, 4, 16, 12, 0))  # noqa: DTZ001 - the point
    moment = datetime(2024, 4, 16, 12, 0, tzinfo=timezone(timedelta(hours=5)))
    assert zoned(moment) is moment
    assert clock.now().tzinfo is UTC


def test_ids_sort_by_the_moment_they_were_made_in() -> None:
    made = [ids.uuid7() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {one.version for one in made} == {7}
    assert sorted(made, key=lambda one: one.int >> 80) == made


def test_a_derived_id_is_the_same_for_the_same_name_for_ever() -> None:
    assert ids.derived_id("club/payment/1") == UUID("b80b95aa-579e-54fb-9cb7-590527f51c8b")
    assert ids.derived_id("a") == ids.derived_id("a")
    assert ids.derived_id("a") != ids.derived_id("b")


def test_a_refusal_tells_its_code_and_facts_plainly() -> None:
    since = datetime(2024, 4, 16, tzinfo=UTC)
    refusal = Shut(since=since, doors=(1, 2))
    assert refusal.as_json() == {
        "error": "test.shut",
        "since": "2024-04-16 00:00:00+00:00",
        "doors": [1, 2],
    }
    assert str(refusal).startswith("test.shut: since=")


def test_ensure_refuses_what_does_not_hold() -> None:
    ensure(True, Shut(since=datetime.now(UTC)))
    with pytest.raises(Shut):
        ensure(False, Shut(since=datetime.now(UTC)))


def test_a_handler_that_raises_stops_its_publisher() -> None:
    """A handler works inside the publisher's database transaction: its error must undo it."""
    heard: list[object] = []

    def fail(_event: object) -> None:
        raise Shut(since=datetime.now(UTC))

    before = dict(events._table)
    try:
        events.connect({str: [heard.append, fail, heard.append]})
        with pytest.raises(Shut):
            events.publish("opened")
        events.publish(7)
    finally:
        events.connect(before)
    assert heard == ["opened"]
