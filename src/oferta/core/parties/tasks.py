"""What the worker does for parties: exports, erasure, new editions, and clearing up after them."""

from __future__ import annotations

from uuid import UUID

from django.core.management import call_command
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from oferta.core.parties import agreements, erasing, exporting, identity, inviting, sealing
from oferta.core.terms import shelf
from oferta.kernel import clock, outbox

BRING_EDITIONS = "parties.bring_editions"
CLEAR_UP = "parties.clear_up"
WARN_OF_ENDS = "parties.warn_of_ends"
SEAL_AUDIT = "parties.seal_audit"
# Ten: a database that is away for a while; a file half made is made anew.
_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


@app.task(name=exporting.MAKE, queue="parties", retry=_RETRY)
def make_export(export_id: str) -> None:
    """Write the file with all of a customer's data."""
    with outbox.own_connection():
        exporting.make(UUID(export_id), now=clock.now())


@app.task(name=erasing.ERASE, queue="parties", retry=_RETRY)
def erase(erasure_id: str) -> None:
    """Erase a customer whose waiting time is over."""
    with outbox.own_connection():
        erasing.erase(UUID(erasure_id), now=clock.now())


@app.periodic(cron="7 * * * *")
@app.task(name=CLEAR_UP, queue="parties", queueing_lock=CLEAR_UP)
def clear_up(timestamp: int) -> None:
    """Throw files and invitations away whose days are over; erase whom a lost job left."""
    del timestamp  # when it was due; what counts is the moment it runs
    with outbox.own_connection():
        now = clock.now()
        exporting.throw_away(now)
        inviting.throw_away(now)
        for erasure_id in erasing.due(now):
            erasing.erase(erasure_id, now=now)


@app.periodic(cron="17 3 * * *")
@app.task(name=BRING_EDITIONS, queue="parties", queueing_lock=BRING_EDITIONS, lock=BRING_EDITIONS)
def bring_editions(timestamp: int) -> None:
    """Tell customers of editions in which no right falls, and ask them where one does."""
    del timestamp
    with outbox.own_connection():
        now = clock.now()
        for pack in shelf.terms().packs.values():
            agreements.bring(pack, today=agreements.coded_day(now), now=now)


@app.periodic(cron="27 4 * * *")
@app.task(name=WARN_OF_ENDS, queue="parties", queueing_lock=WARN_OF_ENDS)
def warn_of_ends(timestamp: int) -> None:
    """Tell those whose status ends soon; throw sessions away that have ended."""
    del timestamp
    with outbox.own_connection():
        identity.warn_of_ends(now=clock.now())
        call_command("clearsessions")


@app.periodic(cron="*/5 * * * *")
@app.task(name=SEAL_AUDIT, queue="parties", queueing_lock=SEAL_AUDIT)
def seal_audit(timestamp: int) -> None:
    """Seal what the audit log has gained."""
    del timestamp
    with outbox.own_connection():
        sealing.seal()
