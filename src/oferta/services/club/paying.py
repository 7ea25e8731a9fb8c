"""Payments told by the operator's own systems, each under an id of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

from django.db import IntegrityError, transaction

from oferta.core.decisions.types import Answer, Decision, Status
from oferta.kernel.errors import OfertaError
from oferta.services.club import actions, enrolment
from oferta.services.club.arrival.waiting import known as waiting_refunds
from oferta.services.club.errors import BadPayment, NotAMember, PaymentReused
from oferta.services.club.facts import EARNING, day_of, payment_key, refund_key
from oferta.services.club.membership.holders import Held, holder_by, holder_on, holders
from oferta.services.club.models import Payment as StoredPayment
from oferta.services.club.rules import FIRST_DAY, LAST_DAY, unwritable
from oferta.services.club.types import Payment, Refund

CURRENCY = "KZT"
#: Facts that the payment's own fields or the club's records tell.
OWN_FACTS = frozenset(
    {
        "paid_on",
        "merchant",
        "money_paid",
        "repeat_no",
        "customer",
        "partner",
        "member",
        "halyk_plus_rate",  # the tier follows from what the club knows, never from who asks
    }
)
FIRST_YEAR, LAST_YEAR = FIRST_DAY.year, LAST_DAY.year
#: Minor units; ten thousand times what a bank moves in a year.
AMOUNT_MAX = 10**16
#: Times a batch is begun anew because another one took one of its payments meanwhile.
ATTEMPTS_MAX = 3
KEY_LENGTH = 32
#: Characters of a payment's texts at most; no control among them.
_LENGTHS = {"id": 200, "card": 40, "merchant": 500, "partner": 60, "refund_of": 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A purchase, or a refund of one, by card."""

    #: The operator's own name for it; the same name is the same payment.
    id: str
    card: str
    paid_at: datetime
    merchant: str
    #: Minor units of the club's currency; below zero for a refund.
    amount: int
    #: What the terms ask for beside the above; not looked at for a refund.
    facts: Mapping[str, object] = field(default_factory=dict)
    #: A partner that gives bonuses of its own.
    partner: str = ""
    #: Of a refund: the purchase's id; "": the likeliest one of the card at the merchant.
    refund_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a payment."""

    id: str
    status: Status
    decisions: tuple[Decision, ...] = ()
    error: OfertaError | None = None
    replayed: bool = False
    #: A refund whose purchase is not on file: nothing is decided until that comes, or the time for
    #: it is over.
    waits: bool = False


class _Row(NamedTuple):
    place: int
    at: datetime
    paid_on: date
    amount: int
    merchant: str
    card: str


@dataclass(frozen=True, slots=True)
class _Given:
    """The source of payments that bring their own facts."""

    given: dict[int, Paid]

    def converted(self, minor: int) -> int:
        """Return the amount: it is in the club's currency."""
        return minor

    def facts_of(self, row: _Row) -> dict[str, object]:
        """Return the facts of a payment."""
        paid = self.given[row.place]
        return {**paid.facts, **({"partner": paid.partner} if paid.partner else {})}

    def partners(self) -> set[str]:
        """Return the partners among the payments."""
        return {paid.partner for paid in self.given.values() if paid.partner}


class _Gathered:
    """Keeps what is told of payments."""

    def __init__(self) -> None:
        self.by_key: dict[str, Answer] = {}
        self.before: dict[str, list[Decision]] = {}
        self.waiting: set[str] = set()

    def answers(self, answers: Iterable[Answer]) -> None:
        """Keep the answers of a batch."""
        for answer in answers:
            self.by_key.setdefault(answer.key, answer)

    def refunds_decided_before(self, decisions: Iterable[Decision]) -> None:
        """Keep the decisions of refunds that came in before."""
        for decision in decisions:
            self.before.setdefault(decision.key, []).append(decision)

    def refund_waits(self, key: str) -> None:
        """Keep that a refund waits."""
        self.waiting.add(key)


def take_payments(payments: Sequence[Paid], *, now: datetime) -> list[Taken]:
    """Decide payments; one told again is answered as it was, whoever tells it how often.

    Purchases come before refunds, so that a refund finds its purchase in the same batch. One that
    cannot be taken does not disturb the others; its answer says why.

    Args:
        payments: up to about a thousand.
        now: zone-aware.

    Returns:
        What became of each, in order.
    """
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            with transaction.atomic():
                return _take(payments, now)
        except IntegrityError:
            # Another batch stored one of our payments after our look: its answer is now ours.
            if attempt == ATTEMPTS_MAX:
                raise
    raise AssertionError  # the last attempt returns or raises


