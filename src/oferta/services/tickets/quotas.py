"""Quotas: taken before places are, given back after; the table refuses more than they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

from oferta.kernel import asking

_TAKE = """
UPDATE tickets_quota SET used = used + %(count)s
WHERE id = %(quota)s AND used + %(count)s <= size
RETURNING id
"""
_GIVE_BACK = """
UPDATE tickets_quota AS quota SET used = used - given.back
FROM (SELECT unnest(%(quotas)s::bigint[]) AS id, unnest(%(counts)s::integer[]) AS back) AS given
WHERE quota.id = given.id
RETURNING quota.id
"""
#: Whoever has the place of a ticket, or is offered it, has its quotas from now on.
_HAND_OVER = """
UPDATE tickets_orderline AS theirs SET quotas = ours.quotas
FROM tickets_ticket AS ticket
JOIN tickets_orderline AS ours ON ours.id = ticket.line_id
JOIN tickets_place AS place ON place.id = ticket.place_id
WHERE ticket.id = ANY(%(tickets)s::uuid[]) AND ours.quotas <> '{}'
  AND theirs.order_id = place.order_id AND theirs.place_id = place.id AND theirs.id <> ours.id
RETURNING theirs.id
"""
_LOCK = "SELECT 1 FROM tickets_quota WHERE id = ANY(%(quotas)s) ORDER BY id FOR UPDATE"


def take(wanted: Mapping[int, int]) -> int | None:
    """Take so much of each quota, in one order; return the first that has not so much left.

    What was taken before that one is undone with the caller's database transaction.
    """
    for quota, count in sorted(wanted.items()):
        if not asking.rows(_TAKE, {"quota": quota, "count": count}):
            return quota
    return None


def hand_over(ticket_ids: Iterable[UUID]) -> None:
    """Leave what tickets took of quotas to the orders that have their places by now."""
    asking.rows(_HAND_OVER, {"tickets": list(ticket_ids)})


def give_back(used: Iterable[Iterable[int]]) -> None:
    """Give back one of each quota that each line took."""
    counts = Counter(quota for line in used for quota in line)
    if not counts:
        return
    asking.rows(_LOCK, {"quotas": list(counts)})
    asking.rows(_GIVE_BACK, {"quotas": list(counts), "counts": list(counts.values())})
