"""What the worker does for the ledger by itself: end what has expired, seal, make room.

Two workers are never at the same task: one that finds the advisory lock taken leaves the work to
the other. A lock of the queue would be held for ever by the job of a worker that was killed; this
one ends with its connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from procrastinate.contrib.django import app

from oferta.core.ledger import actions
from oferta.core.ledger.session import connection
from oferta.kernel import clock, outbox

QUEUE = "ledger"
EXPIRE, SEAL, PARTITIONS = "ledger.expire", "ledger.seal", "ledger.partitions"
EACH_MINUTE = "* * * * *"
#: Four look-ups. Once a night would do, but a machine that is off at night would never meet it.
EACH_HOUR = "17 * * * *"

LOCK = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
UNLOCK = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"


@app.periodic(cron=EACH_MINUTE)
@app.task(name=EXPIRE, queue=QUEUE, queueing_lock=EXPIRE)
def expire(timestamp: int) -> None:
    """Void the holds whose time is over."""
    del timestamp  # when it was due; what counts is when it runs
    with outbox.own_connection(), _alone(EXPIRE) as alone:
        if alone:
            actions.expire_due(clock.now())


@app.periodic(cron=EACH_MINUTE)
@app.task(name=SEAL, queue=QUEUE, queueing_lock=SEAL)
def seal(timestamp: int) -> None:
    """Seal what has been booked since the last seal; sum it up first, so that it is found."""
    del timestamp
    with outbox.own_connection(), _alone(SEAL) as alone:
        if alone:
            actions.summarise()
            actions.seal()


@app.periodic(cron=EACH_HOUR)
@app.task(name=PARTITIONS, queue=QUEUE, queueing_lock=PARTITIONS)
def partitions(timestamp: int) -> None:
    """Make the journal's partitions of the months to come."""
    del timestamp
    with outbox.own_connection(), _alone(PARTITIONS) as alone:
        if alone:
            actions.make_partitions(now=clock.now())


@contextmanager
def _alone(task: str) -> Iterator[bool]:
    """Say whether no other worker is at `task`, and keep it so until the end of the block."""
    taken = connection().execute(LOCK, (task,)).fetchone() == (True,)
    try:
        yield taken
    finally:
        if taken and not connection().broken:
            connection().execute(UNLOCK, (task,))
