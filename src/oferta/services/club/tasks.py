"""What the club does by itself every night."""

from __future__ import annotations

from procrastinate.contrib.django import app

from oferta.kernel import clock, outbox
from oferta.services.club import enrolment, expiring
from oferta.services.club.arrival import following
from oferta.services.club.boards import totals
from oferta.services.club.campaigns import accruing
from oferta.services.club.claims import claiming
from oferta.services.club.facts import day_of
from oferta.services.club.fraud import watching
from oferta.services.club.membership import joining, tiers

EXPIRE, ACCRUE, TIERS = "club.expire", "club.accrue", "club.derive_tiers"
WAKE, WATCH, FORGET = "club.wake", "club.watch", "club.forget_strangers"
FOLD = "club.fold_totals"
#: 00:25 in Almaty, and at noon for a machine that is off at night.
TWICE_A_DAY = "25 7,19 * * *"


@app.periodic(cron=TWICE_A_DAY)
@app.task(name=EXPIRE, queueing_lock=EXPIRE)
def expire(timestamp: int) -> None:
    """Let bonuses past their last day expire, and warn of those that soon will."""
    del timestamp  # when it was due; what counts is when it runs
    with outbox.own_connection():
        joining.lapse(now=clock.now())
        expiring.expire(now=clock.now())
        expiring.warn(now=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name=WAKE, queueing_lock=WAKE)
def wake(timestamp: int) -> None:
    """Ask a person about refunds that waited long enough for their purchase."""
    del timestamp
    with outbox.own_connection():
        following.wake(bank=enrolment.bank_account(), now=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name=FOLD, queueing_lock=FOLD)
def fold_totals(timestamp: int) -> None:
    """Move on the sums of days that the owner's page reads."""
    del timestamp
    with outbox.own_connection():
        totals.fold()


@app.periodic(cron=TWICE_A_DAY)
@app.task(name=ACCRUE, queueing_lock=ACCRUE)
def accrue(timestamp: int) -> None:
    """Make bonuses available that have come to their accrual day (BC-09)."""
    del timestamp
    with outbox.own_connection():
        accruing.accrue(now=clock.now())


@app.periodic(cron=TWICE_A_DAY)
@app.task(name=TIERS, queueing_lock=TIERS)
def derive_tiers(timestamp: int) -> None:
    """Let the terms derive this month's Halyk+ tiers; a month that is derived stands (BC-10)."""
    del timestamp
    with outbox.own_connection():
        tiers.derive(day_of(clock.now()).replace(day=1), now=clock.now())


@app.periodic(cron="40 19 * * *")
@app.task(name=WATCH, queueing_lock=WATCH)
def watch(timestamp: int) -> None:
    """Ask a person about patterns of payments that the terms name (`club-watch`)."""
    del timestamp
    with outbox.own_connection():
        watching.watch(now=clock.now())


@app.periodic(cron="50 20 * * *")
@app.task(name=FORGET, queueing_lock=FORGET)
def forget_strangers(timestamp: int) -> None:
    """Forget old addresses of letters that no customer wrote."""
    del timestamp
    with outbox.own_connection():
        claiming.forget_strangers(now=clock.now())
