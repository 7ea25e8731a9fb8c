"""Effects on the outside world wait for the commit.

A job is written in the caller's database transaction (procrastinate keeps its queue in the same
PostgreSQL), so it exists exactly when the change that caused it does. The worker retries it.
"""

from __future__ import annotations

from procrastinate.contrib.django import app


def add(task: str, **payload: object) -> None:
    """Queue `task` with `payload` (JSON values) to run after the current transaction commits.

    Args:
        task: full name of the procrastinate task, as `notices.deliver`.
        payload: its arguments.
    """
    app.configure_task(task).defer(**payload)  # type: ignore[arg-type]
