"""What the club does: take in payments, and replay a file of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import tee
from pathlib import Path

from django.db import connection, transaction

from oferta.core.cases import actions as cases
from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.preparing import Prepared
from oferta.core.decisions.types import Answer, Decision, Event, Status
from oferta.services.club import enrolment, keeping, queries, refunding
from oferta.services.club.campaigns import accruing
from oferta.services.club.enrolment import Books
from oferta.services.club.errors import NotAMember
from oferta.services.club.facts import (
    EARNING,
    payment_event,
    payment_key,
    refund_event,
    refund_key,
)
from oferta.services.club.mapping import Mapping
from oferta.services.club.payments_file import read_payments
from oferta.services.club.purse import Purse
from oferta.services.club.queries import Pair
from oferta.services.club.reporting import Report, Tells
from oferta.services.club.rules import FUNDERS, in_order, numbered, purchase_of
from oferta.services.club.source import Source
from oferta.services.club.types import (
    BadRow,
    Intake,
    Payment,
    PaymentRow,
    Purchase,
    ReplayReport,
)

#: Payments decided in one database transaction.
BATCH = 1000

_STORE = """
INSERT INTO club_payment (key, card, merchant, paid_on, amount, repeat_no, purchase_key)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::bigint[], %s::integer[],
                     %s::text[])
ON CONFLICT (key) DO NOTHING
"""

#: What a person is asked about a Decision whose outcome says `hold`.
REPEAT, REFUND = "repeat", "refund"


@dataclass(slots=True)
class _Refund:
    payment: Payment
    #: Refunded now, above zero, minor units of the club's currency.
    amount: int
    purchase: Purchase | None = None

    @property
    def pair(self) -> Pair:
        """What it has in common with its purchase."""
        return self.payment.row.card, self.payment.row.merchant


def read_file(path: Path) -> Intake:
    """Read a file of card payments: every good row in the order of deciding, every bad one listed.

    Args:
        path: CSV with `payments_file.COLUMNS`, gzipped or not.

    Raises:
        FileUnreadable: it is no such file; nothing of it is decided.
    """
    good: list[PaymentRow] = []
    bad: list[BadRow] = []
    for row in read_payments(path):
        if isinstance(row, BadRow):
            bad.append(row)
        else:
            good.append(row)
    return Intake(in_order(numbered(good)), bad)


def replay(
    intake: Intake,
    mapping: Mapping,
    *,
    now: datetime,
    batch: int = BATCH,
    progress: Callable[[int], None] = lambda _: None,
) -> ReplayReport:
    """Feed payments through the loop; a second run changes nothing.

    What is decided together commits together: payments, decisions, transfers, notices, reviews. A
    run that was cut off goes on where it stopped when it is started again.

    Args:
        intake: what `read_file` read.
        mapping: how its rows are read as payments of the club.
        now: when the decisions are made.
        batch: payments per batch.
        progress: called with the number of payments done since the last call.
    """
    report = Report(intake)
    books = enrolment.open_books(intake.payments, mapping, now=now)
    for taken in take_in_all(_parts(intake.payments, batch), books, report, now=now):
        progress(taken)
    return report.done()


def take_in(payments: list[Payment], books: Books, report: Tells, *, now: datetime) -> None:
    """Decide the purchases of a batch in one database transaction, then its refunds in others.

    A purchase that came in before is asked again and answered as it was; a refund that came in
    before keeps the purchase it was matched to. What nobody's card paid on its day is not taken.
    """
    for _ in take_in_all([payments], books, report, now=now):
        pass


def take_in_all(
    parts: Iterable[list[Payment]], books: Books, report: Tells, *, now: datetime
) -> Iterator[int]:
    """Take in batch after batch as `take_in` does, each prepared while the one before is decided.

    Yields:
        How many payments each batch had, once it is on file.
    """
    here, ahead = tee(parts)
    prepared = decisions.ahead(_purchase_events(part, books) for part in ahead)
    for part, purchases in zip(here, prepared, strict=True):
        _take_in(part, purchases, books, report, now)
        yield len(part)


def _take_in(
    payments: list[Payment], purchases: Prepared, books: Books, report: Tells, now: datetime
) -> None:
    if strangers := [one for one in payments if not books.knows(one.row)]:
        report.answers(_not_taken(one) for one in strangers)
        payments = [one for one in payments if books.knows(one.row)]
    known = queries.known_keys(one.key for one in payments)
    bought = [one for one in payments if one.row.amount > 0]
    _take_in_purchases(bought, purchases, known, books, report, now)
    refunds = [one for one in payments if one.row.amount < 0]
    report.refunds_decided_before(_decided_refunds([one for one in refunds if one.key in known]))
    convert = books.source.converted
    waiting = [_Refund(one, -convert(one.row.amount)) for one in refunds if one.key not in known]
    while waiting:
        wave = list({_apart(one, books): one for one in reversed(waiting)}.values())
        _take_in_refunds(wave, books, report, now)
        waiting = [one for one in waiting if one not in wave]


@transaction.atomic
def _take_in_purchases(
    payments: list[Payment],
    prepared: Prepared,
    known: set[str],
    books: Books,
    report: Tells,
    now: datetime,
) -> None:
    # Those who owe are locked before the ledger's accounts are: new bonuses fill the debt.
    debtors = keeping.lock((books.account(one.row) for one in payments), debtors_only=True)
    answers = decisions.decide_many(prepared, now=now)
    report.answers(answers)
    fresh = _new_decisions(answers)
    _open_lots(fresh, debtors)
    taken = zip(payments, answers, strict=True)
    new = [one for one, answer in taken if _is_decided(answer) and one.key not in known]
    _store([(one, "") for one in new], books.source)
    _ask_a_person(fresh, REPEAT, now)


def _purchase_events(payments: list[Payment], books: Books) -> list[Event]:
    return [
        payment_event(one, books.source, books.accounts(one.row), books.party(one.row))
        for one in payments
        if one.row.amount > 0 and books.knows(one.row)
    ]


@transaction.atomic
def _take_in_refunds(wave: list[_Refund], books: Books, report: Tells, now: datetime) -> None:
    """Decide refunds of different purchases, so that none depends on another's answer."""
    purses = keeping.lock(books.account(one.payment.row) for one in wave)
    _find_purchases(wave)
    bought = [one.purchase for one in wave if one.purchase is not None]
    accruing.before_refunds([one.key for one in bought], purses, now=now)
    queries.read_earned(bought)
    events = [event for one in wave for event in _refund_events(one, books)]
    answers = decisions.decide_many(events, now=now)
    report.answers(answers)
    undecided = {one.key for one in answers if not _is_decided(one)}
    # A refund that could not be asked is left for the next run, when the cause may be mended.
    taken = [one for one in wave if undecided.isdisjoint(_keys(one.payment))]
    _store([(one.payment, one.purchase.key if one.purchase else "") for one in taken], books.source)
    fresh = _new_decisions(answers)
    refunding.take_back(fresh, purses)
    _ask_a_person(fresh, REFUND, now)


