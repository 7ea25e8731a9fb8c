"""What the worker does for notices."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from oferta.core.notices import actions, checking, delivering, masses
from oferta.kernel import clock, outbox

FORGET_CHECKS = "notices.forget_checks"
# Ten: a delivery's own failures are kept with it; this is for a database that is away a while.
_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


@app.task(name=actions.DELIVER, queue="notices", retry=_RETRY)
def deliver(batch_id: str) -> None:
    """Deliver what is due of a batch, and come back when more is."""
    with outbox.own_connection():
        next_at = delivering.deliver_batch(UUID(batch_id), clock=clock.now)
        if next_at is not None:
            outbox.add(actions.DELIVER, not_before=next_at, batch_id=batch_id)


@app.task(name=masses.STEP, queue="notices", retry=_RETRY)
def mass_step(mass_id: str) -> None:
    """Send the next few of a mass message, and come back for more."""
    with outbox.own_connection():
        next_at = masses.step(UUID(mass_id), now=clock.now())
        if next_at is not None:
            outbox.add(masses.STEP, not_before=next_at, mass_id=mass_id)


@app.periodic(cron="41 * * * *")
@app.task(name=FORGET_CHECKS, queue="notices", queueing_lock=FORGET_CHECKS)
def forget_checks(timestamp: int) -> None:
    """Throw away the counts of who asked whether we sent something."""
    del timestamp  # when it was due; what counts is the moment it runs
    with outbox.own_connection():
        checking.forget_old(clock.now())
