"""What the club does: take in payments, and replay a file of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import tee
from pathlib import Path

from django.db import connection, transaction

from oferta.core.cases import actions as cases
from oferta.core.decisions import actions as decisions
from oferta.core.decisions.preparing import Prepared
from oferta.core.decisions.types import Answer, Decision, Event, Status
from oferta.core.terms import shelf
from oferta.core.terms.errors import NotInForce
from oferta.kernel import pgarray
from oferta.kernel.meanwhile import meanwhile
from oferta.services.club import enrolment, keeping, queries
from oferta.services.club.arrival.following import follow
from oferta.services.club.boards import totals
from oferta.services.club.enrolment import Books
from oferta.services.club.errors import NotAMember
from oferta.services.club.facts import (
    EARNING,
    PACK,
    partner_facts,
    payment_event,
    payment_key,
    refund_key,
)
from oferta.services.club.mapping import Mapping
from oferta.services.club.payments_file import read_payments
from oferta.services.club.purse import Purse
from oferta.services.club.reporting import Report, Tells
from oferta.services.club.rules import in_order, numbered
from oferta.services.club.source import Source
from oferta.services.club.types import (
    BadRow,
    Intake,
    Payment,
    PaymentRow,
    ReplayReport,
)

#: Payments decided in one database transaction.
BATCH = 1000

_STORE = """
INSERT INTO club_payment (key, card, merchant, paid_on, amount, repeat_no, purchase_key)
SELECT *, '' FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::bigint[],
                         %s::integer[])
ON CONFLICT (key) DO NOTHING
"""

_EPOCH = date(1970, 1, 1)
#: What a person is asked about a Decision whose outcome says `hold`.
REPEAT = "repeat"


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
    for taken in take_in_all(parts(intake.payments, batch), books, report, now=now):
        progress(taken)
    return report.done()


def take_in(payments: list[Payment], books: Books, report: Tells, *, now: datetime) -> None:
    """Decide the purchases of a batch in one database transaction, then what follows from them.

    A purchase that came in before is asked again and answered as it was; a refund that came in
    before keeps the purchase it was matched to, unless another that came since fits it better. What
    nobody's card paid on its day is not taken.
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
        with meanwhile(purchases.step):
            _take_in(part, purchases, books, report, now)
        yield len(part)


def _take_in(
    payments: list[Payment], purchases: Prepared, books: Books, report: Tells, now: datetime
) -> None:
    if strangers := [one for one in payments if not books.knows(one.row)]:
        report.answers(_not_taken(one) for one in strangers)
        payments = [one for one in payments if books.knows(one.row)]
    if early := [one for one in payments if _before_the_terms(one)]:
        report.answers(_not_in_force(one) for one in early)
        payments = [one for one in payments if not _before_the_terms(one)]
    known = queries.known_keys(one.key for one in payments)
    bought = [one for one in payments if one.row.amount > 0]
    made = _take_in_purchases(bought, purchases, known, books, report, now)
    follow(payments, made, books, report, now=now)


@transaction.atomic
def _take_in_purchases(
    payments: list[Payment],
    prepared: Prepared,
    known: set[str],
    books: Books,
    report: Tells,
    now: datetime,
) -> list[Decision]:
    # Those who owe are locked before the ledger's accounts are: new bonuses fill the debt.
    debtors = keeping.hold((books.account(one.row) for one in payments), debtors_only=True)
    answers = decisions.decide_many(prepared, now=now)
    report.answers(answers)
    fresh = _new_decisions(answers)
    _open_lots(fresh, debtors)
    totals.note(fresh)
    taken = zip(payments, answers, strict=True)
    new = [one for one, answer in taken if _is_decided(answer) and one.key not in known]
    _store(new, books.source)
    _ask_a_person(fresh, REPEAT, now)
    return fresh + [one for answer in answers if answer.replayed for one in answer.decisions]


def _purchase_events(payments: list[Payment], books: Books) -> Iterator[Event]:
    return (
        _purchase_event(one, books)
        for one in payments
        if one.row.amount > 0 and books.knows(one.row)
    )


def _purchase_event(payment: Payment, books: Books) -> Event:
    row, facts = payment.row, books.source.facts_of(payment.row)
    holder, partner = books.holder(row), facts.pop("partner", None)
    accounts = {"member": holder.account_id, "bank": books.bank}
    if partner:
        accounts["partner"] = books.partners[str(partner)]
        facts |= partner_facts(str(partner), holder.party_id, row.paid_on)
    paid = books.source.converted(row.amount)
    return payment_event(payment, facts, paid, accounts, holder.party_id)


def parts(payments: list[Payment], size: int) -> Iterator[list[Payment]]:
    """Yield payments in batches."""
    return (payments[start : start + size] for start in range(0, len(payments), size))


def _open_lots(fresh: list[Decision], debtors: dict[int, Purse]) -> None:
    keeping.open_lots(fresh)
    keeping.fill(debtors)
    for one in fresh if debtors else ():
        if (purse := debtors.get(one.context["member"])) is not None:
            purse.settle(one.id)
    keeping.write(debtors.values())


def _new_decisions(answers: list[Answer]) -> list[Decision]:
    return [one for answer in answers if not answer.replayed for one in answer.decisions]


def _is_decided(answer: Answer) -> bool:
    """Tell whether something is on file: what was rejected is not, and may be tried again."""
    return answer.status is not Status.REJECTED


def _store(payments: list[Payment], source: Source) -> None:
    if payments:
        with connection.cursor() as cursor:
            cursor.execute(
                _STORE,
                [
                    pgarray.texts(one.key for one in payments),
                    pgarray.texts(one.row.card for one in payments),
                    pgarray.texts(one.row.merchant for one in payments),
                    pgarray.plain(one.row.paid_on for one in payments),
                    pgarray.plain(source.converted(one.row.amount) for one in payments),
                    pgarray.plain(one.repeat_no for one in payments),
                ],
            )


def _not_taken(payment: Payment) -> Answer:
    bought = payment.row.amount > 0
    key = payment_key(payment.key) if bought else refund_key(payment.key, EARNING[0])
    return Answer(key, Status.REJECTED, error=NotAMember(card=payment.row.card))


def _before_the_terms(payment: Payment) -> bool:
    """Tell whether it is a refund of a day without terms; a purchase's Decision says so itself."""
    return payment.row.amount < 0 and payment.row.paid_on < _first_day()


def _not_in_force(payment: Payment) -> Answer:
    key = refund_key(payment.key, EARNING[0])
    error = NotInForce(pack=PACK, day=str(payment.row.paid_on), first=str(_first_day()))
    return Answer(key, Status.REJECTED, error=error)


def _first_day() -> date:
    return _EPOCH + timedelta(days=shelf.terms().pack(PACK).editions[0].start)


def _ask_a_person(fresh: list[Decision], asking: str, now: datetime) -> None:
    held = [one for one in fresh if one.outcome and one.outcome["hold"]]
    cases.open_reviews(held, asking=asking, now=now)
