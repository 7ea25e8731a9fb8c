"""What the payments of a window look like, member by member: SQL over all of them at once.

Nothing is judged here: a candidate is anything that comes near one of the patterns, and the terms
(`club-watch`) say what a person is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

#: Purchases of a window with their member, what they earned and what was refunded of them.
_BOUGHT = """
WITH bought AS (
    SELECT member.account_id, member.party_id, paid.key, paid.merchant, paid.paid_on, paid.amount,
           coalesce((SELECT sum(-back.amount) FROM club_payment AS back
                     WHERE back.purchase_key = paid.key AND back.purchase_key <> ''), 0)
             AS refunded,
           coalesce((SELECT sum(lot.amount) FROM club_lot AS lot
                     WHERE lot.purchase_key = paid.key), 0) AS bonuses
    FROM club_payment AS paid
    JOIN club_card AS card ON card.number = paid.card
     AND (card.since IS NULL OR card.since <= paid.paid_on)
     AND (card.until IS NULL OR paid.paid_on <= card.until)
    JOIN club_member AS member ON member.party_id = card.member_id
    WHERE paid.amount > 0 AND paid.paid_on BETWEEN %(since)s AND %(until)s
)
"""
_COLUMNS = """
       sum(amount)::bigint, max(amount)::bigint, sum(refunded)::bigint, sum(bonuses)::bigint,
       min(paid_on), max(paid_on), (array_agg(key ORDER BY paid_on DESC, key))[1:20]
"""
_BUY_REFUND = """
SELECT account_id, party_id, merchant, count(*) FILTER (WHERE refunded * 2 >= amount),
{columns} FROM bought GROUP BY account_id, party_id, merchant
HAVING count(*) FILTER (WHERE refunded * 2 >= amount) > 1
"""
#: The day with the most payments stands for a member and a seller.
_SPLIT_BASKET = """
SELECT DISTINCT ON (account_id, merchant) * FROM (
    SELECT account_id, party_id, merchant, count(*) AS times, {columns}
    FROM bought GROUP BY account_id, party_id, merchant, paid_on HAVING count(*) > 2
) AS days ORDER BY account_id, merchant, times DESC, 9
"""
_OWN_TILL = """
SELECT account_id, bought.party_id, bought.merchant, count(*), {columns}
FROM bought
JOIN (SELECT DISTINCT till.merchant, acting.person_id
      FROM club_terminal AS till
      JOIN club_partner AS partner ON partner.key = till.partner_id
      JOIN parties_membership AS acting ON acting.organisation_id = partner.organisation_id
      WHERE acting.until IS NULL) AS own
  ON own.merchant = bought.merchant AND own.person_id = bought.party_id
GROUP BY account_id, bought.party_id, bought.merchant
"""
#: Top-ups of wallets, each with a later payment of the same amount that earned something.
_WALLET_LOOP = """,
top_up AS (
    SELECT bought.* FROM bought
    JOIN decisions_decision AS made
      ON made.key = 'club/payment/' || bought.key AND made.question = 'bank_bonus'
    WHERE bought.bonuses = 0 AND made.facts ->> 'category' = 'e_wallet'
)
SELECT paid.account_id, paid.party_id, top_up.merchant, count(DISTINCT top_up.key),
       sum(paid.amount)::bigint, max(paid.amount)::bigint, sum(paid.refunded)::bigint,
       sum(paid.bonuses)::bigint, min(top_up.paid_on), max(paid.paid_on),
       (array_agg(paid.key ORDER BY paid.paid_on DESC, paid.key))[1:20]
FROM top_up
JOIN LATERAL (
    SELECT * FROM bought WHERE bought.account_id = top_up.account_id AND bought.bonuses > 0
       AND bought.amount = top_up.amount
       AND bought.paid_on BETWEEN top_up.paid_on AND top_up.paid_on + %(wallet_days)s
    ORDER BY paid_on, key LIMIT 1
) AS paid ON true
GROUP BY paid.account_id, paid.party_id, top_up.merchant HAVING count(DISTINCT top_up.key) > 1
"""
_QUERIES = {
    "buy_refund": _BUY_REFUND,
    "split_basket": _SPLIT_BASKET,
    "own_till": _OWN_TILL,
    "wallet_loop": _WALLET_LOOP,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pattern of one member's payments at one seller; amounts in minor units."""

    kind: str
    account_id: int
    party_id: UUID
    merchant: str
    times: int
    total: int
    largest: int
    refunded: int
    bonuses: int
    first_day: date
    last_day: date
    #: Some of the payments, the latest first.
    payments: tuple[str, ...]


def candidates(since: date, until: date, *, wallet_days: int) -> Iterator[Candidate]:
    """Yield what comes near a pattern in the payments of these days, both included.

    Args:
        since: the first day.
        until: the last day.
        wallet_days: within which a payment follows the top-up of a wallet.
    """
    values: dict[str, Any] = {"since": since, "until": until, "wallet_days": wallet_days}
    with connection.cursor() as cursor:
        for kind, query in _QUERIES.items():
            cursor.execute(_BOUGHT + query.replace("{columns}", _COLUMNS), values)
            for row in cursor.fetchall():
                yield _candidate(kind, row)


def _candidate(kind: str, row: tuple[Any, ...]) -> Candidate:
    account_id, party_id, merchant, times, *figures, first_day, last_day, payments = row
    total, largest, refunded, bonuses = figures
    return Candidate(
        kind=kind,
        account_id=account_id,
        party_id=party_id,
        merchant=merchant,
        times=times,
        total=total,
        largest=largest,
        refunded=refunded,
        bonuses=bonuses,
        first_day=first_day,
        last_day=last_day,
        payments=tuple(payments),
    )