def _take(payments: Sequence[Paid], now: datetime) -> list[Taken]:
    refused = _refused(payments)
    given = {place: paid for place, paid in enumerate(payments) if place not in refused}
    rows = {
        place: Payment(
            _row(place, paid),
            key_of(paid.id),
            0,  # its id tells it from another that looks alike
            key_of(paid.refund_of) if paid.refund_of else "",
        )
        for place, paid in given.items()
    }
    first = {one.key: one for one in reversed(rows.values())}
    gathered = _Gathered()
    books = enrolment.open_books(first.values(), _Given(given), now=now)
    # The order that counts (ADR 0016), so that nothing of the batch has to be made again.
    in_order = sorted(
        first.values(), key=lambda one: (one.row.amount < 0, one.row.at, one.repeat_no, one.key)
    )
    actions.take_in(in_order, books, gathered, now=now)
    seen: set[str] = set()
    taken = []
    for place, paid in enumerate(payments):
        if place in refused:
            taken.append(Taken(id=paid.id, status=Status.REJECTED, error=refused[place]))
            continue
        taken.append(_taken(paid, rows[place], gathered, again=rows[place].key in seen))
        seen.add(rows[place].key)
    return taken


def _refused(payments: Sequence[Paid]) -> dict[int, OfertaError]:
    refused: dict[int, OfertaError] = {
        place: BadPayment(id=paid.id.encode(errors="replace").decode(), field=field)
        for place, paid in enumerate(payments)
        if (field := _unreadable(paid))
    }
    readable = {place: paid for place, paid in enumerate(payments) if place not in refused}
    return refused | _disputed(readable)


def _unreadable(paid: Paid) -> str:
    """Return the field that cannot be, whatever is on file; "" if there is none.

    One such payment must not stop the others of its batch, nor come to the database at all.
    """
    for name, most in _LENGTHS.items():
        text = getattr(paid, name)
        if len(text) > most or unwritable(text):
            return name
    if paid.paid_at.utcoffset() is None or not FIRST_YEAR <= paid.paid_at.year <= LAST_YEAR:
        return "paid_at"
    if abs(paid.amount) > AMOUNT_MAX:
        return "amount"
    return ""


def _disputed(payments: Mapping[int, Paid]) -> dict[int, OfertaError]:
    """Return what the club's records have against payments."""
    told = payments.values()
    held = holders(paid.card for paid in told)
    stored = {
        row.key: row
        for row in StoredPayment.objects.filter(key__in=[key_of(paid.id) for paid in told])
    }
    waiting = waiting_refunds(key_of(paid.id) for paid in told if paid.amount < 0)
    first: dict[str, Paid] = {}
    refused: dict[int, OfertaError] = {}
    for place, paid in payments.items():
        before, row = first.setdefault(paid.id, paid), stored.get(key_of(paid.id))
        early = waiting.get(key_of(paid.id))
        strange = sorted(OWN_FACTS.intersection(paid.facts))
        if not _is_members(held.get(paid.card, ()), paid):
            refused[place] = NotAMember(card=paid.card)
        elif paid.amount == 0 or strange:
            wrong = strange[0] if strange else "amount"
            refused[place] = BadPayment(id=paid.id, field=wrong)
        elif before != paid or not (_same(row, paid) and _same_refund(early, paid)):
            refused[place] = PaymentReused(id=paid.id)
    return refused


def _same_refund(row: Refund | None, paid: Paid) -> bool:
    if row is None:
        return True
    told = paid.card, paid.merchant, day_of(paid.paid_at), -paid.amount
    return (row.card, row.merchant, row.paid_on, row.amount) == told


def _is_members(held: tuple[Held, ...], paid: Paid) -> bool:
    holder = holder_on if paid.amount > 0 else holder_by
    return holder(held, day_of(paid.paid_at)) is not None


def _same(row: StoredPayment | None, paid: Paid) -> bool:
    if row is None:
        return True
    told = paid.card, paid.merchant, day_of(paid.paid_at), paid.amount
    return (row.card, row.merchant, row.paid_on, row.amount) == told


def _taken(paid: Paid, payment: Payment, gathered: _Gathered, *, again: bool) -> Taken:
    if paid.amount > 0:
        answers = [gathered.by_key[payment_key(payment.key)]]
    else:
        keys = [refund_key(payment.key, question) for question in EARNING]
        answers = [gathered.by_key[key] for key in keys if key in gathered.by_key]
        before = tuple(one for key in keys for one in gathered.before.get(key, ()))
        if before:
            return Taken(id=paid.id, status=before[0].status, decisions=before, replayed=True)
        if payment.key in gathered.waiting:
            return Taken(id=paid.id, status=Status.DECIDED, replayed=again, waits=True)
    worst = max(answers, key=lambda one: list(Status).index(one.status))
    return Taken(
        id=paid.id,
        status=worst.status,
        decisions=tuple(decision for answer in answers for decision in answer.decisions),
        error=worst.error,
        replayed=again or all(answer.replayed for answer in answers),
    )


def _row(place: int, paid: Paid) -> _Row:
    on = day_of(paid.paid_at)
    return _Row(place, paid.paid_at, on, paid.amount, paid.merchant, paid.card)


def key_of(payment_id: str) -> str:
    """Return the key under which a payment that is told under an id is kept."""
    return sha256(f"told\x1f{payment_id}".encode()).hexdigest()[:KEY_LENGTH]
