"""What the worker does for the ledger by itself: end what has expired, seal, make room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from oferta.core.ledger import actions
from oferta.kernel import clock, outbox

QUEUE = "ledger"
EACH_MINUTE = "* * * * *"
#: At a quiet hour: a new partition waits for the writers of the default one.
EACH_NIGHT = "17 21 * * *"


@app.periodic(cron=EACH_MINUTE)
@app.task(name="ledger.expire", queue=QUEUE, lock="ledger.expire", queueing_lock="ledger.expire")
def expire(timestamp: int) -> None:
    """Void the holds whose time is over."""
    del timestamp  # when it was due; what counts is when it runs
    with outbox.own_connection():
        actions.expire_due(clock.now())


@app.periodic(cron=EACH_MINUTE)
@app.task(name="ledger.seal", queue=QUEUE, lock="ledger.seal", queueing_lock="ledger.seal")
def seal(timestamp: int) -> None:
    """Seal what has been booked since the last seal."""
    del timestamp
    with outbox.own_connection():
        actions.seal()


@app.periodic(cron=EACH_NIGHT)
@app.task(name="ledger.partitions", queue=QUEUE, queueing_lock="ledger.partitions")
def partitions(timestamp: int) -> None:
    """Make the journal's partitions of the months to come."""
    del timestamp
    with outbox.own_connection():
        actions.make_partitions(now=clock.now())
