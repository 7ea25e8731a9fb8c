"""How fast a caller may send: one row, one statement a request.

The row says when all of the caller's requests of a minute are there again; a request moves that
moment on by its share of the minute and is refused if it would lie more than a minute away. A
caller that was silent may send a whole minute's requests at once.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from oferta.project.rest.types import Pace

WINDOW = timedelta(minutes=1)

# Nobody is harmed if a crash forgets the last moments of a pace: the commit need not wait.
_TAKE = """
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO rest_pace AS pace (caller_id, full_at, used_at)
SELECT %(caller)s, %(now)s + %(step)s, %(now)s FROM quick
ON CONFLICT (caller_id) DO UPDATE
    SET full_at = greatest(pace.full_at, %(now)s) + %(step)s, used_at = %(now)s
    WHERE greatest(pace.full_at, %(now)s) + %(step)s <= %(now)s + %(window)s
RETURNING full_at
"""
_FULL_AT = "SELECT full_at FROM rest_pace WHERE caller_id = %s"


def take(caller_id: UUID, per_minute: int, now: datetime) -> Pace:
    """Take one request from a caller's minute, or none if they are used up."""
    step = WINDOW / per_minute
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"caller": caller_id, "now": now, "step": step, "window": WINDOW}
        cursor.execute(_TAKE, given)
        row = cursor.fetchone()
        if row is not None:
            return _pace(row[0], per_minute, now)
        cursor.execute(_FULL_AT, [caller_id])
        (full_at,) = cursor.fetchone() or (now + WINDOW,)
    wait = max(full_at + step - WINDOW - now, timedelta(seconds=1))
    return Pace(
        limit=per_minute,
        left=0,
        reset_seconds=_seconds(full_at - now),
        wait_seconds=_seconds(wait),
    )


def _pace(full_at: datetime, per_minute: int, now: datetime) -> Pace:
    left = max(0, per_minute - math.ceil((full_at - now) / (WINDOW / per_minute)))
    return Pace(limit=per_minute, left=left, reset_seconds=_seconds(full_at - now))


def _seconds(span: timedelta) -> int:
    return max(0, math.ceil(span.total_seconds()))
