"""The same payments and refunds, in whatever order and however often they come, end the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as ledger
from oferta.core.parties import actions as parties
from oferta.core.parties.types import NewCustomer
from oferta.services.club import enrolment
from oferta.services.club.arrival import following
from oferta.services.club.campaigns import accruing
from oferta.services.club.facts import EARNING, payment_key, refund_key
from oferta.services.club.models import EarlyRefund, Lot, Member, Payment
from oferta.services.club.paying import Paid, take_payments

#: Inside the window of the bus campaign, whose cap is 20,000 tenge for a customer.
FIRST = datetime(2024, 9, 10, 6, tzinfo=UTC)
#: Refunds of before the fifth day are no longer waited for, later ones are.
NOW = FIRST + timedelta(days=11)
AFTER_ALL = NOW + timedelta(days=30)
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
BUS = FACTS | {"channel": "app", "category": "bus_fare", "method": "other"}
PARTNER = FACTS | {"partner_rate": "5%"}


def a_purchase(number: int, **told: Any) -> Paid:
    """Return a purchase; times are hours after the first."""
    told = {"hour": 0, "amount": 1_000_00, "merchant": "magnum", "facts": FACTS, **told}
    return Paid(
        id=f"p{number}",
        card=CARD,
        paid_at=FIRST + timedelta(hours=told["hour"]),
        merchant=told["merchant"],
        amount=told["amount"],
        facts=told["facts"],
        partner="magnum" if told["facts"] is PARTNER else "",
    )


def a_refund(number: int, amount: int, *, hour: int, of: str = "", at: str = "magnum") -> Paid:
    """Return a refund, of a purchase that it names or of whichever fits."""
    return Paid(
        id=f"r{number}",
        card=CARD,
        paid_at=FIRST + timedelta(hours=hour),
        merchant=at,
        amount=-amount,
        refund_of=of,
    )


@st.composite
def stories(draw: st.DrawFn) -> list[Paid]:
    """Draw purchases at two sellers and on the bus, and refunds of them, too great ones too."""
    kinds = (("magnum", FACTS), ("magnum", PARTNER), ("bus", BUS))
    purchases = []
    for number in range(draw(st.integers(1, 5))):
        merchant, facts = draw(st.sampled_from(kinds))
        amount = draw(st.sampled_from((333_33, 1_000_00, 1_000_00, 9_500_00, 15_000_00)))
        hour = draw(st.sampled_from((0, 1, 30, 60, 100, 200)))
        purchases.append(
            a_purchase(number, hour=hour, amount=amount, merchant=merchant, facts=facts)
        )
    refunds = []
    for number in range(draw(st.integers(0, 4))):
        bought = draw(st.sampled_from(purchases))
        part = draw(st.sampled_from((1, 2, 3)))
        hour = draw(st.sampled_from((1, 40, 90, 210, 240)))
        named = draw(st.sampled_from((bought.id, "", "", "never-comes")))
        refunds.append(
            a_refund(number, bought.amount // part, hour=hour, of=named, at=bought.merchant)
        )
    return purchases + refunds


def the_end() -> dict[str, Any]:
    """Return everything that must not depend on the order: balances, lots, sums, who is asked."""
    member = Member.objects.get()
    account = ledger.account(member.account_id)
    lots: dict[Any, int] = defaultdict(int)
    for one in Lot.objects.all():
        lots[one.purchase_key, one.question, one.last_day, one.funder_id] += one.amount - one.used
    sums: dict[Any, int] = defaultdict(int)
    held: dict[Any, int] = defaultdict(int)
    for line in ledger.statement(member.account_id, limit=1000):
        sums[line.code] += line.change
    keys = dict(Payment.objects.values_list("key", "amount"))
    standing = decided.standing(
        [payment_key(one) for one in keys]
        + [refund_key(one, question) for one in keys for question in EARNING]
    )
    for (key, question), one in standing.items():
        outcome: Any = one.outcome or {}
        if key.startswith("club/payment/"):
            held[key, question] = outcome["amount"], outcome["hold"]
    taken: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    matches = dict(Payment.objects.filter(amount__lt=0).values_list("key", "purchase_key"))
    for (key, _), one in standing.items():
        if key.startswith("club/refund/"):
            refund, question = key.removeprefix("club/refund/").rsplit("/", 1)
            outcome = one.outcome or {}
            taken[matches[refund], question][bool(outcome["hold"])] += outcome["amount"]
    return {
        "balance": account.balance,
        "owed": member.owed,
        "lots": {name: left for name, left in lots.items() if left},
        "sums": {code: sum_ for code, sum_ in sums.items() if sum_},
        "earned": dict(held),
        "matched": matches,
        "taken back": {name: sums for name, sums in taken.items() if sums != [0, 0]},
        "waiting": sorted(EarlyRefund.objects.values_list("key", flat=True)),
    }


class _Undo(Exception):
    pass


def ends(batches: Sequence[Sequence[Paid]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Feed batches into an empty club; return how it ends, before and after the waiting is over."""
    try:
        with transaction.atomic():
            party = parties.register_customers([NewCustomer(key="anna")], now=FIRST)["anna"]
            enrolment.enrol(party, CARD)
            for batch in batches:
                take_payments(list(batch), now=NOW)
            # What is due is accrued twice a day; a refund ends the wait of what it returns sooner.
            accruing.accrue(now=NOW)
            first = the_end()
            following.wake(bank=enrolment.bank_account(), now=AFTER_ALL)
            accruing.accrue(now=AFTER_ALL)
            second = the_end()
            assert ledger.verify().ok
            member = Member.objects.get()
            left = sum(one.amount - one.used for one in Lot.objects.all())
            assert left - member.owed == ledger.account(member.account_id).balance
            raise _Undo  # noqa: TRY301 - the rows of an example go away with it
    except _Undo:
        # Until the waiting is over, what nothing fits either waits or was asked about: no money.
        moved = {key: value for key, value in first.items() if key not in {"matched", "waiting"}}
        return _named(moved), _named(second)
    raise AssertionError


