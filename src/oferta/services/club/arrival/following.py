"""What follows once purchases were decided: refunds, those that waited, and what came late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Answer, Decision
from oferta.services.club import queries
from oferta.services.club.arrival import caps, reading, refunds, waiting
from oferta.services.club.enrolment import Books
from oferta.services.club.facts import EARNING, day_of, refund_key
from oferta.services.club.reporting import Tells
from oferta.services.club.types import Pair, Payment, Refund

#: Refunds looked at in one go by the task.
PAGE = 500


class _Deaf:
    """Is told what became of refunds that nobody waits for."""

    def answers(self, answers: Iterable[Answer]) -> None:
        """Hear nothing."""

    def refunds_decided_before(self, decisions: Iterable[Decision]) -> None:
        """Hear nothing."""

    def refund_waits(self, key: str) -> None:
        """Hear nothing."""


def follow(
    payments: Sequence[Payment],
    made: Sequence[Decision],
    books: Books,
    report: Tells,
    *,
    now: datetime,
) -> None:
    """Take in the refunds of a batch whose purchases are decided, and put right what came late.

    Each step commits by itself (or with the caller) and may be done again: who is not answered
    sends the batch once more, and what is right already stays.

    Args:
        payments: the whole batch.
        made: the decisions about its purchases, those that were made before too.
        books: accounts of the batch.
        report: is told what became of refunds.
        now: when it is decided.
    """
    bought = [one for one in payments if one.row.amount > 0]
    caps.check(made, bank=books.bank, now=now)
    coming = _new_refunds(payments, books, report)
    pairs: dict[Pair, date] = {}
    for one in bought:
        pair = books.account(one.row), one.row.merchant
        pairs[pair] = min(one.row.paid_on, pairs.get(pair, one.row.paid_on))
    keys = [one.key for one in bought]
    cards = reading.cards_of({holder for holder, _ in pairs})
    woken = waiting.called(keys, {pair: cards[pair[0]] for pair in pairs})
    refunds.adopt(keys, bank=books.bank, now=now)
    refunds.rematch(reading.touched(pairs), bank=books.bank, now=now)
    unique = {one.key: one for one in (*woken, *coming)}
    refunds.take(list(unique.values()), bank=books.bank, report=report, now=now)


def wake(*, bank: int, now: datetime) -> int:
    """Ask about refunds that waited long enough, and again whether a purchase came for the others.

    Returns:
        How many were asked about because their time is over.
    """
    over = 0
    while found := waiting.overdue(today=day_of(now), limit=PAGE):
        refunds.take(found, bank=bank, report=_Deaf(), now=now, patient=False)
        over += len(found)
    after = ""
    while found := waiting.all_waiting(after=after, limit=PAGE):
        refunds.take(found, bank=bank, report=_Deaf(), now=now)
        after = found[-1].key
    return over


def _new_refunds(payments: Sequence[Payment], books: Books, report: Tells) -> list[Refund]:
    """Return the refunds that are not on file; answer those that are, or wait, as they were."""
    own = [one for one in payments if one.row.amount < 0]
    if not own:
        return []
    known = queries.known_keys(one.key for one in own)
    report.refunds_decided_before(_first_decisions(one for one in own if one.key in known))
    return [_refund(one, books) for one in own if one.key not in known]


def _first_decisions(payments: Iterable[Payment]) -> list[Decision]:
    keys = [refund_key(one.key, question) for one in payments for question in EARNING]
    found = decided.decisions_by_key(keys)
    return [one for stored in found.values() for one in stored if one.overrides is None]


def _refund(one: Payment, books: Books) -> Refund:
    row = one.row
    return Refund(
        key=one.key,
        card=row.card,
        merchant=row.merchant,
        at=row.at,
        paid_on=row.paid_on,
        amount=-books.source.converted(row.amount),
        repeat_no=one.repeat_no,
        named=one.purchase_key,
        party_id=books.party(row),
        member=books.account(row),
    )
