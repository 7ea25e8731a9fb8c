"""Sums of days, kept so that a year of payments need not be gone through for each look at a page.

**Of the ledger** (`DayTotal`): the mark says how far they have come. They hold every transfer of a
database transaction numbered below it, for all those had ended when it was set (as seals do), and
nothing else. What was booked from the mark on is summed from the journal for each look: the two
together are the journal, at any moment. `fold` moves the mark on; it and the sums change together.

**Of Decisions** (`ClauseTotal`): a batch writes what its Decisions come to in its own database
transaction, an override takes off the old and adds the new. All rows add up, so there is no mark;
`gather` puts rows of one name together, and the sum is the same before, during and after it.

Both can be made again from the books (`rebuild`), and a run that is killed has done nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from django.db import connection, transaction

from oferta.core.decisions import tallying
from oferta.core.decisions.tallying import Tally
from oferta.core.decisions.types import Decision, Status
from oferta.core.ledger import summing
from oferta.core.ledger.summing import DaySum
from oferta.kernel import asking, pgarray
from oferta.services.club import rules
from oferta.services.club.facts import EARNING, EARNING_PLAN, PACK, ZONE, day_of

#: Codes of which the account that is no member's pays; of the others it gets.
PAYING = (rules.BANK_BONUS, rules.PARTNER_BONUS, rules.RESTORED)
GETTING = (rules.BANK_CLAWBACK, rules.PARTNER_CLAWBACK, rules.REDEEMED, rules.EXPIRED)
#: Of these it is kept which funder's account it was.
OF_FUNDERS = (*rules.CLAWBACK_CODES.values(), rules.BANK_BONUS, rules.PARTNER_BONUS)
#: Stands for all accounts together.
ALL = 0

#: One at a time folds, gathers or makes anew; batches never ask for this lock.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('oferta.club.totals', 0))"
_MARK = """
SELECT coalesce((SELECT below_xid FROM club_totals_mark), 0),
       pg_snapshot_xmin(pg_current_snapshot())::text::int8"""
_MOVE_MARK = """
INSERT INTO club_totals_mark (id, below_xid) VALUES (1, %s)
ON CONFLICT (id) DO UPDATE SET below_xid = excluded.below_xid"""
_ADD_DAYS = """
INSERT INTO club_day_total AS kept (account_id, day, code, amount, transfers)
SELECT * FROM unnest(%s::bigint[], %s::date[], %s::smallint[], %s::bigint[], %s::bigint[])
ON CONFLICT (account_id, day, code) DO UPDATE
SET amount = kept.amount + excluded.amount, transfers = kept.transfers + excluded.transfers"""
_ADD_CLAUSES = """
INSERT INTO club_clause_total (day, question, clauses, held, decisions, amount, gathered)
SELECT day, question, string_to_array(clauses, ','), held, decisions, amount, %s
FROM unnest(%s::date[], %s::text[], %s::text[], %s::boolean[], %s::bigint[], %s::bigint[])
    AS made (day, question, clauses, held, decisions, amount)"""
_GATHER = """
WITH fresh AS (
    DELETE FROM club_clause_total WHERE NOT gathered
    RETURNING day, question, clauses, held, decisions, amount
)
INSERT INTO club_clause_total AS kept
    (day, question, clauses, held, decisions, amount, gathered)
SELECT day, question, clauses, held, sum(decisions), sum(amount), true
FROM fresh GROUP BY day, question, clauses, held
ON CONFLICT (day, question, clauses, held) WHERE gathered DO UPDATE
SET decisions = kept.decisions + excluded.decisions, amount = kept.amount + excluded.amount"""
_DAYS = "SELECT min(day), max(day) FROM club_day_total WHERE account_id = 0"
_FLOWS = """
SELECT code, day, sum(amount)::bigint
FROM (SELECT code, amount, CASE
          WHEN day < %(first)s THEN %(before)s WHEN day > %(last)s THEN %(after)s
          WHEN %(months)s THEN greatest(date_trunc('month', day)::date, %(first)s) ELSE day END
      AS day FROM club_day_total WHERE account_id = 0) AS placed
GROUP BY code, day"""
_FUNDERS = """
SELECT account_id, code, sum(amount)::bigint, sum(transfers)::bigint
FROM club_day_total WHERE account_id <> 0 AND day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2"""
_CLAUSES = """
SELECT question, clauses, sum(decisions)::bigint, sum(amount)::bigint, held
FROM (SELECT * FROM club_clause_total WHERE gathered AND day BETWEEN %(first)s AND %(last)s
      UNION ALL
      SELECT * FROM club_clause_total WHERE NOT gathered AND day BETWEEN %(first)s AND %(last)s)
     AS every
