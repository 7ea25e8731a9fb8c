"""What the ticket office does by itself every minute."""

from __future__ import annotations

from procrastinate.contrib.django import app

from oferta.kernel import clock, outbox
from oferta.services.tickets import paying, reserving

TIDY = "tickets.tidy"
EACH_MINUTE = "* * * * *"


@app.periodic(cron=EACH_MINUTE)
@app.task(name=TIDY, queueing_lock=TIDY)
def tidy(timestamp: int) -> None:
    """Clear up payments without an answer, then note which reservations are over."""
    del timestamp  # when it was due; what counts is when it runs
    with outbox.own_connection():
        paying.settle(now=clock.now())
        reserving.lapse(now=clock.now())
