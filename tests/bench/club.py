"""The bonus club on real payments: decided, posted and explained through the batch feed.

The rows of the shared year go through the club as `oferta club replay` feeds them: the Bank's and
the partner's bonus are asked together, lots are opened, refunds find their purchase and take back,
reviews are asked, notices queued; a database transaction for each batch of 1,000 and one for its
refunds. Of every Decision the explanation is rendered, in one of the five languages in turn: the
cited trace of its mask, which the terms remember (the full explanation of some is made afterwards,
not timed, and must cite the same clauses).

Beside it stands the ledger's own limit in the same run: the very transfers that this slice of the
year made, posted once more as bare transfers in batches of 1,000, a commit for each. The promise
is a figure, not a ratio: 2,000 payments a second on two cores.
"""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

BATCH = 1_000
PAYMENTS = 6_000
#: Of so many Decisions one is explained in full.
FULLY_EACH = 500
DATABASE = "oferta_bench_club"
ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2018, 1, 5, 9, 0, tzinfo=UTC)
TARGET = 2_000


def main(rounds: int = 5) -> list[dict[str, Any]]:
    """Return the club's rate and the ledger's beside it."""
    _prepare()
    from oferta.services.club import enrolment

    year, mapping = _year()
    slices = list(_slices(year, 1 + rounds))
    everybody = [one for part in slices for one in part]
    books = enrolment.open_books(everybody, mapping, now=NOW)
    spent = [_round(part, books) for part in slices][1:]  # the first warms caches and plans
    rate = statistics.median(one.payments / one.wall for one in spent)
    limit = statistics.median(one.transfers / one.ledger_wall for one in spent)
    return [
        {
            "name": "payments decided, posted and explained / 2,000 a second",
            "ours": rate,
            "anchor": float(TARGET),
            "unit": "payments/s",
            "ratio": rate / TARGET,
            "target": 1.0,
        },
        {
            "name": "the same / the ledger alone, its transfers of the same payments",
            "ours": rate,
            "anchor": limit,
            "unit": "a second",
            "ratio": statistics.median(
                one.payments / one.wall / (one.transfers / one.ledger_wall) for one in spent
            ),
            "client_microseconds_per_payment": statistics.median(
                one.cpu / one.payments for one in spent
            )
            * 1e6,
            "transfers_per_payment": sum(one.transfers for one in spent)
            / sum(one.payments for one in spent),
        },
    ]


@dataclass(slots=True)
class _Spent:
    payments: int
    wall: float
    cpu: float
    transfers: int
    ledger_wall: float


@dataclass(slots=True)
class _Explains:
    """Renders why each Decision came out as it did."""

    decisions: list[Any] = field(default_factory=list)
    languages: Iterator[Any] = field(default_factory=lambda: cycle(_languages()))

    def answers(self, answers: Iterable[Any]) -> None:
        """Explain a batch."""
        for answer in answers:
            assert answer.error is None, answer.error
            for decision in answer.decisions:
                self._explain(decision)

    def refunds_decided_before(self, decisions: Iterable[Any]) -> None:
        """No payment comes twice."""
        assert not list(decisions)

    def refund_waits(self, key: str) -> None:
        """A refund of a purchase that is not in the slice: nothing is decided yet."""

    def _explain(self, decision: Any) -> None:
        language = next(self.languages)
        of_program = _traces(decision.pack, decision.edition, decision.question, language)
        told = of_program[decision.mask]
        assert told.cited, decision.id
        assert told.deciding == decision.decided_by
        self.decisions.append(decision)

    def fully(self) -> None:
        """Explain some in full, and hold it to what the trace said."""
        from oferta.core.decisions.explaining import explanation_of

        for decision in self.decisions[::FULLY_EACH]:
            full = explanation_of(decision, "en", changes=0)
            assert full is not None
            assert full.decided_by == decision.decided_by


def _round(part: list[Any], books: Any) -> _Spent:
    from oferta.services.club import actions

    explains = _Explains()
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in actions.take_in_all(actions.parts(part, BATCH), books, explains, now=NOW):
        pass
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    explains.fully()
    transfers = _again(explains.decisions)
    gc.collect()
    begun = time.perf_counter()
    _ledger(transfers)
    return _Spent(len(part), wall, cpu, len(transfers), time.perf_counter() - begun)


@cache
def _traces(pack: str, edition: str, question: str, language: Any) -> Any:
    from oferta.core.terms import shelf
    from oferta.core.terms.traces import traces

    terms = shelf.terms()
    return traces(terms.program(pack, question, terms.edition_called(pack, edition)), language)


def _again(decisions: list[Any]) -> list[Any]:
    """Return what these Decisions moved as single transfers, not booked yet."""
    from oferta.core.ledger import queries as ledger
    from oferta.core.ledger.types import Transfer
    from oferta.kernel.ids import uuid7

    booked = ledger.transfers([id_ for one in decisions for id_ in one.transfer_ids])
    return [
        Transfer(uuid7(), one.decision_id, one.event_at, one.debit, one.credit, one.amount)
        for one in booked.values()
    ]


def _ledger(transfers: list[Any]) -> None:
    from django.db import transaction

    from oferta.core.ledger import actions as ledger

    for start in range(0, len(transfers), BATCH):
        with transaction.atomic():
            results = ledger.post(transfers[start : start + BATCH], now=NOW)
        assert all(result.code.accepted for result in results)


def _slices(year: list[Any], count: int) -> Iterator[list[Any]]:
    """Yield rows of the year in order; from its beginning once more as other payments, if short."""
    for number in range(count):
        run, start = divmod(number * PAYMENTS, len(year) - len(year) % PAYMENTS)
        part = year[start : start + PAYMENTS]
        yield [one._replace(key=f"{run}/{one.key}"[:32]) for one in part] if run else part


def _year() -> tuple[list[Any], Any]:
    from oferta.services.club import actions
    from oferta.services.club.mapping import load_mapping

    intake = actions.read_file(ROOT / "samples" / "card-payments-2017.csv.gz")
    return intake.payments, load_mapping(ROOT / "samples" / "club-mapping.yaml")


def _languages() -> tuple[Any, ...]:
    from oferta.kernel.i18n import LANGUAGES

    return tuple(LANGUAGES)


def _prepare() -> None:
    """Make a database of the bench's own on the server in use, with every table and no row."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oferta.project.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    settings = connections.settings["default"]
    connections["default"].close()
    settings["NAME"] = "postgres"
    with connections["default"].cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{DATABASE}"')
    connections["default"].close()
    settings["NAME"] = DATABASE
    call_command("migrate", verbosity=0)