GROUP BY question, clauses, held
HAVING sum(decisions) <> 0 OR sum(amount) <> 0
ORDER BY question, 4 DESC, 3 DESC, clauses"""

_EVERY_DAY = "SELECT account_id, day, code, amount, transfers FROM club_day_total"
_EVERY_CLAUSE = """
SELECT day, question, clauses, held, sum(decisions)::bigint, sum(amount)::bigint
FROM club_clause_total GROUP BY day, question, clauses, held"""


#: Day, question, clauses joined by commas, held.
_Name: TypeAlias = tuple[date, str, str, bool]
#: How many, and minor units.
_Sum: TypeAlias = tuple[int, int]
_NONE = 0, 0


class OfCode(NamedTuple):
    """What transfers of one code came to in a period, in minor units."""

    code: int
    #: Its first day; `BEFORE` or `AFTER` the span.
    day: date
    amount: int


class OfAccount(NamedTuple):
    """What transfers of one code came to on one funder's account in a span."""

    account_id: int
    code: int
    amount: int
    transfers: int


#: Periods outside the span asked for.
BEFORE, AFTER = date.min, date.max
_OUTSIDE = {"before": BEFORE, "after": AFTER}


class Reading:
    """The sums of one moment: those kept, and what was booked since."""

    def __init__(self) -> None:
        ((mark, horizon),) = asking.rows(_MARK)
        #: A server that counts anew (a dump was restored) has a mark that means nothing here.
        self._kept = horizon >= mark
        self._tail = _journal(since=mark if self._kept else None)

    def days(self) -> tuple[date, date] | None:
        """Return the first and the last day with anything on it."""
        ((oldest, newest),) = asking.rows(_DAYS) if self._kept else ((None, None),)
        found = [day for day in (oldest, newest) if day] + [one.day for one in self._tail]
        return (min(found), max(found)) if found else None

    def flows(self, first: date, last: date, *, by_month: bool) -> list[OfCode]:
        """Return what moved by code and period; what lies outside of the span as one."""
        asked = {"first": first, "last": last, "months": by_month} | _OUTSIDE
        rows = asking.rows(_FLOWS, asked) if self._kept else []
        found: Counter[tuple[int, date]] = Counter()
        for code, day, amount in rows:
            found[code, day] += amount
        for one in self._tail:
            found[one.code, _period(one.day, first, last, by_month=by_month)] += one.amount
        return [OfCode(code, day, amount) for (code, day), amount in sorted(found.items())]

    def funders(self, first: date, last: date) -> list[OfAccount]:
        """Return what each funder gave and got back in a span, by code."""
        rows = asking.rows(_FUNDERS, {"first": first, "last": last}) if self._kept else []
        amounts = Counter({(account, code): amount for account, code, amount, _ in rows})
        numbers = Counter({(account, code): number for account, code, _, number in rows})
        for one in self._tail:
            if one.code in OF_FUNDERS and first <= one.day <= last:
                amounts[one.account_id, one.code] += one.amount
                numbers[one.account_id, one.code] += one.transfers
        return [OfAccount(*name, amounts[name], numbers[name]) for name in sorted(amounts)]

    def everything(self) -> tuple[dict[tuple[int, date, int], _Sum], dict[_Name, _Sum]]:
        """Return all that is kept, with what was booked since, to be compared with the books."""
        days = _in_days(self._tail)
        for *key, amount, number in asking.rows(_EVERY_DAY) if self._kept else ():
            name = key[0], key[1], key[2]
            days[name] = _plus(days.get(name, _NONE), (number, amount))
        clauses: dict[_Name, _Sum] = {}
        for day, question, ids, held, number, amount in asking.rows(_EVERY_CLAUSE):
            clauses[day, question, ",".join(ids), held] = number, amount
        return days, clauses

    def clauses(self, first: date, last: date) -> list[Tally]:
        """Return how many Decisions of a span stand by which clauses, and what they moved."""
        rows = asking.rows(_CLAUSES, {"first": first, "last": last})
        return [Tally(row[0], tuple(row[1]), row[2], row[3], row[4]) for row in rows]


@contextmanager
def reading() -> Iterator[Reading]:
    """Read everything as of one moment, so that sums of different tables belong together.

    Within a caller's database transaction it is that one's moment.
    """
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield Reading()


def note(made: Iterable[Decision]) -> None:
    """Add Decisions that were made now, in the database transaction that makes them."""
    _add(_counted(made, 1))


def replaced(old: Decision, new: Decision) -> None:
    """Add one that stands in the place of another now, and take that off."""
    sums = _counted([old], -1)
    for name, change in _counted([new], 1).items():
        sums[name] = _plus(sums.get(name, _NONE), change)
    _add(sums)


