"""How often which clauses decided, and what that came to: for those who answer for the terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

#: Decisions in whose place another stands do not count any more. What moved nothing adds nothing,
#: and its outcome is not taken apart: that is most of the work.
_BY_CLAUSES = """
SELECT question, decided_by, count(*), coalesce(sum(
           CASE WHEN transfer_ids <> '{}' THEN (outcome ->> %(field)s)::bigint END), 0)::bigint,
       CASE WHEN transfer_ids <> '{}'
            THEN coalesce((outcome ->> 'hold')::boolean, false) ELSE false END AS held
FROM decisions_decision
WHERE pack = %(pack)s AND question = ANY(%(questions)s) AND status = 'decided'
  AND event_at >= %(since)s AND event_at < %(until)s
  AND id NOT IN (SELECT overrides_id FROM decisions_decision WHERE overrides_id IS NOT NULL)
GROUP BY question, decided_by, held
ORDER BY question, 4 DESC, 3 DESC, decided_by"""

_OF_DECISIONS = """
SELECT question, decided_by, count(*),
       coalesce(sum((outcome ->> %(field)s)::bigint), 0)::bigint
FROM decisions_decision
WHERE id = ANY(%(ids)s) AND status = 'decided'
GROUP BY question, decided_by
ORDER BY 4 DESC, 3 DESC, decided_by"""


class Tally(NamedTuple):
    """What clauses decided together."""

    question: str
    clauses: tuple[str, ...]
    decisions: int
    #: Sum of the field asked for, in minor units.
    amount: int
    #: The terms say that it waits for a person.
    held: bool


def by_clauses(
    pack: str, questions: Sequence[str], *, field: str, since: datetime, until: datetime
) -> list[Tally]:
    """Return how many Decisions that stand which clauses made, and what they moved.

    Args:
        pack: of terms.
        questions: of it.
        field: the field of their answers that says what is moved, as `amount`.
        since: of the event, included.
        until: of the event, left out.
    """
    asked: dict[str, Any] = {"pack": pack, "questions": list(questions), "field": field}
    with connection.cursor() as cursor:
        cursor.execute(_BY_CLAUSES, asked | {"since": since, "until": until})
        rows = cursor.fetchall()
    return [Tally(row[0], tuple(row[1]), row[2], row[3], row[4]) for row in rows]


def of_decisions(ids: Iterable[UUID], *, field: str) -> list[Tally]:
    """Return which clauses made these Decisions, and what they come to, the most first.

    Args:
        ids: of Decisions of one pack.
        field: as of `by_clauses`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OF_DECISIONS, {"ids": list(ids), "field": field})
        rows = cursor.fetchall()
    return [Tally(row[0], tuple(row[1]), row[2], row[3], False) for row in rows]
