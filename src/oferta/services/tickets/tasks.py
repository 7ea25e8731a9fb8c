"""What the ticket office does by itself every minute."""

from __future__ import annotations

from procrastinate.contrib.django import app

from oferta.kernel import clock, outbox
from oferta.services.tickets import guessing, guest_holds, passing_on, paying, reserving, vouchers
from oferta.services.tickets.refunding import (
    changing,
    correcting,
    overdue,
    paying_out,
    proposing,
    regimes,
)
from oferta.services.tickets.settling import missing, organisers

TIDY = "tickets.tidy"
REFUNDS = "tickets.refunds"
OVERDUE = "tickets.overdue"
CHANGES = "tickets.changes"
EACH_MINUTE = "* * * * *"
EACH_HOUR = "7 * * * *"
#: Before what is late is put before a person.
JUST_BEFORE = "3 * * * *"


@app.periodic(cron=EACH_MINUTE)
@app.task(name=TIDY, queueing_lock=TIDY)
def tidy(timestamp: int) -> None:
    """Clear up payments without an answer, note which reservations are over, offer places on."""
    del timestamp  # when it was due; what counts is when it runs
    with outbox.own_connection():
        paying.settle(now=clock.now())
        reserving.lapse(now=clock.now())
        passing_on.pass_on(now=clock.now())


@app.periodic(cron=EACH_MINUTE)
@app.task(name=REFUNDS, queueing_lock=REFUNDS)
def refunds(timestamp: int) -> None:
    """Finish changes and cancellations that were cut off, then send the refunds that are due."""
    del timestamp
    with outbox.own_connection():
        overdue.finish_cancelled(now=clock.now())
        changing.finish(now=clock.now())
        correcting.send_corrections(now=clock.now())
        organisers.take_over_late(now=clock.now())
        missing.pay_unproved(now=clock.now())
        paying_out.send_due(now=clock.now())
        paying_out.follow(now=clock.now())


@app.task(name=proposing.CARRY_OUT)
def carry_out_change(change_id: int) -> None:
    """Return tickets or tell buyers, as a change entered at the desk wants it."""
    with outbox.own_connection():
        proposing.follow(change_id, now=clock.now())


@app.periodic(cron=JUST_BEFORE)
@app.task(name=CHANGES, queueing_lock=CHANGES)
def changes(timestamp: int) -> None:
    """End what was never held, and answer again where a high-alert regime lasts."""
    del timestamp
    with outbox.own_connection():
        changing.end_unheld(now=clock.now())
        regimes.follow(now=clock.now())


@app.periodic(cron=EACH_HOUR)
@app.task(name=OVERDUE, queueing_lock=OVERDUE)
def escalate(timestamp: int) -> None:
    """Put what is past its day before a person, end vouchers, forget who tried and held what."""
    del timestamp
    with outbox.own_connection():
        overdue.escalate(now=clock.now())
        vouchers.end_due(now=clock.now())
        guessing.forget_old(now=clock.now())
        guest_holds.forget_old(now=clock.now())
