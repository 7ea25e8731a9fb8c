"""A slice of the year with redemptions and refunds drawn at random: the books come out right."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from oferta.core.ledger import queries as ledger
from oferta.services.club import actions
from oferta.services.club.drawn import actions as drawn
from oferta.services.club.drawn.proving import Explained, prove
from oferta.services.club.mapping import load_mapping
from oferta.services.club.models import Lot, Member
from oferta.services.club.reporting import Report
from oferta.services.club.types import Intake

pytestmark = pytest.mark.django_db
SAMPLES = Path("samples")
NOW = datetime(2018, 1, 5, 9, tzinfo=UTC)
ROWS = 900


@pytest.fixture(scope="module")
def intake() -> Intake:
    whole = actions.read_file(SAMPLES / "card-payments-2017.csv.gz")
    # Rows of the middle of the year; those of its first days are nearly all purchases.
    return Intake(whole.payments[20_000 : 20_000 + ROWS], [])


def replayed(intake: Intake, seed: int) -> drawn.DrawnReport:
    mapping = load_mapping(SAMPLES / "club-mapping.yaml")
    return drawn.replay(intake, mapping, seed=seed, now=NOW, batch=300)


def test_no_unit_is_lost_and_every_zero_is_explained_whatever_is_drawn(intake: Intake) -> None:
    """BC-62 to BC-76: redemptions and refunds in any split, between payments and their refunds."""
    played = replayed(intake, seed=5)
    assert ledger.verify().ok
    assert [(one.name, one.wrong) for one in played.proved if one.wrong] == []
    assert all(one.count for one in played.proved), "every promise was put to the test"
    assert played.bills_paid > 5
    assert played.refunds > played.bills_paid, "refunds came in parts"
    assert 0 < played.restored <= played.redeemed

    before = ledger.verify()
    again = replayed(intake, seed=5)
    assert ledger.verify() == before, "a second run changes nothing"
    assert again.proved == played.proved
    assert (again.redeemed, again.restored) == (played.redeemed, played.restored)
    assert again.replayed.decided_now == 0


def test_a_lot_that_holds_too_much_is_found(intake: Intake) -> None:
    small = Intake(intake.payments[:200], [])
    played = replayed(small, seed=1)
    assert played.ok
    lot = Lot.objects.filter(used__lt=1).latest("amount")
    Lot.objects.filter(id=lot.id).update(amount=lot.amount + 1)
    silent = Explained(Report(small))
    silent.hear("club/payment/told-nothing", [])
    broken = {one.name: one.wrong for one in prove(silent, [])}
    assert len(broken["lots less what is owed are the balance"]) == 1
    assert str(lot.account_id) in broken["lots less what is owed are the balance"][0]
    assert broken["lines or a clause that says why none"] == ("club/payment/told-nothing",)
    assert Member.objects.exists()
