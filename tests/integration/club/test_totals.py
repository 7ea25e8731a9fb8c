"""Sums kept for the owner's page agree with the books to the unit, at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from threading import Event, Thread

import pytest
from club_builders import DEBIT, FARE, SHOP, a_person, at, paid, take
from django.db import connection, transaction

from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Override
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.project.cli import main
from oferta.services.club import enrolment
from oferta.services.club.boards import figures, totals
from oferta.services.club.boards.figures import Span
from oferta.services.club.facts import payment_key
from oferta.services.club.models import ClauseTotal, DayTotal, TotalsMark
from oferta.services.club.paying import key_of

NOW = at("2024-10-20")
SPAN = Span(date(2024, 10, 1), date(2024, 10, 31))
PARTNER = SHOP | DEBIT | {"partner_rate": "5%"}


@pytest.fixture
def member(fresh_db: str) -> Iterator[None]:
    enrolment.enrol(a_person(), "card-1")
    yield
    connection.close()


def a_day(number: int) -> None:
    """Take in a purchase at a partner, a fare, one without a bonus, and a refund of half."""
    day = f"2024-10-{number:02}"
    take(
        paid(f"p{number}", day, 1_000 * number, facts=PARTNER, partner="magnum"),
        paid(f"b{number}", day, 150, facts=FARE | DEBIT, merchant="bus"),
        paid(f"n{number}", day, 700, facts=SHOP | DEBIT | {"method": "card_physical"}),
        paid(f"r{number}", day, -500 * number, refund_of=f"p{number}"),
        now=NOW,
    )


def overridden(payment_id: str) -> None:
    key = payment_key(key_of(payment_id))
    bank = decided.decisions_by_key([key])[key][0]
    clerk = parties.appoint_staff(payment_id, password=None, name="C", role=Role.CLERK)
    decisions.set_authority("bonus-club", second_person_above=10_000_00)
    facts = {"category": "tax_fine"}
    decisions.override(Override(decision_id=bank.id, reason="x", actor=clerk, facts=facts), now=NOW)


def killed_while_folding() -> None:
    totals.fold()
    raise KeyboardInterrupt


def agrees() -> figures.Board:
    """Return the board, once it is sure that books, sums and lists all say the same."""
    assert totals.differences() == []
    found = figures.board(SPAN, today=NOW.date())
    assert found.difference == 0
    assert sum(one.earned for one in found.funders) == found.flow.earned
    assert sum(one.flow.earned for one in found.periods) == found.flow.earned
    return found


@pytest.mark.usefixtures("member")
def test_what_is_kept_and_what_came_since_are_the_books_before_and_after_every_fold() -> None:
    """BC-06, BC-07: by day, by funder and by clause."""
    a_day(1)
    assert DayTotal.objects.count() == 0, "all of it is read from the journal"
    first = agrees()
    totals.fold()
    assert DayTotal.objects.count() > 0
    assert agrees() == first
    assert ClauseTotal.objects.filter(gathered=False).count() == 0

    a_day(2)
    overridden("p1")
    second = agrees()
    assert second.flow.earned > first.flow.earned
    assert second.flow.clawed_back > first.flow.clawed_back
    mark = TotalsMark.objects.get().below_xid
    totals.fold()
    assert TotalsMark.objects.get().below_xid > mark
    assert agrees() == second
    assert totals.fold() == 0, "a second time there is nothing to add"
    assert main(["club", "totals", "--rebuild"]) == 0
    assert agrees() == second


@pytest.mark.usefixtures("member")
def test_a_fold_that_is_killed_has_done_nothing_and_a_wrong_sum_is_found_and_mended() -> None:
    a_day(1)
    before = agrees()
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        killed_while_folding()
    assert not DayTotal.objects.exists()
    assert agrees() == before
    totals.fold()
    row = DayTotal.objects.exclude(account_id=totals.ALL).first()
    assert row is not None
    DayTotal.objects.filter(pk=row.pk).update(amount=row.amount + 1)
    clauses = ClauseTotal.objects.latest("amount")
    ClauseTotal.objects.filter(id=clauses.id).update(decisions=clauses.decisions + 1)
    assert len(totals.differences()) == 2
    assert main(["club", "totals"]) == 1
    totals.rebuild()
    assert agrees() == before


@pytest.mark.usefixtures("member")
def test_a_server_that_counts_its_transactions_anew_is_read_from_the_journal() -> None:
    """A dump was restored: the mark is far above what this server has come to."""
    a_day(1)
    before = agrees()
    totals.fold()
    TotalsMark.objects.update(below_xid=2**40)
    a_day(2)
    found = agrees()
    assert found.flow.earned > before.flow.earned
    totals.fold()
    assert TotalsMark.objects.get().below_xid < 2**40
    assert agrees() == found


@pytest.mark.usefixtures("member")
def test_payments_folds_and_rebuilding_at_once_lose_nothing_and_no_look_sees_half() -> None:
    done, wrong = Event(), []

    def keep(step: int) -> None:
        try:
            while not done.is_set():
                (totals.fold, totals.rebuild, agrees)[step]()
        except Exception as error:  # noqa: BLE001 - told below
            wrong.append(error)
        finally:
            connection.close()

    others = [Thread(target=keep, args=(step,)) for step in range(3)]
    for one in others:
        one.start()
    for number in range(1, 9):
        a_day(number)
        overridden(f"b{number}")
    done.set()
    for one in others:
        one.join()
    assert wrong == []
    assert agrees().flow.earned > 0
