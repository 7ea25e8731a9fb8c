"""Who is in the club, with which cards, and in which tier of Halyk+ (BC-03, BC-10, BC-28..33)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from club_builders import SHOP, a_person, at, balance, paid, take
from django.db import IntegrityError, transaction

from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Override, Status
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as noticed
from oferta.core.parties import actions as parties
from oferta.core.parties.identity_types import PartyKind
from oferta.core.parties.types import Actor, Role
from oferta.services.club import expiring, redeeming
from oferta.services.club.errors import (
    BadActivity,
    BadCard,
    CardTaken,
    HasLeft,
    NotAdmitted,
    NotAMember,
    UnknownCard,
)
from oferta.services.club.membership import cards, joining, tiers
from oferta.services.club.models import Card, Member, MembershipChange, Tier
from oferta.services.club.redeeming import Bill

NOW = at("2024-03-01")


@pytest.fixture
def anna(db: None) -> UUID:
    party = a_person()
    joining.join(party, now=NOW)
    cards.add(party, "card-1", product="debit", now=NOW)
    return party


def test_an_organisation_is_refused_with_the_clause_that_says_so(db: None) -> None:
    """BC-03."""
    party = a_person("a company", kind=PartyKind.ORGANISATION)
    with pytest.raises(NotAdmitted) as refused:
        joining.join(party, now=NOW)
    assert refused.value.clause == "join-organisation"
    assert decided.decision(UUID(refused.value.decision_id)).outcome == {
        "admitted": False,
        "bonuses": "new",
    }
    assert not Member.objects.exists()


def test_who_joins_is_admitted_by_a_clause_told_of_it_and_joins_once(db: None) -> None:
    """BC-03."""
    party = a_person()
    first = joining.join(party, now=NOW)
    assert first.decision is not None
    assert first.decision.decided_by == ("join-person",)
    assert [one.kind for one in noticed.inbox(party)] == ["club.joined"]
    assert joining.join(party, now=NOW).decision is None
    assert MembershipChange.objects.count() == 1


@pytest.mark.parametrize(
    ("product", "clauses"),
    [
        ("debit", ("bank-rate",)),
        ("credit", ("bank-rate",)),
        ("gift", ("prepaid-card",)),
        ("corporate", ("corporate-card",)),
        ("sole_trader", ("corporate-card",)),
        ("altynplus", ("altynplus-card",)),
        ("altynplus_special", ("altynplus-card",)),
        ("benefit", ("special-account-card",)),
        ("special", ("special-account-card",)),
    ],
)
def test_the_product_of_the_card_tells_whether_it_earns(
    anna: UUID, product: str, clauses: tuple[str, ...]
) -> None:
    """BC-28, BC-29, BC-30, BC-31, BC-32, BC-33: one member, many cards, one rule for each."""
    cards.add(anna, "card-2", product=product, now=NOW)
    (taken,) = take(paid("p", "2024-03-05", 10_000, card="card-2", facts=SHOP), now=NOW)
    assert taken.decisions[0].decided_by == clauses
    assert balance(anna) == (100 if clauses == ("bank-rate",) else 0)


def test_a_lost_card_keeps_the_bonuses_and_what_it_pays_later_is_nobodys(anna: UUID) -> None:
    take(paid("p-1", "2024-03-05", 10_000), now=NOW)
    cards.lose(anna, "card-1", on=date(2024, 3, 6), now=NOW)
    cards.replace(anna, "card-1", "card-2", on=date(2024, 3, 7), now=NOW)
    late, of_the_day, new = take(
        paid("p-2", "2024-03-07", 10_000),
        paid("p-3", "2024-03-06", 10_000),
        paid("p-4", "2024-03-08", 10_000, card="card-2", facts=SHOP),
        now=NOW,
    )
    assert (late.status, late.error) == (Status.REJECTED, late.error)
    assert isinstance(late.error, NotAMember)
    assert (of_the_day.status, new.status) == (Status.DECIDED, Status.DECIDED)
    assert balance(anna) == 300
    assert Member.objects.count() == 1


@pytest.mark.parametrize(("card", "refund_of"), [("card-1", ""), ("card-2", ""), ("card-2", "p")])
def test_a_refund_finds_its_purchase_whichever_card_of_the_member_it_comes_to(
    anna: UUID, card: str, refund_of: str
) -> None:
    take(paid("p", "2024-03-05", 10_000), now=NOW)
    cards.replace(anna, "card-1", "card-2", on=date(2024, 3, 7), now=NOW)
    take(paid("r", "2024-03-09", -4_000, card=card, refund_of=refund_of), now=NOW)
    assert balance(anna) == 60


def test_a_number_is_one_members_on_a_day_and_the_table_holds_it(anna: UUID) -> None:
    cards.lose(anna, "card-1", on=date(2024, 3, 6), now=NOW)
    berik = a_person("berik")
    joining.join(berik, now=NOW)
    with pytest.raises(CardTaken):
        cards.add(berik, "card-1", since=date(2024, 3, 6), now=NOW)
    cards.add(berik, "card-1", since=date(2024, 3, 7), now=NOW)
    take(paid("a", "2024-03-06", 10_000), paid("b", "2024-03-07", 20_000), now=NOW)
    assert (balance(anna), balance(berik)) == (100, 200)
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.create(number="card-1", member_id=anna, since=date(2024, 3, 9))


def test_what_cannot_be_of_a_card_is_refused_with_a_code(anna: UUID) -> None:
    with pytest.raises(BadCard):
        cards.add(anna, "card-2", product="platinum", now=NOW)
    with pytest.raises(BadCard):
        cards.add(anna, " ", now=NOW)
    with pytest.raises(UnknownCard):
        cards.close(anna, "card-9", on=date(2024, 3, 9), now=NOW)
    assert cards.add(anna, "card-1", now=NOW) == Card.objects.get()


def test_who_leaves_earns_and_spends_nothing_and_comes_back_to_the_same_bonuses(
    anna: UUID,
) -> None:
    """BC-03, BC-68: the clause says 90 days, the last one included."""
    take(paid("p", "2024-03-05", 10_000), now=NOW)
    left = joining.leave(anna, now=at("2024-03-10"))
    assert left.reopens_until == date(2024, 6, 8)
    bill = Bill(reference="t", card="card-1", merchant="x", bill=100, bonuses=100)
    with pytest.raises(NotAMember):
        redeeming.redeem(bill, now=at("2024-03-11"))
    (away,) = take(paid("q", "2024-03-11", 10_000), now=NOW)
    assert isinstance(away.error, NotAMember)
    with pytest.raises(HasLeft):
        joining.leave(anna, now=at("2024-03-12"))
    with pytest.raises(HasLeft):
        cards.add(anna, "card-3", now=NOW)
    back = joining.join(anna, now=at("2024-06-08"))
    assert back.decision is not None
    assert back.decision.decided_by == ("rejoin-in-time",)
    assert redeeming.available("card-1", now=at("2024-06-09")) == 100_00
    assert [one.kind for one in MembershipChange.objects.order_by("id")] == [
        "joined",
        "card_added",
        "left",
        "reopened",
    ]


def test_who_comes_back_too_late_begins_anew_and_the_old_bonuses_expire(anna: UUID) -> None:
    """BC-68."""
    take(paid("p", "2024-03-05", 10_000), now=NOW)
    joining.leave(anna, now=at("2024-03-10"))
    back = joining.join(anna, now=at("2024-06-09"))
    assert back.decision is not None
    assert back.decision.decided_by == ("rejoin-late",)
    account = Member.objects.get(party_id=anna).account_id
    assert redeeming.usable(account, now=at("2024-06-09")) == 0
    expiring.expire(now=at("2024-06-09"))
    assert balance(anna) == 0
    assert ledger.verify().ok


def test_who_never_comes_back_has_the_bonuses_expire_after_the_last_day(anna: UUID) -> None:
    take(paid("p", "2024-03-05", 10_000), now=NOW)
    joining.leave(anna, now=at("2024-03-10"))
    for day, has in (("2024-06-08", 100), ("2024-06-09", 0)):
        joining.lapse(now=at(day))
        expiring.expire(now=at(day))
        assert balance(anna) == has


def test_the_tier_follows_from_what_was_used_the_month_before(anna: UUID) -> None:
    """BC-10, BC-16: derived by the terms, given by the club, whoever sends the payment."""
    for product in ("deposit", "mortgage", "credit-card"):
        tiers.record(anna, product, starts=date(2024, 1, 20), ends=date(2024, 3, 31))
    assert tiers.preview(anna, date(2024, 4, 1)) == ("silver", 5_0000)
    assert tiers.derive(date(2024, 4, 1), now=at("2024-04-01")) == 1
    assert tiers.derive(date(2024, 4, 1), now=at("2024-04-02")) == 0
    assert tiers.preview(anna, date(2024, 5, 1)) == ("outside", 0)
    tier = Tier.objects.get()
    assert decided.decision(tier.decision_id).decided_by == ("halyk-plus-silver",)
    take(
        paid("march", "2024-03-31", 10_000),
        paid("april", "2024-04-01", 10_000),
        paid("may", "2024-05-01", 10_000),
        now=at("2024-05-01"),
    )
    assert balance(anna) == 100 + 500 + 100
    told = paid("x", "2024-04-02", 10_000, facts=SHOP | {"halyk_plus_rate": "10%"})
    assert take(told, now=NOW)[0].status is Status.REJECTED


def test_an_activity_that_cannot_be_is_refused(anna: UUID) -> None:
    starts = date(2024, 1, 20)
    with pytest.raises(BadActivity):
        tiers.record(anna, "deposit", starts=starts, ends=starts - timedelta(days=1))
    with pytest.raises(BadActivity):
        tiers.record(anna, "", starts=starts)


def staff() -> Actor:
    return parties.appoint_staff("boss", password=None, name="boss", role=Role.APPROVER)


def corrected(decision_id: UUID, **outcome: object) -> None:
    wanted = Override(decision_id=decision_id, reason="seen", actor=staff(), outcome=outcome)
    decisions.override(wanted, now=at("2024-03-20"))


def test_who_was_refused_by_mistake_is_a_member_once_staff_correct_it(db: None) -> None:
    """The row follows the Decision, or the page and the terms would say different things."""
    party = a_person("trader", kind=PartyKind.ORGANISATION)
    with pytest.raises(NotAdmitted) as refused:
        joining.join(party, now=NOW)
    corrected(UUID(refused.value.decision_id), admitted="true", bonuses="new")
    assert Member.objects.get(party_id=party).joined_on == date(2024, 3, 20)
    assert MembershipChange.objects.latest("id").by == "staff"


def test_who_was_admitted_by_mistake_leaves_with_the_time_to_come_back(anna: UUID) -> None:
    (enrolled,) = (one for one in decided.decisions_of_party(anna) if one.question == "enrol")
    corrected(enrolled.id, admitted="false", bonuses="new")
    member = Member.objects.get(party_id=anna)
    assert member.left_on == date(2024, 3, 20)
    assert member.reopens_until is not None
    assert Card.objects.get(member=member).state == "closed"


def test_corrected_days_to_come_back_count_from_the_day_of_leaving(anna: UUID) -> None:
    joining.leave(anna, now=NOW)
    (left,) = (one for one in decided.decisions_of_party(anna) if one.question == "leave")
    corrected(left.id, days_kept="200")
    member = Member.objects.get(party_id=anna)
    assert member.reopens_until == date(2024, 3, 1) + timedelta(days=200)
