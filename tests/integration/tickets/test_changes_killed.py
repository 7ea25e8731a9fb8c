"""A process killed amid a cancellation or a postponement: nothing is doubled, nobody missed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.services.tickets.models import ChangeTold, PerformanceChange, Refund, Ticket
from oferta.services.tickets.refunding import changing, overdue
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.types import OrderBrief, Stage, Wanted
from ticket_world import NOW, Show, a_buyer, a_show, bought

ORDERS = 12
LATER = NOW + timedelta(days=1)
#: Of two tickets each, so a batch is an order; each batch is told once it is committed.
_RUN = """
import os, sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from uuid import UUID
import test_changes_killed as here
here.run(UUID(sys.argv[2]), sys.argv[3])
"""
CHANGES = {
    "cancelled": Change(stage=Stage.CANCELLED, source="letter"),
    "postponed": Change(stage=Stage.POSTPONED, source="letter", starts_at=NOW + timedelta(days=90)),
}


def run(performance_id: object, stage: str) -> None:
    """Carry out a change in small batches, telling each one that is committed."""
    from oferta.services.tickets.refunding import cancelling

    cancelling.BATCH = 2
    changing.BATCH = 1
    for kind in (cancelling._Run, changing._Run):
        real = kind.book

        def book(self: object, *rest: object, real: object = real, **named: object) -> object:
            done = real(self, *rest, **named)  # type: ignore[operator]
            sys.stdout.write("committed\n")
            sys.stdout.flush()
            return done

        kind.book = book  # type: ignore[assignment]
    changing.carry_out(performance_id, CHANGES[stage], now=LATER)  # type: ignore[arg-type]


@contextmanager
def _running(database: str, show: Show, stage: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _RUN, database, str(show.id), stage]
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "oferta.project.settings",
        "PYTHONPATH": os.pathsep.join(one for one in sys.path if one),
    }
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _sold() -> tuple[Show, list[OrderBrief]]:
    show = a_show(general=ORDERS * 2)
    assert show.general is not None
    two = Wanted(category_id=show.general.id, count=2)
    return show, [bought(show, two, buyer=a_buyer()) for _ in range(ORDERS)]


def _killed(database: str, show: Show, stage: str, *, after: int) -> None:
    """Let a run commit so many batches, then kill it wherever it is."""
    with _running(database, show, stage) as process:
        assert process.stdout is not None
        for _ in range(after):
            assert process.stdout.readline() == "committed\n"
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def _told(orders: list[OrderBrief], kind: str) -> list[int]:
    counted = Counter(
        order.id for order in orders for one in notices.inbox(order.party_id) if one.kind == kind
    )
    return [counted[order.id] for order in orders]


def test_a_killed_cancellation_is_finished_by_the_task_and_nothing_is_doubled(
    fresh_db: str,
) -> None:
    show, orders = _sold()
    _killed(fresh_db, show, "cancelled", after=3)
    done = Refund.objects.count()
    assert 6 <= done < ORDERS * 2, "it died in the middle"
    assert done % 2 == 0, "no order is half there"
    _killed(fresh_db, show, "cancelled", after=2)
    assert Refund.objects.count() > done
    overdue.finish_cancelled(now=LATER)
    assert (overdue.finish_cancelled(now=LATER), Refund.objects.count()) == (0, ORDERS * 2)
    assert Refund.objects.values("ticket").distinct().count() == ORDERS * 2
    assert _told(orders, "tickets.cancelled") == [1] * ORDERS
    assert set(Ticket.objects.values_list("status", "generation")) == {("returned", 2)}
    assert ledger.account("tickets/owed/RUB").balance == ORDERS * 200_000
    assert PerformanceChange.objects.filter(stage=Stage.CANCELLED).count() == 1
    assert ledger.verify().findings == ()


def test_a_killed_postponement_is_finished_by_the_task_and_nobody_is_told_twice(
    fresh_db: str,
) -> None:
    show, orders = _sold()
    _killed(fresh_db, show, "postponed", after=4)
    assert 4 <= ChangeTold.objects.count() < ORDERS
    left = changing.finish(now=LATER)
    assert (ChangeTold.objects.count(), changing.finish(now=LATER)) == (ORDERS, 0)
    assert left > 0
    assert _told(orders, "tickets.postponed") == [1] * ORDERS
    assert PerformanceChange.objects.filter(stage=Stage.POSTPONED).count() == 1
