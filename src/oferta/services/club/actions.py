"""What the club does: take in payments, and replay a file of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from oferta.core.cases import actions as cases
from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Answer, Event
from oferta.services.club import enrolment, queries
from oferta.services.club.enrolment import Books
from oferta.services.club.facts import EARNING, payment_event, refund_event, refund_key
from oferta.services.club.mapping import Mapping
from oferta.services.club.models import Payment as StoredPayment
from oferta.services.club.payments_file import read_payments
from oferta.services.club.queries import Pair
from oferta.services.club.reporting import Report
from oferta.services.club.rules import FUNDERS, in_order, numbered, purchase_of
from oferta.services.club.types import BadRow, Payment, PaymentRow, Purchase, ReplayReport

#: Payments decided in one database transaction.
BATCH = 1000

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


def replay(
    path: Path,
    mapping: Mapping,
    *,
    now: datetime,
    batch: int = BATCH,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ReplayReport:
    """Feed a file of card payments through the loop; a second run changes nothing.

    Every batch commits whole: its payments, decisions, transfers, notices and reviews. A run that
    was cut off goes on where it stopped when it is started again.

    Args:
        path: CSV as `payments_file.COLUMNS`, gzipped or not.
        mapping: how its rows are read as payments of the club.
        now: when the decisions are made.
        batch: payments per batch.
        progress: called with the rows done so far and their total.

    Raises:
        FileUnreadable: nothing of such a file is decided.
    """
    report = Report()
    good: list[PaymentRow] = []
    for row in read_payments(path):
        report.row(row)
        if not isinstance(row, BadRow):
            good.append(row)
    payments = in_order(numbered(good))
    books = enrolment.open_books(payments, mapping, now=now)
    for start in range(0, len(payments), batch):
        take_in(payments[start : start + batch], books, report, now=now)
        progress(min(start + batch, len(payments)), len(payments))
    return report.done()


@transaction.atomic
def take_in(payments: list[Payment], books: Books, report: Report, *, now: datetime) -> None:
    """Decide payments and refunds of one batch, in one database transaction.

    Refunds come after the purchases of the batch. A purchase that came in before is asked again
    and answered as it was; a refund that came in before keeps the purchase it was matched to.
    """
    known = queries.known_keys(one.key for one in payments)
    _take_in_purchases([one for one in payments if one.row.amount > 0], known, books, report, now)
    refunds = [one for one in payments if one.row.amount < 0]
    report.refunds_decided_before(_decided_refunds([one for one in refunds if one.key in known]))
    convert = books.mapping.converted
    waiting = [_Refund(one, -convert(one.row.amount)) for one in refunds if one.key not in known]
    on_file = queries.purchases_of(one.pair for one in waiting)
    while waiting:
        wave = list({one.pair: one for one in reversed(waiting)}.values())
        _take_in_refunds(wave, on_file, books, report, now)
        waiting = [one for one in waiting if one not in wave]


def _take_in_purchases(
    payments: list[Payment], known: set[str], books: Books, report: Report, now: datetime
) -> None:
    events = [
        payment_event(one, books.mapping, books.accounts(one.row), books.party(one.row))
        for one in payments
    ]
    answers = decisions.decide_many(events, now=now)
    report.answers(answers)
    _store([(one, "") for one in payments if one.key not in known], books.mapping)
    _ask_a_person(answers, REPEAT, now)


def _take_in_refunds(
    wave: list[_Refund],
    on_file: dict[Pair, list[Purchase]],
    books: Books,
    report: Report,
    now: datetime,
) -> None:
    """Decide refunds of different cards or merchants, so that none depends on another's answer."""
    events: list[Event] = []
    for one in wave:
        row = one.payment.row
        one.purchase = purchase_of(one.amount, row.paid_on, on_file.get(one.pair, ()))
        events += _refund_events(one, books)
    report.unmatched(sum(one.purchase is None for one in wave))
    answers = decisions.decide_many(events, now=now)
    report.answers(answers)
    _store([(one.payment, one.purchase.key if one.purchase else "") for one in wave], books.mapping)
    _ask_a_person(answers, REFUND, now)
    taken = {one.key: one for one in answers}
    for one in wave:
        _note_refund(one, taken)


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


def _note_refund(refund: _Refund, taken: dict[str, Answer]) -> None:
    """Bring the purchase in memory up to date for the next refund of it in this batch."""
    if refund.purchase is None:
        return
    refund.purchase.refunded += refund.amount
    for question, earned in refund.purchase.earned.items():
        answer = taken.get(refund_key(refund.payment.key, question))
        outcome = answer.decisions[0].outcome if answer and answer.decisions else None
        earned.clawed_back += int(outcome["amount"] or 0) if outcome else 0


def _decided_refunds(refunds: list[Payment]) -> list[decided.Decision]:
    keys = [refund_key(one.key, question) for one in refunds for question in EARNING]
    found = decided.decisions_by_key(keys)
    return [
        next(one for one in stored if one.overrides is None) for stored in found.values() if stored
    ]


def _store(payments: list[tuple[Payment, str]], mapping: Mapping) -> None:
    StoredPayment.objects.bulk_create(
        [
            StoredPayment(
                key=one.key,
                card=one.row.card,
                merchant=one.row.merchant,
                paid_on=one.row.paid_on,
                amount=mapping.converted(one.row.amount),
                purchase_key=purchase_key,
            )
            for one, purchase_key in payments
        ]
    )


def _ask_a_person(answers: list[Answer], question: str, now: datetime) -> None:
    held = [
        decision.id
        for answer in answers
        if not answer.replayed
        for decision in answer.decisions
        if decision.outcome and decision.outcome["hold"]
    ]
    cases.open_reviews([(decision_id, question) for decision_id in held], now=now)