@transaction.atomic
def fold() -> int:
    """Move the mark on, add to the sums what that brings, and gather; return how many sums changed.

    A server that counts its database transactions anew (a dump was restored) is begun anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
        cursor.execute(_MARK)
        mark, horizon = cursor.fetchone()
        if horizon < mark:
            cursor.execute("DELETE FROM club_day_total")
        added = _in_days(_journal(since=mark if horizon >= mark else None, until=horizon))
        if added:
            accounts, days, codes = zip(*added, strict=True)
            numbers, amounts = zip(*added.values(), strict=True)
            columns = accounts, days, codes, amounts, numbers
            cursor.execute(_ADD_DAYS, [pgarray.plain(one) for one in columns])
        cursor.execute(_MOVE_MARK, [horizon])
        cursor.execute(_GATHER)
    return len(added)


@transaction.atomic
def rebuild() -> None:
    """Make all sums anew from the journal and the Decisions, while payments go on coming in.

    Batches that add to the sums of Decisions meanwhile wait for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
        cursor.execute("DELETE FROM club_day_total")
        cursor.execute(_MOVE_MARK, [0])
        # Whoever added rows has ended then; whoever is about to adds them after us.
        cursor.execute("LOCK TABLE club_clause_total IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM club_clause_total")
    _add(_tallied(), gathered=True)
    fold()


def differences() -> list[str]:
    """Return where the sums that are kept and the books do not agree: nowhere, ever.

    It goes through the whole journal, as the page itself never does.
    """
    with reading() as read:
        days, clauses = read.everything()
        pairs: list[tuple[Mapping[Any, _Sum], Mapping[Any, _Sum]]] = [
            (days, _in_days(_journal())),
            (clauses, _tallied()),
        ]
    return [
        f"{', '.join(map(str, name))}: {told.get(name, _NONE)} kept, {books.get(name, _NONE)} in"
        " the books"
        for told, books in pairs
        for name in sorted(told.keys() | books.keys())
        if told.get(name, _NONE) != books.get(name, _NONE)
    ]


def _journal(*, since: int | None = None, until: int | None = None) -> list[DaySum]:
    return summing.by_day(
        debits=PAYING, credits_=GETTING, zone=ZONE.key, since_xid=since, until_xid=until
    )


def _in_days(sums: Iterable[DaySum]) -> dict[tuple[int, date, int], _Sum]:
    """Return sums by account, day and code: of each funder, and of all together."""
    found: dict[tuple[int, date, int], _Sum] = {}
    for one in sums:
        for account in (ALL, one.account_id) if one.code in OF_FUNDERS else (ALL,):
            name = account, one.day, one.code
            found[name] = _plus(found.get(name, _NONE), (one.transfers, one.amount))
    return found


def _tallied() -> dict[_Name, _Sum]:
    made = tallying.by_days(PACK, EARNING, plan=EARNING_PLAN, field="amount", zone=ZONE.key)
    return {
        (one.day, one.question, ",".join(one.clauses), one.held): (one.decisions, one.amount)
        for one in made
    }


def _counted(made: Iterable[Decision], sign: int) -> dict[_Name, _Sum]:
    found: dict[_Name, _Sum] = {}
    for one in made:
        if one.plan != EARNING_PLAN or one.status is not Status.DECIDED:
            continue
        outcome: Mapping[str, Any] = (one.outcome or {}) if one.transfer_ids else {}
        name = _day(one.event_at), one.question, ",".join(one.decided_by), bool(outcome.get("hold"))
        amount = int(outcome.get("amount") or 0)
        found[name] = _plus(found.get(name, _NONE), (sign, sign * amount))
    return found


_day = lru_cache(maxsize=4096)(day_of)  # a batch is of few days


def _plus(one: _Sum, other: _Sum) -> _Sum:
    return one[0] + other[0], one[1] + other[1]


def _add(sums: Mapping[_Name, _Sum], *, gathered: bool = False) -> None:
    changed = {name: sum_ for name, sum_ in sums.items() if sum_ != _NONE}
    if not changed:
        return
    days, questions, clauses, held = zip(*changed, strict=True)
    numbers, amounts = zip(*changed.values(), strict=True)
    columns = [pgarray.plain(days), pgarray.texts(questions), pgarray.texts(clauses),
               *map(pgarray.plain, (held, numbers, amounts))]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ADD_CLAUSES, [gathered, *columns])


def _period(day: date, first: date, last: date, *, by_month: bool) -> date:
    if not first <= day <= last:
        return BEFORE if day < first else AFTER
    return max(day.replace(day=1), first) if by_month else day
