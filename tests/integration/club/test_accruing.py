"""A bonus with an accrual day is shown and cannot be spent until then (BC-09, BC-71)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from club_builders import DEBIT, FARE, a_person, at, balance, paid, take

from oferta.core.decisions import actions as decisions
from oferta.core.decisions import purses, statement
from oferta.core.decisions.types import Override
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as noticed
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.services.club import redeeming, settling
from oferta.services.club.campaigns import accruing
from oferta.services.club.campaigns.collecting import collectable
from oferta.services.club.membership import cards, joining
from oferta.services.club.models import Lot, Member, Waiting
from oferta.services.club.paying import Paid

NOW = at("2024-10-10")
DUE = at("2024-10-13", hour=0)


@pytest.fixture
def anna(db: None) -> UUID:
    party = a_person()
    joining.join(party, now=at("2024-09-01"))
    cards.add(party, "card-1", product="debit", now=NOW)
    return party


def ride(id_: str = "ride", tenge: int = 120, **more: object) -> Paid:
    return paid(id_, "2024-10-10", tenge, facts=FARE | DEBIT if tenge > 0 else {}, **more)


def spendable(party: UUID) -> int:
    member = Member.objects.get(party_id=party)
    return redeeming.usable(member.account_id, now=DUE) // 100


def held_together(party: UUID) -> bool:
    lots = sum(one.amount - one.used for one in Lot.objects.all())
    member = Member.objects.get(party_id=party)
    book = ledger.balance(member.account_id).balance
    return lots - member.owed == book and ledger.verify().ok


def test_it_is_pending_until_its_day_then_available(anna: UUID) -> None:
    """BC-09, BC-71: the purse shows it as on its way; one message tells of it (BC-73)."""
    take(ride(), now=NOW)
    (purse,) = purses.of_party(anna)
    assert (purse.available.minor, purse.incoming.minor) == (0, 120_00)
    assert noticed.inbox(anna, limit=1)[0].kind == "club.earned_later"
    assert accruing.accrue(now=at("2024-10-12")) == 0
    assert accruing.accrue(now=DUE) == 1
    assert accruing.accrue(now=DUE) == 0
    (purse,) = purses.of_party(anna)
    assert (purse.available.minor, purse.incoming.minor) == (120_00, 0)
    assert spendable(anna) == 120
    lot = Lot.objects.get()
    assert (lot.earned_on, lot.last_day) == (date(2024, 10, 13), date(2026, 10, 13))
    assert held_together(anna)


def test_the_line_of_the_payment_shows_it_waiting_and_then_given(anna: UUID) -> None:
    take(ride(), now=NOW)
    span = statement.span_of(anna)
    assert span is not None
    span = span._replace(until=at("2025-01-01"))
    line = statement.lines(anna, span)[0][0]
    assert ([one.minor for one in line.changes], [one.minor for one in line.held]) == (
        [],
        [120_00],
    )
    accruing.accrue(now=DUE)
    line = statement.lines(anna, span)[0][0]
    assert ([one.minor for one in line.changes], line.held) == ([120_00], ())
    assert [one.minor for one in statement.sums(anna, span).added] == [120_00]


@pytest.mark.parametrize("accrued_first", [True, False])
def test_a_refund_ends_as_the_same_before_and_after_the_day(
    anna: UUID, accrued_first: bool
) -> None:
    """BC-69."""
    take(ride(), now=NOW)
    if accrued_first:
        accruing.accrue(now=DUE)
    take(ride("back", -50, refund_of="ride"), now=DUE)
    assert accruing.accrue(now=DUE) == 0
    assert (balance(anna), spendable(anna)) == (70, 70)
    assert held_together(anna)


@pytest.mark.parametrize("accrued_first", [True, False])
def test_staff_may_put_another_decision_in_its_place(anna: UUID, accrued_first: bool) -> None:
    (taken,) = take(ride(), now=NOW)
    if accrued_first:
        accruing.accrue(now=DUE)
    clerk, second = (
        parties.appoint_staff(one, password=None, name=one, role=Role.APPROVER) for one in "ab"
    )
    nothing = {"rate": "0%", "amount": "0 KZT", "hold": False, "accrual_days": 0}
    wanted = Override(
        decision_id=taken.decisions[0].id,
        reason="not a fare",
        actor=clerk,
        approver=second,
        outcome=nothing,
    )
    decisions.override(wanted, now=DUE)
    assert accruing.accrue(now=DUE) == 0
    assert (balance(anna), spendable(anna)) == (0, 0)
    (purse,) = purses.of_party(anna)
    assert purse.incoming.minor == 0
    assert Waiting.objects.get().dropped
    assert held_together(anna)


def test_the_funder_is_settled_for_what_was_accrued_with_its_lot(anna: UUID) -> None:
    take(ride(), now=NOW)
    accruing.accrue(now=DUE)
    (lot,) = Lot.objects.all()
    made = settling.settle(lot.funder_id, until=at("2100-01-01"), now=at("2100-01-01"))
    assert made.taken == 120_00
    assert settling.per_lot(made.id)


def test_the_most_one_can_collect_is_told_with_figures_of_today(anna: UUID) -> None:
    """BC-82, BC-83, BC-84: the cap, what is used and what is left, each campaign its own."""
    take(ride(tenge=19_900), now=NOW)
    told = collectable(anna, on=date(2024, 10, 11))
    assert (told.rate, told.tier, told.edition) == (1_0000, "outside", "2024-09-02")
    (cap,) = told.caps
    assert (cap.limit, cap.at_most, cap.used, cap.left) == (
        "bus-cap",
        20_000_00,
        19_900_00,
        100_00,
    )
    assert (cap.since, cap.through) == (date(2024, 9, 2), date(2024, 12, 31))
    take(ride("again", 500), now=NOW)
    assert collectable(anna, on=date(2024, 10, 11)).caps[0].left == 0
    assert collectable(anna, on=date(2025, 1, 1)).caps == ()


def test_a_limit_counts_the_member_whichever_card_pays(anna: UUID) -> None:
    """BC-83."""
    cards.add(anna, "card-2", product="credit", now=NOW)
    take(ride("a", 15_000), ride("b", 15_000, card="card-2"), now=NOW)
    accruing.accrue(now=DUE)
    assert balance(anna) == 20_000
