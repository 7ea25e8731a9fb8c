"""The owner's figures: each is read from the ledger and agrees with it to the unit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F, Sum
from django.test import Client

from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Override
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel import charts
from oferta.services.club import actions, expiring, redeeming, rules
from oferta.services.club.boards import figures
from oferta.services.club.boards.figures import Flow, Span
from oferta.services.club.facts import payment_key
from oferta.services.club.mapping import load_mapping
from oferta.services.club.models import Lot, Member, Payment
from oferta.services.club.redeeming import Bill
from signing_in import sign_in_staff

NOW = datetime(2018, 3, 1, 12, tzinfo=UTC)
TODAY = date(2018, 3, 1)
HEADER = "date,amount,original_currency,merchant,card,category\n"
#: One pound is 420 tenge. Travelodge is a partner that gives 5%.
ROWS = """2017-01-10,100.00,GBP,travelodge gb0000,*0001,Hospitality
2017-02-10,200.00,GBP,aldi,*0001,Purchases Food
2017-02-12,-50.00,GBP,travelodge gb0000,*0001,Hospitality
2017-03-10,100.00,GBP,lidl,*0002,Purchases Food
"""
YEAR = Span(date(2017, 1, 1), date(2018, 12, 31))

pytestmark = pytest.mark.django_db


@pytest.fixture
def fed(tmp_path: Path) -> Member:
    file = tmp_path / "payments.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    mapping = load_mapping(Path("samples/club-mapping.yaml"))
    actions.replay(actions.read_file(file), mapping, now=NOW)
    bill = Bill(reference="t1", card="*0001", merchant="shop", bill=1000_00, bonuses=500_00)
    redeeming.redeem(bill, now=NOW)
    redeeming.refund("t1", refund_reference="r1", amount=400_00, now=NOW)
    return Member.objects.get(cards__number="*0001")


def test_the_figures_are_those_of_the_ledger_to_the_unit(fed: Member) -> None:
    found = figures.board(YEAR, today=TODAY)
    left = Lot.objects.aggregate(all=Sum(F("amount") - F("used")))["all"]
    assert found.difference == 0
    assert found.closing == found.liability == left
    assert found.flow == Flow(
        earned=(420 + 2100 + 840 + 420) * 100,
        clawed_back=(210 + 1050) * 100,
        burned=500_00,
        restored=200_00,
    )
    assert sum(one.earned for one in found.funders) == found.flow.earned
    assert sum(one.clawed_back for one in found.funders) == found.flow.clawed_back
    assert sum(one.amount for one in found.clauses) == found.flow.earned
    assert sum(one.flow.earned for one in found.periods) == found.flow.earned
    assert [one.liability for one in found.periods][-1] == found.closing
    assert {one.key: one.earned for one in found.funders} == {"": 1680_00, "travelodge": 2100_00}


def test_an_override_and_an_expiry_keep_the_sums_in_agreement(fed: Member) -> None:
    clerk = parties.appoint_staff("clerk", password=None, name="C", role=Role.CLERK)
    decisions.set_authority("bonus-club", second_person_above=10_000_00)
    (paid,) = Payment.objects.filter(merchant="aldi")
    bank = decided.decisions_by_key([payment_key(paid.key)])[payment_key(paid.key)][0]
    decisions.override(
        Override(decision_id=bank.id, reason="x", actor=clerk, facts={"category": "tax_fine"}),
        now=NOW,
    )
    expiring.expire(now=NOW + timedelta(days=4000))
    found = figures.board(Span(YEAR.first, date(2040, 1, 1)), today=TODAY)
    assert found.difference == found.liability == 0
    assert found.flow.earned == sum(one.amount for one in found.clauses) == 2940_00
    assert found.flow.expired == found.flow.earned - found.flow.clawed_back - 300_00


def test_a_span_opens_with_what_came_before_and_closes_with_what_is_left(fed: Member) -> None:
    spans = [Span(date(2017, 1, 1), date(2017, 2, 11)), Span(date(2017, 2, 12), date(2018, 12, 31))]
    first, second = (figures.board(span, today=TODAY) for span in spans)
    assert (first.opening, first.closing) == (0, second.opening)
    assert second.closing == second.liability
    assert [one.by_month for one in (first, second)] == [False, True]
    assert len(first.periods) == 42
    assert len(second.periods) == 23


def test_a_waiting_bonus_is_told_apart_from_what_is_owed(tmp_path: Path) -> None:
    file = tmp_path / "payments.csv"
    row = "2017-03-10,100.00,GBP,lidl,*0002,Purchases Food\n"
    file.write_text(HEADER + row * 2, encoding="utf-8")
    mapping = load_mapping(Path("samples/club-mapping.yaml"))
    actions.replay(actions.read_file(file), mapping, now=NOW)
    found = figures.board(YEAR, today=TODAY)
    assert (found.liability, found.incoming, found.difference) == (420_00, 420_00, 0)
    assert {one.held: one.amount for one in found.clauses if one.amount} == {
        False: 420_00,
        True: 420_00,
    }


def test_every_code_of_the_club_has_a_figure() -> None:
    codes = {value for name, value in vars(rules).items() if name.isupper() and type(value) is int}
    assert codes == set(figures._FIGURES)


def test_nothing_at_all_is_a_board_of_zeros() -> None:
    found = figures.board(today=TODAY)
    assert (found.newest, found.flow, found.difference, found.funders) == (None, Flow(), 0, ())


def test_columns_stand_on_one_line_and_what_is_not_zero_shows() -> None:
    drawn = charts.columns([(100, 0), (1, 50), (0, 0), (-20, 0)])
    assert (drawn.most, drawn.least) == (100, 50)
    assert drawn.columns[0].up_y == 0
    assert drawn.columns[0].up_height == drawn.zero
    assert drawn.columns[1].up_height > 0
    assert drawn.columns[2].up_height == drawn.columns[2].down_height == 0
    assert drawn.columns[3].down_height > 0
    assert charts.shares([1000, 1, 0]) == [100, 1, 0]
    assert charts.columns([]).columns == ()


def test_the_page_shows_the_span_that_is_asked_for(fed: Member, client: Client) -> None:
    actor = parties.appoint_staff("fin", password=None, name="F", role=Role.FINANCE)
    sign_in_staff(client, actor.id)
    page = client.get("/desk/club/?from=2017-02-01&to=2017-02-28").content.decode()
    assert "840" in page
    for wrong in ("?from=2017-02-01", "?from=x&to=y", "?from=2018-01-01&to=2017-01-01"):
        assert client.get(f"/desk/club/{wrong}").status_code == 422


def test_the_board_asks_the_database_few_questions(fed: Member) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        figures.board(YEAR, today=TODAY)
    assert len(asked) <= 8, "a savepoint, and a question for each thing shown"
    assert not [one for one in asked if "decisions_decision" in (one["sql"] or "")]
