"""What the worker does for cases by itself: mark those that nobody answered in time."""

from __future__ import annotations

from procrastinate.contrib.django import app

from oferta.core.cases import handling
from oferta.kernel import clock, outbox

ESCALATE = "cases.escalate"
EACH_TEN_MINUTES = "*/10 * * * *"


@app.periodic(cron=EACH_TEN_MINUTES)
@app.task(name=ESCALATE, queue="cases", queueing_lock=ESCALATE)
def escalate(timestamp: int) -> int:
    """Mark the cases whose deadline has passed."""
    del timestamp  # when it was due; what counts is when it runs
    with outbox.own_connection():
        return handling.escalate_overdue(now=clock.now())
