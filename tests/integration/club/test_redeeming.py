"""Paying with bonuses, refunds of it and expiry, on real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connections, transaction
from django.db.models import F, Sum

from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Override
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as noticed
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.services.club import actions, expiring, redeeming
from oferta.services.club.errors import (
    BadRedemption,
    NotAMember,
    ReferenceReused,
    UnknownRedemption,
)
from oferta.services.club.facts import payment_key
from oferta.services.club.mapping import load_mapping
from oferta.services.club.models import Lot, LotMove, Member, Payment, Redemption
from oferta.services.club.redeeming import Bill

NOW = datetime(2018, 3, 1, 12, tzinfo=UTC)
HEADER = "date,amount,original_currency,merchant,card,category\n"
#: One pound is 420 tenge: each hundred pounds at 1% earn 420 bonuses.
ROWS = """2017-01-10,100.00,GBP,aldi,*0001,Purchases Food
2017-02-10,200.00,GBP,aldi,*0001,Purchases Food
2017-03-10,100.00,GBP,lidl,*0001,Purchases Food
"""
CARD = "*0001"
BILL = Bill(reference="till-1", card=CARD, merchant="corner shop", bill=1000_00, bonuses=500_00)


def feed(tmp_path: Path, rows: str) -> None:
    file = tmp_path / "payments.csv"
    file.write_text(HEADER + rows, encoding="utf-8")
    actions.replay(
        actions.read_file(file), load_mapping(Path("samples/club-mapping.yaml")), now=NOW
    )


@pytest.fixture
def member(db: None, tmp_path: Path) -> Member:
    feed(tmp_path, ROWS)
    return Member.objects.get(cards__number=CARD)


def left() -> list[int]:
    return [one.amount - one.used for one in Lot.objects.order_by("id")]


def holds(member: Member) -> bool:
    """Lots less what is owed are the balance of the ledger, and every move is written."""
    member.refresh_from_db()
    book = ledger.balance(member.account_id).balance
    moved = LotMove.objects.filter(lot__isnull=False).aggregate(all=Sum("amount"))["all"] or 0
    given = Lot.objects.aggregate(all=Sum("amount"))["all"] or 0
    return sum(left()) - member.owed == book and given + moved == sum(left()) and ledger.verify().ok


def test_each_funder_of_each_payment_gives_a_lot_with_a_last_day(member: Member) -> None:
    """BC-68."""
    assert left() == [420_00, 840_00, 420_00]
    first = Lot.objects.earliest("id")
    assert (str(first.earned_on), str(first.last_day)) == ("2017-01-10", "2019-01-10")
    assert holds(member)


def test_a_bill_is_paid_in_part_by_what_expires_first(member: Member) -> None:
    """BC-62, BC-68."""
    answer = redeeming.redeem(BILL, now=NOW)
    assert (answer.amount, answer.money, answer.instead) == (500_00, 500_00, "nothing_else")
    assert answer.decision.decided_by == ("redeem-at-terminal",)
    assert left() == [0, 760_00, 420_00]
    assert holds(member)
    told = noticed.inbox(member.party_id, limit=1)[0]
    assert told.kind == "club.redeemed"


def test_asked_again_it_answers_the_same_and_takes_nothing(member: Member) -> None:
    first, again = redeeming.redeem(BILL, now=NOW), redeeming.redeem(BILL, now=NOW)
    assert again.replayed
    assert (again.amount, again.decision.id) == (first.amount, first.decision.id)
    assert sum(left()) == 1180_00
    with pytest.raises(ReferenceReused):
        redeeming.redeem(replace(BILL, bonuses=1_00), now=NOW)


@pytest.mark.parametrize(
    ("changed", "instead", "clause"),
    [
        ({"channel": "self_service"}, "staffed_till", "redeem-self-service"),
        ({"bonuses": 1680_01, "bill": 2000_00}, "fewer_bonuses", "redeem-more-than-there-is"),
        ({"channel": "app", "biller_takes_bonuses": False}, "money", "redeem-app-not-offered"),
        ({"terminal_owner": "other"}, "bank_terminal", "redeem-elsewhere"),
    ],
)
def test_where_bonuses_do_not_pay_the_till_is_told_what_does(
    member: Member, changed: dict[str, object], instead: str, clause: str
) -> None:
    """BC-63, BC-65, BC-67, BC-71."""
    answer = redeeming.redeem(replace(BILL, **changed), now=NOW)  # type: ignore[arg-type]
    assert (answer.amount, answer.instead) == (0, instead)
    assert answer.decision.decided_by == (clause,)
    assert sum(left()) == 1680_00
    assert holds(member)


@pytest.mark.parametrize(
    "split", [[1000_00], [1, 999_99], [333_33, 333_33, 333_34], [500_00, 500_00]]
)
def test_any_split_of_a_refund_ends_as_the_whole(member: Member, split: list[int]) -> None:
    """BC-69."""
    redeeming.redeem(BILL, now=NOW)
    parts = [
        redeeming.refund(BILL.reference, refund_reference=f"r{n}", amount=part, now=NOW)
        for n, part in enumerate(split)
    ]
    assert sum(one.bonuses for one in parts) == 500_00
    assert sum(one.money for one in parts) == 500_00
    assert left() == [420_00, 840_00, 420_00]
    assert holds(member)


def test_a_refund_asked_again_gives_back_once(member: Member) -> None:
    redeeming.redeem(BILL, now=NOW)
    once = redeeming.refund("till-1", refund_reference="r", amount=500_00, now=NOW)
    again = redeeming.refund("till-1", refund_reference="r", amount=500_00, now=NOW)
    assert (once.bonuses, again.bonuses, again.replayed) == (250_00, 250_00, True)
    with pytest.raises(ReferenceReused):
        redeeming.refund("till-1", refund_reference="r", amount=400_00, now=NOW)
    assert holds(member)


def test_more_than_was_paid_waits_for_a_person(member: Member) -> None:
    redeeming.redeem(BILL, now=NOW)
    answer = redeeming.refund("till-1", refund_reference="r", amount=1000_01, now=NOW)
    assert answer.bonuses == 0
    assert answer.decision.decided_by == ("restore-above-purchase",)
    assert holds(member)


def test_a_clawback_of_what_is_spent_is_owed_and_later_bonuses_fill_it(
    member: Member, tmp_path: Path
) -> None:
    """BC-69."""
    redeeming.redeem(replace(BILL, bill=1680_00, bonuses=1680_00), now=NOW)
    feed(tmp_path, ROWS + "2017-04-10,-200.00,GBP,aldi,*0001,Purchases Food\n")
    member.refresh_from_db()
    assert member.owed == 840_00
    assert redeeming.available(CARD, now=NOW) == 0
    assert holds(member)
    feed(tmp_path, ROWS + "2017-05-10,300.00,GBP,aldi,*0001,Purchases Food\n")
    member.refresh_from_db()
    assert (member.owed, redeeming.available(CARD, now=NOW)) == (0, 420_00)
    assert holds(member)


def test_bonuses_expire_after_their_last_day_and_not_on_it(member: Member) -> None:
    """BC-68."""
    last = datetime(2019, 1, 10, 12, tzinfo=UTC)
    assert expiring.expire(now=last) == 0
    assert redeeming.available(CARD, now=last + timedelta(days=1)) == 1260_00
    assert expiring.expire(now=last + timedelta(days=1)) == 1
    assert expiring.expire(now=last + timedelta(days=1)) == 0
    assert left() == [0, 840_00, 420_00]
    assert noticed.inbox(member.party_id, limit=1)[0].kind == "club.expired"
    breakage = ledger.accounts_by_prefix("club/expired/")
    assert sum(one.balance for one in breakage) == 420_00
    assert holds(member)


def test_a_member_is_warned_once_of_what_will_expire(member: Member) -> None:
    soon = datetime(2018, 12, 20, 12, tzinfo=UTC)
    assert (expiring.warn(now=soon), expiring.warn(now=soon)) == (1, 0)
    told = noticed.inbox(member.party_id, limit=1)[0]
    assert (told.kind, told.params["amount"]) == (
        "club.expires_soon",
        {"minor": 420_00, "unit": "BONUS"},
    )


def test_lots_follow_an_override_of_what_was_earned(member: Member) -> None:
    """BC-89."""
    payment = Payment.objects.get(merchant="lidl")
    (old,) = (
        one
        for one in decided.decisions_by_key([payment_key(payment.key)])[payment_key(payment.key)]
        if one.question == "bank_bonus"
    )
    redeeming.redeem(replace(BILL, bill=1680_00, bonuses=1680_00), now=NOW)
    actor = parties.appoint_staff("a", password=None, name="A", role=Role.APPROVER)
    other = parties.appoint_staff("b", password=None, name="B", role=Role.APPROVER)
    new = decisions.override(
        Override(
            decision_id=old.id,
            reason="half",
            actor=actor,
            approver=other,
            outcome={"rate": "1%", "amount": "100 KZT", "hold": False, "accrual_days": 0},
        ),
        now=NOW,
    )
    member.refresh_from_db()
    assert member.owed == 320_00
    assert holds(member)
    decisions.override(
        Override(
            decision_id=new.id,
            reason="whole again",
            actor=actor,
            approver=other,
            outcome={"rate": "1%", "amount": "420 KZT", "hold": False, "accrual_days": 0},
        ),
        now=NOW,
    )
    member.refresh_from_db()
    assert member.owed == 0
    assert holds(member)


def test_what_cannot_be_is_refused_with_a_code(member: Member) -> None:
    with pytest.raises(BadRedemption, match="bonuses"):
        redeeming.redeem(replace(BILL, bonuses=0), now=NOW)
    with pytest.raises(NotAMember):
        redeeming.redeem(replace(BILL, card="*9999"), now=NOW)
    with pytest.raises(UnknownRedemption):
        redeeming.refund("nothing", refund_reference="r", amount=1, now=NOW)
    assert not Redemption.objects.exists()


def test_the_database_itself_refuses_to_spend_a_lot_twice(member: Member) -> None:
    with pytest.raises(DatabaseError, match="lot_holds"), transaction.atomic():
        Lot.objects.update(used=F("amount") + 1)


def test_what_happened_to_a_lot_is_never_rewritten(member: Member) -> None:
    redeeming.redeem(BILL, now=NOW)
    for table in (LotMove, Redemption):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            table.objects.all().delete()


@pytest.fixture
def committed(fresh_db: str, tmp_path: Path) -> Member:
    del fresh_db
    feed(tmp_path, ROWS)
    return Member.objects.get(cards__number=CARD)


def test_a_thousand_tills_at_once_never_overdraw_one_balance(committed: Member) -> None:
    """Each asks for 5 of the 1,680 bonuses: exactly 336 get them."""

    def ask(first: int) -> list[int]:
        bills = (
            Bill(reference=f"till-{n}", card=CARD, merchant="shop", bill=10_00, bonuses=5_00)
            for n in range(first, 1000, 16)
        )
        try:
            return [redeeming.redeem(bill, now=NOW).amount for bill in bills]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as tills:
        paid = [amount for amounts in tills.map(ask, range(16)) for amount in amounts]
    assert len(paid) == 1000
    assert sum(paid) == 1680_00
    assert sorted(set(paid)) == [0, 5_00]
    assert sum(left()) == 0
    assert holds(committed)
