"""Quotas: taken before places are, given back after; the table refuses more than they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

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
_LOCK = "SELECT 1 FROM tickets_quota WHERE id = ANY(%(quotas)s) ORDER BY id FOR UPDATE"


def take(wanted: Mapping[int, int]) -> int | None:
    """Take so much of each quota, in one order; return the first that has not so much left.

    What was taken before that one is undone with the caller's database transaction.
    """
    for quota, count in sorted(wanted.items()):
        if not asking.rows(_TAKE, {"quota": quota, "count": count}):
            return quota
    return None


def give_back(used: Iterable[Iterable[int]]) -> None:
    """Give back one of each quota that each line took."""
    counts = Counter(quota for line in used for quota in line)
    if not counts:
        return
    asking.rows(_LOCK, {"quotas": list(counts)})
    asking.rows(_GIVE_BACK, {"quotas": list(counts), "counts": list(counts.values())})