def _named(end: dict[str, Any]) -> dict[str, Any]:
    """Return the end without ids of accounts, which a sequence gives anew."""
    lots: dict[Any, int] = defaultdict(int)
    for (purchase, question, last_day, _), left in end["lots"].items():
        lots[purchase, question, last_day] += left
    return {**end, "lots": dict(lots)}


@pytest.mark.django_db
@settings(
    max_examples=15,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(stories(), st.data())
def test_any_order_any_repetition_any_batches_end_the_same(
    story: list[Paid], data: st.DataObject
) -> None:
    """BC-69, BC-84, BC-89: in the order of things, and shuffled, doubled and cut into batches."""
    in_order = sorted(story, key=lambda one: (one.paid_at, one.amount < 0))
    told = data.draw(st.permutations(story + data.draw(st.lists(st.sampled_from(story)))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(told)), max_size=4)))
    batches = [told[a:b] for a, b in zip([0, *cuts], [*cuts, len(told)], strict=True) if a < b]
    assert ends(batches) == ends([[one] for one in in_order])


@pytest.mark.django_db
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(1, 999_99), max_size=4), st.permutations(range(6)))
def test_any_split_of_a_refund_in_any_order_ends_as_the_whole(
    cuts: list[int], order: list[int]
) -> None:
    """BC-69."""
    bought = a_purchase(0, facts=PARTNER)
    edges = sorted({0, 1_000_00, *cuts})
    parts = [a_refund(n, b - a, hour=20, of="p0") for n, (a, b) in enumerate(pairwise(edges))]
    shuffled = [one for _, one in sorted(zip(order, [bought, *parts], strict=False),
                                         key=lambda one: one[0])]  # fmt: skip
    whole = ends([[bought], [a_refund(0, 1_000_00, hour=20, of="p0")]])[1]
    split = ends([[one] for one in shuffled])[1]
    for name in ("balance", "owed", "lots", "sums", "earned", "taken back", "waiting"):
        assert split[name] == whole[name]


