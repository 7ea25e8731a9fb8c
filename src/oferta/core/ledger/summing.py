"""What many transfers come to: sums for those who answer for a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from psycopg import Cursor

from oferta.core.ledger.session import connection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

#: One pass over the journal; a reversal counts against what it takes back.
_BY_DAY = """
SELECT code, (event_at AT TIME ZONE %(zone)s)::date AS day,
       CASE WHEN (reverses IS NULL) = (code = ANY(%(debits)s)) THEN debit ELSE credit END AS side,
       sum(CASE WHEN reverses IS NULL THEN amount ELSE -amount END)::int8,
       sum(CASE WHEN reverses IS NULL THEN 1 ELSE -1 END)::int8
FROM ledger_transfer
WHERE kind IN (0, 2) AND code = ANY(%(codes)s)
  AND (%(since)s::int8 IS NULL OR xid >= %(since)s) AND (%(until)s::int8 IS NULL OR xid < %(until)s)
GROUP BY 1, 2, 3 ORDER BY 2, 1, 3"""
_BY_PREFIX = """
SELECT coalesce(sum(credits_posted - debits_posted), 0)::int8,
       coalesce(sum(credits_pending), 0)::int8, coalesce(sum(debits_pending), 0)::int8, count(*)
FROM ledger_account_key AS named JOIN ledger_account AS account ON account.id = named.account_id
WHERE starts_with(named.key, %s)"""


class DaySum(NamedTuple):
    """What transfers of one code came to on one day, on one account."""

    code: int
    #: Of the event, in the time zone asked for.
    day: date
    account_id: int
    #: Minor units moved; what was taken back is taken off.
    amount: int
    #: How many, likewise.
    transfers: int


class Totals(NamedTuple):
    """What accounts have together, in minor units."""

    balance: int
    #: On its way in, and held back on its way out.
    incoming: int
    held: int
    accounts: int


def by_day(
    *,
    debits: Iterable[int],
    credits_: Iterable[int],
    zone: str,
    since_xid: int | None = None,
    until_xid: int | None = None,
) -> list[DaySum]:
    """Return what moved by code, day and account: everything that is booked, to the unit.

    Args:
        debits: codes of which the account is the one that pays.
        credits_: codes of which it is the one that gets.
        zone: in which a day begins and ends, as `Asia/Almaty`.
        since_xid: booked by database transactions of this number and above.
        until_xid: booked by those below this number.
    """
    paying = list(debits)
    params: dict[str, object] = {"debits": paying, "codes": [*paying, *credits_], "zone": zone}
    params |= {"since": since_xid, "until": until_xid}
    rows = Cursor(connection()).execute(_BY_DAY, params).fetchall()
    return [DaySum(*row) for row in rows]


def totals(prefix: str) -> Totals:
    """Return what the accounts have together whose key starts so."""
    row = Cursor(connection()).execute(_BY_PREFIX, (prefix,)).fetchone()
    return Totals(*row) if row else Totals(0, 0, 0, 0)
