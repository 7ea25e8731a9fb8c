"""Replays a file of payments with redemptions drawn between them, and proves the books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from oferta.services.club import actions, enrolment
from oferta.services.club.drawn.mixing import Mixer
from oferta.services.club.drawn.proving import Explained, Proved, prove
from oferta.services.club.mapping import Mapping
from oferta.services.club.reporting import Report
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

    Members pay bills with bonuses and get parts of them refunded, in any split. A second run with
    the same seed and batches changes nothing.

    Args:
        intake: what `read_file` read.
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
    parts = list(actions.parts(intake.payments, batch))
    taken = actions.take_in_all(parts, books, explained, now=now)
    for part, count in zip(parts, taken, strict=True):
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
