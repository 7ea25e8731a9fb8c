"""What the club does by itself every night."""

from __future__ import annotations

from procrastinate.contrib.django import app

from oferta.kernel import clock, outbox
from oferta.services.club import expiring

EXPIRE = "club.expire"
#: 00:25 in Almaty, and at noon for a machine that is off at night.
TWICE_A_DAY = "25 7,19 * * *"


@app.periodic(cron=TWICE_A_DAY)
@app.task(name=EXPIRE, queueing_lock=EXPIRE)
def expire(timestamp: int) -> None:
    """Let bonuses past their last day expire, and warn of those that soon will."""
    del timestamp  # when it was due; what counts is when it runs
    with outbox.own_connection():
        expiring.expire(now=clock.now())
        expiring.warn(now=clock.now())