@pytest.mark.django_db
def test_a_late_payment_takes_its_place_under_the_cap_and_the_later_one_gets_the_rest() -> None:
    """BC-84: 15,000 and 9,500 under a cap of 20,000; the first of the two comes last."""
    early = a_purchase(1, hour=1, amount=15_000_00, merchant="bus", facts=BUS)
    later = a_purchase(2, hour=50, amount=9_500_00, merchant="bus", facts=BUS)
    end = ends([[later], [early]])[0]
    assert sorted(amount for (_, question), (amount, _) in end["earned"].items()
                  if question == "bank_bonus") == [5_000_00, 15_000_00]  # fmt: skip
    assert end == ends([[early], [later]])[0]


@pytest.mark.django_db
def test_what_a_refund_took_of_a_bonus_that_is_cut_is_not_filled_from_another_lot() -> None:
    """BC-69, BC-84: the later one is cut after half of it was refunded; the other lot stays."""
    other = a_purchase(0, hour=0)
    early = a_purchase(1, hour=1, amount=15_000_00, merchant="bus", facts=BUS)
    later = a_purchase(2, hour=50, amount=9_500_00, merchant="bus", facts=BUS)
    half = a_refund(0, 4_750_00, hour=90, of="p2", at="bus")
    assert ends([[other], [later], [half], [early]]) == ends([[other], [early], [later], [half]])


@pytest.mark.django_db
@pytest.mark.parametrize("partners", [("p0", "p1"), ("p0",), ("p1",)])
def test_a_refund_that_moves_to_another_purchase_leaves_its_partner_alone(
    partners: tuple[str, ...],
) -> None:
    """BC-69: whichever of two equal purchases came first, and whichever the partner paid for."""
    first, second = (
        a_purchase(number, facts=PARTNER if f"p{number}" in partners else FACTS, amount=333_33)
        for number in range(2)
    )
    refund = a_refund(0, 333_33, hour=1)
    in_order = ends([[first, second, refund]])
    assert ends([[first, refund], [second]]) == in_order
    assert ends([[second, refund], [first]]) == in_order


@pytest.mark.django_db
def test_a_refund_moves_to_a_purchase_that_earned_nothing_while_another_of_it_comes() -> None:
    """BC-69: what the first took of its old purchase is not what was taken back of the new one."""
    plain = FACTS | {"method": "card_physical"}
    first, second = a_purchase(0), a_purchase(1, hour=30, amount=1_500_00, facts=plain)
    unnamed = a_refund(0, 1_000_00, hour=40)
    named = a_refund(1, 500_00, hour=41, of="p1")
    in_order = ends([[first], [second], [unnamed], [named]])
    assert ends([[first, unnamed], [second, named]]) == in_order
    assert ends([[unnamed], [named], [second], [first]]) == in_order


@pytest.mark.django_db
def test_a_refund_waits_seven_days_for_its_purchase_and_is_then_a_question(db: None) -> None:
    """BC-69."""
    refund = a_refund(1, 1_000_00, hour=200, of="p0")
    party = parties.register_customers([NewCustomer(key="anna")], now=FIRST)["anna"]
    enrolment.enrol(party, CARD)
    told, again = take_payments([refund], now=NOW)[0], take_payments([refund], now=NOW)[0]
    assert (told.waits, told.decisions, again.waits) == (True, (), True)
    other = take_payments([replace(refund, amount=-500_00)], now=NOW)[0]
    assert other.error is not None
    assert other.error.code == "club.payment_reused"
    day = refund.paid_at
    bank = enrolment.bank_account()
    assert following.wake(bank=bank, now=day + timedelta(days=7)) == 0
    assert following.wake(bank=bank, now=day + timedelta(days=8)) == 1
    asked = decided.standing([refund_key(Payment.objects.get().key, "bank_bonus")])
    assert [one.decided_by for one in asked.values()] == [("purchase-not-found",)]
    take_payments([a_purchase(0, hour=100)], now=day + timedelta(days=9))
    assert ledger.account(Member.objects.get().account_id).balance == 0
    asked = decided.standing(asked_key for asked_key, _ in asked)
    (stands,) = asked.values()
    assert (stands.decided_by, stands.actor_id) == (("purchase-refunded",), None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case WHERE decision_id = %s", [stands.id])
        assert cursor.fetchone() == (1,), "the open question follows the decision"
