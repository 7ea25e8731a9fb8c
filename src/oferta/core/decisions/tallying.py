"""How often which clauses decided, and what that came to: for those who answer for the terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

#: Decisions in whose place another stands do not count any more. What moved nothing adds nothing,
#: and its outcome is not taken apart: that is most of the work.
_BY_DAYS = """
SELECT (event_at AT TIME ZONE %(zone)s)::date AS on_day, question, decided_by,
       CASE WHEN transfer_ids <> '{}'
            THEN coalesce((outcome ->> 'hold')::boolean, false) ELSE false END AS held,
       count(*), coalesce(sum(
           CASE WHEN transfer_ids <> '{}' THEN (outcome ->> %(field)s)::bigint END), 0)::bigint
FROM decisions_decision
WHERE pack = %(pack)s AND question = ANY(%(questions)s) AND plan = %(plan)s
  AND status = 'decided'
  AND id NOT IN (SELECT overrides_id FROM decisions_decision WHERE overrides_id IS NOT NULL)
GROUP BY on_day, question, decided_by, held"""

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


class DayTally(NamedTuple):
    """What clauses decided together on one day of the events."""

    day: date
    question: str
    clauses: tuple[str, ...]
    #: The terms say that it waits for a person.
    held: bool
    decisions: int
    #: Sum of the field asked for, in minor units.
    amount: int


def by_days(
    pack: str, questions: Sequence[str], *, plan: str, field: str, zone: str
) -> list[DayTally]:
    """Return how many Decisions that stand which clauses made on each day, and what they moved.

    It reads every Decision there is.

    Args:
        pack: of terms.
        questions: of it.
        plan: name of the plan that followed from the answers.
        field: the field of the answers that says what is moved, as `amount`.
        zone: in which a day begins and ends, as `Asia/Almaty`.
    """
    asked: dict[str, Any] = {"pack": pack, "questions": list(questions), "plan": plan}
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAYS, asked | {"field": field, "zone": zone})
        rows = cursor.fetchall()
    return [
        DayTally(day, question, tuple(clauses), held, number, amount)
        for day, question, clauses, held, number, amount in rows
    ]


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
