"""Patterns that look like fraud open a case; nothing is taken away by a machine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oferta.core.cases import actions as cases
from oferta.core.cases import queries as case_queries
from oferta.core.cases.types import Case, Resolution, Status
from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as ledger
from oferta.core.parties import actions as parties
from oferta.core.parties import identity
from oferta.core.parties.identity_types import MemberRole, PartyKind
from oferta.core.parties.types import NewCustomer, Role
from oferta.services.club import enrolment
from oferta.services.club.facts import day_of
from oferta.services.club.fraud.watching import watch
from oferta.services.club.models import Member, Partner, Suspicion, Terminal
from oferta.services.club.paying import Paid, take_payments

NOW = datetime(2026, 5, 16, 8, tzinfo=UTC)
CARD = "*0001"
FACTS: dict[str, Any] = {
    "terminal_owner": "bank",
    "method": "halyk_qr",
    "channel": "pos",
    "abroad": False,
    "mcc": None,
    "category": "purchase",
    "card_kind": "debit",
    "special_account": "none",
    "instalment": False,
    "bonuses_paid": "0 KZT",
    "oked_listed": False,
    "partner_rate": None,
}
TOP_UP = FACTS | {"category": "e_wallet"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anna(db: None) -> Any:
    party = parties.register_customers([NewCustomer(key="anna")], now=NOW)["anna"]
    enrolment.enrol(party, CARD)
    return party


def pay(*days_ago_and_amount: tuple[int, int], at: str = "magnum", **told: Any) -> list[str]:
    """Take in purchases, each so many days ago and of so many tenge; return their ids."""
    paid = [
        Paid(
            id=f"{at}/{days}/{number}/{told.get('mark', '')}",
            card=CARD,
            paid_at=NOW - timedelta(days=days),
            merchant=at,
            amount=amount * 100,
            facts=told.get("facts", FACTS),
        )
        for number, (days, amount) in enumerate(days_ago_and_amount)
    ]
    assert {one.error for one in take_payments(paid, now=NOW)} == {None}
    return [one.id for one in paid]


def give_back(ids: Iterable[str], amount: int, at: str = "magnum") -> None:
    take_payments(
        [
            Paid(id=f"back/{one}", card=CARD, paid_at=NOW, merchant=at, amount=-amount * 100,
                 refund_of=one)
            for one in ids
        ],
        now=NOW,
    )  # fmt: skip


def the_case() -> Case:
    return case_queries.case(Suspicion.objects.get(state="open").case_id)


def test_purchases_that_are_refunded_again_and_again_open_one_case_and_move_nothing() -> None:
    """BC-69."""
    give_back(pay((9, 20_000), (6, 20_000), (3, 20_000)), 20_000)
    book = ledger.account(Member.objects.get().account_id).balance
    assert watch(now=NOW) == {"buy_refund": 1}
    found = the_case()
    assert found.decision_id is not None
    decision = decided.decision(found.decision_id)
    assert (decision.decided_by, decision.transfer_ids) == (("buy-and-refund",), ())
    assert decision.party_id is None, "the member is told by a person, or not at all"
    assert "magnum" in found.evidence[0].words
    assert ledger.account(Member.objects.get().account_id).balance == book
    assert watch(now=NOW) == {}, "asked once"


@pytest.mark.parametrize(
    ("amounts", "refunded"),
    [
        ((20_000, 20_000), 20_000),  # twice only
        ((20_000, 20_000, 20_000), 15_000),  # three quarters came back
        ((10_000, 10_000, 10_000), 10_000),  # 300 bonuses: not worth a person's time
    ],
)
def test_near_misses_of_refunds_ask_nobody(amounts: tuple[int, ...], refunded: int) -> None:
    give_back(pay(*((3 * n, one) for n, one in enumerate(amounts))), refunded)
    assert watch(now=NOW) == {}


@pytest.mark.parametrize(
    ("parts", "asked"),
    [
        ((15_000,) * 4, {"split_basket": 1}),
        ((15_000,) * 3, {}),
        ((15_000, 15_000, 15_000, 20_000), {}),  # one part is as large as any purchase
        ((9_000,) * 4, {}),  # little altogether
    ],
)
def test_a_purchase_in_parts_on_one_day(parts: tuple[int, ...], asked: dict[str, int]) -> None:
    pay(*((1, one) for one in parts))
    assert watch(now=NOW) == asked


def test_the_same_parts_on_different_days_are_no_split() -> None:
    pay(*((n, 15_000) for n in range(4)))
    assert watch(now=NOW) == {}


@pytest.mark.parametrize("acts", [True, False])
def test_payments_at_the_till_of_the_members_own_organisation(anna: Any, acts: bool) -> None:
    """BC-06."""
    firm = parties.register_customers(
        [NewCustomer(key="firm", kind=PartyKind.ORGANISATION)], now=NOW
    )["firm"]
    if acts:
        identity.set_member(firm, anna, MemberRole.OWNER, now=NOW)
    partner = Partner.objects.create(key="shop", name="Shop", organisation_id=firm)
    Terminal.objects.create(
        code="T1", owner="bank", channel="pos", merchant="own shop", partner=partner
    )
    pay((2, 30_000), (1, 30_000), at="own shop")
    assert watch(now=NOW) == ({"own_till": 1} if acts else {})


@pytest.mark.parametrize(
    ("days", "amounts", "asked"),
    [
        (2, (20_000, 20_000, 20_000), {"wallet_loop": 1}),
        (4, (20_000, 20_000, 20_000), {}),  # too late after the top-up
        (2, (20_000, 20_000, 19_000), {}),  # another amount: two rounds only
    ],
)
def test_rounds_through_a_wallet(
    days: int, amounts: tuple[int, ...], asked: dict[str, int]
) -> None:
    """BC-53."""
    for n, amount in enumerate(amounts):
        pay((25 - 8 * n, 20_000), at="wallet", facts=TOP_UP, mark=n)
        pay((25 - 8 * n - days, amount), at=f"shop {n}")
    assert watch(now=NOW) == asked


def test_a_false_alarm_is_closed_with_a_reason_and_asked_again_only_when_it_has_doubled() -> None:
    give_back(pay((9, 20_000), (6, 20_000), (3, 20_000)), 20_000)
    watch(now=NOW)
    clerk = parties.appoint_staff("clerk", password=None, name="Clerk", role=Role.CLERK)
    cleared = Resolution(
        status=Status.UPHELD, reason="Sizes did not fit.", actor=clerk, outcome={"ask": False}
    )
    cases.resolve(the_case().id, cleared, now=NOW)
    closed = Suspicion.objects.get()
    assert (closed.state, closed.reason) == ("cleared", "Sizes did not fit.")
    give_back(pay((2, 20_000), (1, 20_000), mark="more"), 20_000)
    assert watch(now=NOW) == {}, "five times are not yet twice three"
    give_back(pay((0, 20_000), mark="sixth"), 20_000)
    assert watch(now=NOW) == {"buy_refund": 1}
    rejected = Resolution(status=Status.REJECTED, reason="It is what it looks like.", actor=clerk)
    cases.resolve(the_case().id, rejected, now=NOW)
    assert Suspicion.objects.get(strength=6).state == "confirmed"


def test_only_the_days_of_the_window_count() -> None:
    give_back(pay((60, 20_000), (50, 20_000), (40, 20_000)), 20_000)
    assert watch(now=NOW) == {}
    assert watch(now=NOW, until=day_of(NOW - timedelta(days=35))) == {"buy_refund": 1}
