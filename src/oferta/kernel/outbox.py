"""Effects on the outside world wait for the commit.

A job is written in the caller's database transaction (procrastinate keeps its queue in the same
PostgreSQL), so it exists exactly when the change that caused it does. The worker retries it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection
from procrastinate.contrib.django import app


def add(task: str, *, not_before: datetime | None = None, **payload: object) -> None:
    """Queue `task` with `payload` (JSON values) to run after the current transaction commits.

    Args:
        task: full name of the procrastinate task, as `notices.deliver`.
        not_before: the earliest moment to run it; None: at once.
        payload: its arguments.
    """
    app.configure_task(task, schedule_at=not_before).defer(**payload)  # type: ignore[arg-type]


@contextmanager
def own_connection() -> Iterator[None]:
    """Close a job's connection at its end.

    A job runs in a thread that nobody tidies up after, and the next one may be an hour away.
    """
    try:
        yield
    finally:
        if not connection.in_atomic_block:
            connection.close()
