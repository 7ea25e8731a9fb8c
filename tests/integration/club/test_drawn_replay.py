"""A slice of the year with redemptions and refunds drawn at random: the books come out right."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from oferta.core.ledger import queries as ledger
from oferta.services.club import actions
from oferta.services.club.boards import totals
from oferta.services.club.drawn import actions as drawn
from oferta.services.club.drawn import ending
from oferta.services.club.drawn.proving import Explained, prove
from oferta.services.club.errors import EndUnreadable
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


def test_payments_that_arrive_in_another_order_come_to_the_same_end(
    intake: Intake, tmp_path: Path
) -> None:
    """BC-69: only what tills asked in between is of its moment."""
    small = Intake(intake.payments[:240], [])
    told: dict[str, Any] = {"seed": 5, "now": NOW, "batch": 60}
    mapping = load_mapping(SAMPLES / "club-mapping.yaml")
    late = drawn.shuffled(small, seed=11, batch=60)
    assert {one.key for one in late.payments} == {one.key for one in small.payments}
    assert late.payments != small.payments
    in_order = end_of(lambda: drawn.replay(small, mapping, **told))
    other = end_of(lambda: drawn.replay(late, mapping, **told))
    found = ending.compared(in_order, other, bills=True)
    assert [(one.name, one.differ) for one in found if one.invariant and one.differ] == []
    assert ending.digest(in_order, invariant=True) == ending.digest(other, invariant=True)
    assert {one.name for one in found if one.differ} <= set(ending.OF_THEIR_MOMENT)

    plain = end_of(lambda: actions.replay(small, mapping, now=NOW, batch=60))
    shuffled = end_of(lambda: actions.replay(late, mapping, now=NOW, batch=60))
    assert plain == shuffled, "without bills nothing at all differs"
    file = tmp_path / "end.gz"
    ending.write(plain, file)
    assert ending.read(file) == plain
    (key, *_) = plain["payments: outcome and clauses"]
    plain["payments: outcome and clauses"][key] = "another"
    broken = [one for one in ending.compared(plain, shuffled, bills=False) if one.differ]
    assert [(one.things, one.differ, one.invariant) for one in broken] == [
        (len(shuffled["payments: outcome and clauses"]), (key,), True)
    ]


def end_of(replay: Callable[[], object]) -> ending.End:
    """Return how a replay ends in a club of its own, which is undone."""
    point = transaction.savepoint()
    replay()
    assert ledger.verify().ok
    assert totals.differences() == []
    found = ending.end()
    transaction.savepoint_rollback(point)
    return found


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"[1]"), gzip.compress(b"{")])
def test_a_file_that_is_no_end_is_told_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "end.gz"
    file.write_bytes(content)
    with pytest.raises(EndUnreadable):
        ending.read(file)


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
