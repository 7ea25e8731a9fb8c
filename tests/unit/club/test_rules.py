"""Repeats, refunds and what a bonus moves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from oferta.services.club.arrival.rules import purchase_of
from oferta.services.club.rules import (
    in_order,
    numbered,
    plan_clawback,
    plan_earning,
)
from oferta.services.club.types import PaymentRow, Purchase

DAY = date(2017, 5, 17)
CONTEXT = {"member": 10, "bank": 1, "partner": 2, "merchant": "costa", "day": "2017-05-17"}


def a_row(**changed: Any) -> PaymentRow:
    return PaymentRow(2, DAY, 350, "GBP", "costa coffee", "*1234", "Hospitality")._replace(
        **changed
    )


def a_purchase(**changed: Any) -> Purchase:
    return Purchase(**({"key": "k", "paid_on": DAY, "amount": 1000} | changed))


def an_outcome(amount: int, *, hold: bool = False) -> dict[str, Any]:
    return {"rate": 10_000, "amount": amount, "hold": hold}


def test_rows_equal_in_every_column_are_numbered_and_keep_different_keys() -> None:
    first, second, third = numbered([a_row(line=2), a_row(line=3), a_row(line=4)])
    assert [one.repeat_no for one in (first, second, third)] == [0, 1, 2]
    assert len({one.key for one in (first, second, third)}) == 3


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 351},
        {"card": "*1235"},
        {"merchant": "costa"},
        {"category": "Books"},
        {"currency": ""},
        {"paid_on": date(2017, 5, 18)},
    ],
)
def test_rows_that_differ_in_one_column_are_no_repeats(changed: dict[str, Any]) -> None:
    _, other = numbered([a_row(), a_row(**changed)])
    assert other.repeat_no == 0


def test_a_key_depends_on_the_payment_and_not_on_where_it_stands_in_the_file() -> None:
    (one,) = numbered([a_row(line=2)])
    (other,) = numbered([a_row(line=900)])
    assert one.key == other.key


def test_purchases_of_a_day_come_before_its_refunds() -> None:
    rows = [a_row(line=2, amount=-350), a_row(line=3), a_row(line=4, paid_on=date(2017, 5, 16))]
    assert [one.row.line for one in in_order(numbered(rows))] == [4, 3, 2]


def test_a_refund_goes_to_the_purchase_with_exactly_that_amount_left() -> None:
    exact = a_purchase(key="exact", amount=400, paid_on=date(2017, 1, 1))
    larger = a_purchase(key="larger", amount=900)
    assert purchase_of(400, DAY, [exact, larger]) is exact
    assert purchase_of(300, DAY, [exact, larger]) is larger, "else the later one"


def test_what_was_refunded_before_is_left_out_of_the_match() -> None:
    assert purchase_of(400, DAY, [a_purchase(amount=500, refunded=200)]) is None


def test_a_refund_never_goes_to_a_later_purchase() -> None:
    assert purchase_of(400, DAY, [a_purchase(paid_on=date(2017, 5, 18))]) is None


def test_a_first_purchase_is_returned_before_a_repeat_that_a_person_still_checks() -> None:
    repeat, first = a_purchase(key="z", repeat_no=1), a_purchase(key="a")
    assert purchase_of(1000, DAY, [repeat, first]) is first


def test_one_purchase_gives_a_transfer_for_each_funder_and_one_notice() -> None:
    """BC-72, BC-73."""
    plan = plan_earning({"bank_bonus": an_outcome(100), "partner_bonus": an_outcome(500)}, CONTEXT)
    assert [(one.debit, one.credit, one.amount, one.kind) for one in plan.movements] == [
        (1, 10, 100, "single"),
        (2, 10, 500, "single"),
    ]
    assert plan.notice is not None
    assert plan.notice.kind == "club.earned"
    assert plan.notice.params["amount"] == {"minor": 600, "unit": "BONUS"}
    assert plan.notice.params["label"] == {"words": "club.line.both"}


@pytest.mark.parametrize(
    ("question", "label"),
    [("bank_bonus", "club.line.bank"), ("partner_bonus", "club.line.partner")],
)
def test_a_message_calls_a_bonus_as_its_line_does(question: str, label: str) -> None:
    """BC-06, BC-07, BC-76."""
    plan = plan_earning({question: an_outcome(100)}, CONTEXT)
    assert plan.notice is not None
    assert plan.notice.params["label"] == {"words": label}


def test_a_bonus_with_an_accrual_day_is_pending_and_its_one_message_names_the_day() -> None:
    """BC-09, BC-71, BC-73."""
    plan = plan_earning({"bank_bonus": an_outcome(100) | {"accrual_days": 3}}, CONTEXT)
    assert [one.kind for one in plan.movements] == ["pending"]
    assert plan.notice is not None
    assert plan.notice.kind == "club.earned_later"
    day = date.fromisoformat(str(CONTEXT["day"])) + timedelta(days=3)
    assert plan.notice.params["from"] == {"date": day.isoformat()}


def test_a_held_accrual_is_pending_and_asks(  # BC-71
) -> None:
    plan = plan_earning({"bank_bonus": an_outcome(100, hold=True)}, CONTEXT)
    assert [one.kind for one in plan.movements] == ["pending"]
    assert plan.notice is not None
    assert plan.notice.kind == "club.held"


def test_a_payment_that_earned_nothing_moves_nothing_and_says_so() -> None:
    """BC-77."""
    plan = plan_earning({"bank_bonus": an_outcome(0)}, CONTEXT)
    assert plan.movements == ()
    assert plan.notice is not None
    assert plan.notice.kind == "club.nothing"


def test_a_claw_back_moves_the_bonus_to_its_funder() -> None:
    """BC-69."""
    context = {"member": 10, "funder": 2, "code": 112, "merchant": "costa", "day": "2017-05-17"}
    plan = plan_clawback({"clawback": {"amount": 40, "hold": False}}, context)
    (move,) = plan.movements
    assert (move.debit, move.credit, move.amount, move.code) == (10, 2, 40, 112)


def test_a_claw_back_of_nothing_moves_nothing_and_stays_silent() -> None:
    plan = plan_clawback({"clawback": {"amount": 0, "hold": True}}, {})
    assert plan.movements == ()
    assert plan.notice is None
