"""Figures of the club for a span of days: sums kept of the ledger's book, and its live end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from oferta.core.decisions.tallying import Tally
from oferta.core.ledger import queries as ledger
from oferta.core.ledger import summing
from oferta.services.club import rules
from oferta.services.club.boards import totals
from oferta.services.club.boards.totals import AFTER, BEFORE, OfAccount, OfCode
from oferta.services.club.models import Partner

MEMBERS = "club/member/"
_PARTNER, _BANK = "club/partner/", "club/bank/"
#: What a transfer of each code does to what members have: which figure it adds to.
_FIGURES = {
    rules.BANK_BONUS: "earned",
    rules.PARTNER_BONUS: "earned",
    rules.BANK_CLAWBACK: "clawed_back",
    rules.PARTNER_CLAWBACK: "clawed_back",
    rules.REDEEMED: "burned",
    rules.RESTORED: "restored",
    rules.EXPIRED: "expired",
}
#: Longer spans are shown by month.
DAYS_SHOWN_MAX = 62
#: Shown at first: so many days up to the newest, at most.
SPAN = timedelta(days=365)


class Span(NamedTuple):
    """From a day through another, in the club's time zone."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What came and went, in minor units; each figure is zero or above."""

    earned: int = 0
    clawed_back: int = 0
    burned: int = 0
    restored: int = 0
    expired: int = 0

    @property
    def net(self) -> int:
        """What it added to what members have."""
        return self.earned + self.restored - self.clawed_back - self.burned - self.expired

    @property
    def taken(self) -> int:
        """What went: spent less what refunds gave back, taken back, expired."""
        return self.clawed_back + self.burned - self.restored + self.expired


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPeriod:
    """A day or a month, and what members had when it was over."""

    first: date
    flow: Flow
    liability: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfFunder:
    """What one funder gave and got back."""

    #: "" for the Bank.
    key: str
    name: str
    earned: int
    clawed_back: int
    accruals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything that the owner's page shows."""

    span: Span
    #: The newest day with anything on it; None: there is nothing at all.
    newest: date | None
    flow: Flow
    #: What members had before the span and when it was over.
    opening: int
    closing: int
    #: What members have now by the ledger's balances, and what waits.
    liability: int
    incoming: int
    members: int
    #: The ledger's balances less all that is counted here: zero, or something is not counted.
    difference: int
    by_month: bool
    periods: tuple[OfPeriod, ...]
    funders: tuple[OfFunder, ...]
    clauses: tuple[Tally, ...]


def board(span: Span | None = None, *, today: date) -> Board:
    """Return the figures of a span; without one, of the year up to the newest day.

    Args:
        span: both days included.
        today: the newest day if there is nothing yet.
    """
    with totals.reading() as read:
        oldest, newest = read.days() or (today, None)
        last = newest or today
        wanted = span or Span(max(oldest, last - SPAN + timedelta(days=1)), last)
        by_month = (wanted.last - wanted.first).days >= DAYS_SHOWN_MAX
        sums = read.flows(*wanted, by_month=by_month)
        inside = [one for one in sums if one.day not in {BEFORE, AFTER}]
        opening = _flow(one for one in sums if one.day == BEFORE).net
        flow = _flow(inside)
        now = summing.totals(MEMBERS)
        return Board(
            span=wanted,
            newest=newest,
            flow=flow,
            opening=opening,
            closing=opening + flow.net,
            liability=now.balance,
            incoming=now.incoming,
            members=now.accounts,
            difference=now.balance - _flow(sums).net,
            by_month=by_month,
            periods=tuple(_periods(inside, wanted, opening, by_month=by_month)),
            funders=tuple(_funders(read.funders(*wanted))),
            clauses=tuple(read.clauses(*wanted)),
        )


def _flow(sums: Iterable[OfCode | OfAccount]) -> Flow:
    found: Counter[str] = Counter()
    for one in sums:
        found[_FIGURES[one.code]] += one.amount
    return Flow(**found)


def _periods(sums: list[OfCode], span: Span, opening: int, *, by_month: bool) -> Iterable[OfPeriod]:
    """Yield every period of the span, those without anything too."""
    found: dict[date, list[OfCode]] = {one: [] for one in _firsts(span, by_month=by_month)}
    for one in sums:
        found[one.day].append(one)
    liability = opening
    for first, each in found.items():
        flow = _flow(each)
        liability += flow.net
        yield OfPeriod(first=first, flow=flow, liability=liability)


def _firsts(span: Span, *, by_month: bool) -> Iterable[date]:
    day = span.first
    while day <= span.last:
        yield day
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1) if by_month else day + _DAY


_DAY = timedelta(days=1)


def _funders(sums: list[OfAccount]) -> list[OfFunder]:
    """Return what each funder gave, the most first."""
    given: dict[int, list[OfAccount]] = {}
    for one in sums:
        given.setdefault(one.account_id, []).append(one)
    names = dict(Partner.objects.values_list("key", "name"))
    accounts = ledger.accounts(given)
    found = [_funder(accounts[id_].key, each, names) for id_, each in given.items()]
    return sorted(found, key=lambda one: (-one.earned, one.key))


def _funder(account_key: str, sums: list[OfAccount], names: Mapping[str, str]) -> OfFunder:
    key = account_key.removeprefix(_PARTNER).partition("/")[0]
    if account_key.startswith(_BANK):
        key = ""
    flow = _flow(sums)
    return OfFunder(
        key=key,
        name=names.get(key, key),
        earned=flow.earned,
        clawed_back=flow.clawed_back,
        accruals=sum(one.transfers for one in sums if _FIGURES[one.code] == "earned"),
    )
