"""How a replay ends, in names that every database shares, and what two ends differ in.

Ids differ from one database to the next, so a payment is named by its key, a member by their first
card, a bill by its reference.

**The same in any order of arrival**: what each payment earned and by which clauses, which purchase
a refund returns, what refunds took back of a purchase, the lots that were given, what waits, and
each member's bonuses but for bills. **Of its moment**: whether a bill could be paid, for a till is
answered by what is on file when it asks (ADR 0016); with it what is left, owed and in the lots.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypeAlias

from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision
from oferta.core.ledger import queries as ledger
from oferta.services.club import rules
from oferta.services.club.errors import EndUnreadable
from oferta.services.club.facts import EARNING, payment_key, refund_key
from oferta.services.club.models import Card, EarlyRefund, Lot, Member, Payment, Redemption

#: What is told of each thing, by its name.
Part: TypeAlias = dict[str, str]
End: TypeAlias = dict[str, Part]
_CHUNK = 1000
_BILLS = (rules.REDEEMED, rules.RESTORED)
#: In what bills have a part, and what depends on when a till asked.
OF_THEIR_MOMENT = (
    "bills: paid with bonuses, given back",
    "members: balance and debt",
    "lots: left of them",
)


class Compared(NamedTuple):
    """One part of two ends."""

    name: str
    things: int
    #: Those that differ, or that only one of the two has.
    differ: tuple[str, ...]
    #: It must be the same whatever the order.
    invariant: bool


def end() -> End:
    """Return how everything on file stands."""
    payments = list(Payment.objects.order_by("key"))
    standing: dict[tuple[str, str], Decision] = {}
    for start in range(0, len(payments), _CHUNK):
        standing |= decided.standing(_keys(payments[start : start + _CHUNK]))
    lots = list(Lot.objects.all())
    members = list(_members())
    return {
        "payments: outcome and clauses": dict(_outcomes(payments, standing)),
        "refunds: the purchase they return": {
            one.key: one.purchase_key for one in payments if one.amount < 0
        },
        "purchases: taken back by their refunds": _taken(payments, standing),
        "refunds: still waiting": dict.fromkeys(
            EarlyRefund.objects.values_list("key", flat=True), ""
        ),
        "lots: given": _given(lots, standing.values()),
        "members: earned, taken back, expired, by kind": {one.name: one.flows for one in members},
        "members: balance but for bills, and what waits": {
            one.name: one.but_for_bills for one in members
        },
        "bills: paid with bonuses, given back": dict(_bills()),
        "members: balance and debt": {one.name: one.left for one in members},
        "lots: left of them": _left(lots),
    }


def digest(found: Mapping[str, Part], *, invariant: bool) -> str:
    """Return the SHA-256 of what must not depend on the order, or of all."""
    told = {
        name: sorted(part.items())
        for name, part in sorted(found.items())
        if not (invariant and name in OF_THEIR_MOMENT)
    }
    return sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def compared(one: End, other: End, *, bills: bool) -> list[Compared]:
    """Return what differs in two ends, part by part.

    Args:
        one: an end.
        other: another.
        bills: there were bills; without them nothing at all may differ.
    """
    found = []
    for name in one:
        mine, its = one[name], other.get(name, {})
        differ = [key for key in sorted(mine.keys() | its.keys()) if mine.get(key) != its.get(key)]
        invariant = not bills or name not in OF_THEIR_MOMENT
        found.append(Compared(name, len(mine.keys() | its.keys()), tuple(differ), invariant))
    return found


def write(found: End, file: Path) -> None:
    """Keep an end in a file, gzipped JSON."""
    file.write_bytes(gzip.compress(json.dumps(found, ensure_ascii=False).encode(), mtime=0))


def read(file: Path) -> End:
    """Return an end that was kept.

    Raises:
        EndUnreadable: the file is none.
        OSError: it cannot be read.
    """
    raw = file.read_bytes()
    try:
        found = json.loads(gzip.decompress(raw))
    except (OSError, EOFError, ValueError) as error:
        raise EndUnreadable(file=str(file)) from error
    if not isinstance(found, dict) or not all(isinstance(part, dict) for part in found.values()):
        raise EndUnreadable(file=str(file))
    return found


def _keys(payments: Iterable[Payment]) -> Iterator[str]:
    for one in payments:
        if one.amount > 0:
            yield payment_key(one.key)
        else:
            yield from (refund_key(one.key, question) for question in EARNING)


def _outcomes(
    payments: Iterable[Payment], standing: Mapping[tuple[str, str], Decision]
) -> Iterator[tuple[str, str]]:
    for one in payments:
        for question in EARNING if one.amount > 0 else ():
            made = standing.get((payment_key(one.key), question))
            if made is not None:
                told = [made.status.value, made.outcome, made.decided_by, made.edition]
                yield f"{one.key} {question}", _text(told)


def _taken(payments: Iterable[Payment], standing: Mapping[tuple[str, str], Decision]) -> Part:
    """Sum up by purchase: in which order its refunds came makes no difference to the sum."""
    sums: dict[str, Counter[str]] = {}
    for one in payments:
        for question in EARNING if one.amount < 0 else ():
            made = standing.get((refund_key(one.key, question), "clawback"))
            if made is None or made.outcome is None:
                continue
            # A refund that no purchase fits stands alone.
            name = f"{one.purchase_key or 'none of ' + one.key} {question}"
            kind = "held" if made.outcome["hold"] else "taken"
            sums.setdefault(name, Counter())[kind] += int(made.outcome["amount"] or 0)
    return {name: _text(sorted(own.items())) for name, own in sums.items() if any(own.values())}


def _given(lots: Iterable[Lot], standing: Iterable[Decision]) -> Part:
    """Return the lots whose Decision stands: one for a payment and funder."""
    stands = {one.id for one in standing}
    return {
        f"{one.purchase_key} {one.question}": _text([one.earned_on, one.last_day, one.amount])
        for one in lots
        if one.decision_id in stands
    }


def _left(lots: Iterable[Lot]) -> Part:
    left: Counter[str] = Counter()
    for one in lots:
        left[f"{one.purchase_key} {one.question} {one.last_day}"] += one.amount - one.used
    return {name: str(amount) for name, amount in left.items() if amount}


class _OfMember(NamedTuple):
    name: str
    flows: str
    but_for_bills: str
    left: str


def _members() -> Iterator[_OfMember]:
    cards = Card.objects.order_by("-number").values_list("member_id", "number")
    names = dict(cards)  # the first of several comes last
    rows = list(Member.objects.all())
    accounts = ledger.accounts(one.account_id for one in rows)
    for one in rows:
        account = accounts[one.account_id]
        net: Counter[int] = Counter()
        for code, change in _changes(one.account_id):
            net[code] += change
        bills = sum(net.pop(code, 0) for code in _BILLS)
        yield _OfMember(
            name=names.get(one.party_id, str(one.party_id)),
            flows=_text(sorted((code, sum_) for code, sum_ in net.items() if sum_)),
            but_for_bills=_text([account.balance - bills, account.credits_pending]),
            left=_text([account.balance, one.owed, account.debits_pending]),
        )


def _changes(account_id: int) -> Iterator[tuple[int, int]]:
    after = 0
    while lines := ledger.statement(account_id, after=after, limit=_CHUNK):
        yield from ((one.code, one.change) for one in lines)
        after = lines[-1].seq


def _bills() -> Iterator[tuple[str, str]]:
    for one in Redemption.objects.prefetch_related("refunds").order_by("reference"):
        back = sum(refund.restored for refund in one.refunds.all())
        yield one.reference, _text([one.bill, one.amount, back])


def _text(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, default=str)
