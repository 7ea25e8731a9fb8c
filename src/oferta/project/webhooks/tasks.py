"""What the worker does for webhooks."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from oferta.kernel import clock, outbox
from oferta.project.webhooks import delivering
from oferta.project.webhooks.emitting import DELIVER

SWEEP, FORGET = "webhooks.sweep", "webhooks.forget"
# Ten: an attempt's own failures are kept in the log; this is for a database that is away a while.
_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


@app.task(name=DELIVER, queue="webhooks", retry=_RETRY)
def deliver(endpoint_id: str) -> None:
    """Deliver what is due to an endpoint."""
    with outbox.own_connection():
        again = delivering.deliver_to(UUID(endpoint_id), clock=clock.now)
        if again is not None:
            outbox.add(DELIVER, not_before=again, endpoint_id=endpoint_id)


@app.periodic(cron="* * * * *")
@app.task(name=SWEEP, queue="webhooks", queueing_lock=SWEEP)
def sweep(timestamp: int) -> None:
    """Leave a job for each endpoint for which something is due, unless one waits already."""
    del timestamp  # when it was due; what is due now counts
    with outbox.own_connection():
        for endpoint_id in delivering.endpoints_due(clock.now()):
            try:
                with transaction.atomic():
                    job = app.configure_task(DELIVER, queueing_lock=f"{DELIVER}/{endpoint_id}")
                    job.defer(endpoint_id=str(endpoint_id))
            except AlreadyEnqueued:
                continue


@app.periodic(cron="23 3 * * *")
@app.task(name=FORGET, queue="webhooks", queueing_lock=FORGET)
def forget(timestamp: int) -> None:
    """Remove the messages that are no longer kept, with their log."""
    del timestamp
    with outbox.own_connection():
        while delivering.forget(clock.now()):
            continue
