"""Replays a file of payments with redemptions drawn between them, and proves the books.

`shuffled` lets the payments arrive in another order: refunds before their purchases, December
before March. What bills are drawn does not depend on that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from oferta.services.club import actions, enrolment
from oferta.services.club.drawn.mixing import Mixer
from oferta.services.club.drawn.proving import Explained, Proved, prove
from oferta.services.club.mapping import Mapping
from oferta.services.club.reporting import Report
from oferta.services.club.rules import in_order
from oferta.services.club.types import Intake, ReplayReport


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnReport:
    """What a replay with redemptions did; amounts in minor units."""

    replayed: ReplayReport
    #: Bills that bonuses paid, in whole or in part, and those that they did not.
    bills_paid: int
    bills_not_paid: int
    redeemed: int
    refunds: int
    restored: int
    proved: list[Proved]

    @property
    def ok(self) -> bool:
        """Whether every promise holds."""
        return not any(one.wrong for one in self.proved)


def shuffled(intake: Intake, *, seed: int, batch: int = actions.BATCH) -> Intake:
    """Return the same payments as they might arrive: in an order drawn from the seed.

    Within a batch they stand in the order that counts, as every feed puts them (ADR 0016).
    """
    arriving = sorted(intake.payments, key=lambda one: one.key)
    Random(seed).shuffle(arriving)  # noqa: S311 - an order of arrival, no secret
    parts = actions.parts(arriving, batch)
    return Intake([one for part in parts for one in in_order(part)], intake.bad_rows)


def replay(
    intake: Intake,
    mapping: Mapping,
    *,
    seed: int,
    now: datetime,
    batch: int = actions.BATCH,
    progress: Callable[[int], None] = lambda _: None,
) -> DrawnReport:
    """Feed payments as `actions.replay` does, and after each batch what the seed draws.

    Members pay bills with bonuses and get parts of them refunded, in any split. What is drawn
    follows from the payments in the order that counts, not from how they arrive. A second run with
    the same seed and batches changes nothing.

    Args:
        intake: what `read_file` read, or that `shuffled`.
        mapping: how its rows are read as payments of the club.
        seed: of what is drawn.
        now: when payments are decided; redemptions are decided on the day of their batch.
        batch: payments per batch.
        progress: called with the number of payments done since the last call.
    """
    report = Report(intake)
    explained = Explained(report)
    books = enrolment.open_books(intake.payments, mapping, now=now)
    mixer = Mixer(seed, books)
    days = actions.parts(in_order(intake.payments), batch)
    arriving = actions.parts(intake.payments, batch)
    taken = actions.take_in_all(arriving, books, explained, now=now)
    for part, count in zip(days, taken, strict=True):
        mixer.between(part)
        progress(count)
    for one in mixer.decisions:
        explained.hear(one.key, [one])
    paid = [one for one in mixer.bills if one.paid]
    return DrawnReport(
        replayed=report.done(),
        bills_paid=len(paid),
        bills_not_paid=len(mixer.bills) - len(paid),
        redeemed=sum(one.paid for one in paid),
        refunds=sum(one.parts for one in mixer.bills),
        restored=sum(one.restored for one in mixer.bills),
        proved=prove(explained, mixer.bills),
    )