def _find_purchases(wave: list[_Refund]) -> None:
    """Find what each refund returns: the purchase that its record names, or the likeliest one."""
    named = queries.purchases_called(one.payment.purchase_key for one in wave)
    on_file = queries.purchases_of(one.pair for one in wave if not one.payment.purchase_key)
    for one in wave:
        paid_on = one.payment.row.paid_on
        one.purchase = (
            named.get(one.payment.purchase_key)
            if one.payment.purchase_key
            else purchase_of(one.amount, paid_on, on_file.get(one.pair, ()))
        )


def _parts(payments: list[Payment], size: int) -> Iterator[list[Payment]]:
    return (payments[start : start + size] for start in range(0, len(payments), size))


def _open_lots(fresh: list[Decision], debtors: dict[int, Purse]) -> None:
    keeping.open_lots(fresh)
    if not debtors:
        return
    keeping.read(debtors)
    for one in fresh:
        if (purse := debtors.get(one.context["member"])) is not None:
            purse.settle(one.id)
    keeping.write(debtors.values())


def _new_decisions(answers: list[Answer]) -> list[Decision]:
    return [one for answer in answers if not answer.replayed for one in answer.decisions]


def _refund_events(refund: _Refund, books: Books) -> list[Event]:
    """Return an event for each funder that may get something back.

    Without a purchase there is one question all the same: the bank's, answered by a person.
    """
    row, purchase = refund.payment.row, refund.purchase
    accounts = books.accounts(row)
    asked = [one for one in EARNING if purchase and FUNDERS[one][0] in accounts] or [EARNING[0]]
    return [
        replace(
            refund_event(
                refund.payment,
                refund.amount,
                purchase,
                question,
                {"member": accounts["member"], "funder": accounts[FUNDERS[question][0]]},
            ),
            party_id=books.party(row),
        )
        for question in asked
    ]


def _decided_refunds(refunds: list[Payment]) -> list[Decision]:
    found = decided.decisions_by_key(key for one in refunds for key in _keys(one))
    return [one for stored in found.values() for one in stored if one.overrides is None]


def _keys(refund: Payment) -> list[str]:
    return [refund_key(refund.key, question) for question in EARNING]


def _is_decided(answer: Answer) -> bool:
    """Tell whether something is on file: what was rejected is not, and may be tried again."""
    return answer.status is not Status.REJECTED


def _store(payments: list[tuple[Payment, str]], source: Source) -> None:
    rows = [
        (
            one.key,
            one.row.card,
            one.row.merchant,
            one.row.paid_on,
            source.converted(one.row.amount),
            one.repeat_no,
            purchase_key,
        )
        for one, purchase_key in payments
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_STORE, [list(column) for column in zip(*rows, strict=True)])


def _not_taken(payment: Payment) -> Answer:
    key = payment_key(payment.key) if payment.row.amount > 0 else _keys(payment)[0]
    return Answer(key, Status.REJECTED, error=NotAMember(card=payment.row.card))


def _apart(refund: _Refund, books: Books) -> tuple[object, ...]:
    """Refunds that differ in this do not touch each other's purchases; a member has many cards."""
    named = refund.payment.purchase_key
    return (named,) if named else (books.account(refund.payment.row), refund.pair[1])


def _ask_a_person(fresh: list[Decision], asking: str, now: datetime) -> None:
    held = [one for one in fresh if one.outcome and one.outcome["hold"]]
    cases.open_reviews(held, asking=asking, now=now)
