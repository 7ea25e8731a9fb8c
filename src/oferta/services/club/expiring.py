"""Bonuses that are past their last day, and those that soon will be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Event, Status
from oferta.core.ledger.types import NewAccount
from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.kernel.clock import zoned
from oferta.services.club import keeping
from oferta.services.club.facts import PACK, day_of, money
from oferta.services.club.models import Lot, Member
from oferta.services.club.rules import FUNDERS, UNIT

BATCH = 1000
#: A member is told this many days before a bonus expires, once for all that expires that day.
WARN_DAYS = 30


def expire(*, now: datetime) -> int:
    """Ask the terms about every lot past its last day; what expires moves to its own account.

    Safe to run at any time and as often as one likes: a lot that is empty is not asked about again.

    Returns:
        How many lots expired.
    """
    today = day_of(zoned(now))
    done = 0
    while found := _expire_batch(today, now):
        done += found
    return done


@transaction.atomic
def _expire_batch(today: date, now: datetime) -> int:
    due = Lot.objects.filter(last_day__lt=today, used__lt=F("amount")).order_by("account_id", "id")
    purses = keeping.lock(one.account_id for one in due[:BATCH])
    late = []
    for one in due.filter(account_id__in=list(purses))[:BATCH]:
        purse = purses[one.account_id]
        purse.settle(one.decision_id)  # what is owed was spent before anything could expire
        if left := purse.lots[one.id].left:
            late.append((one, left))
    answers = decisions.decide_many(_events(late, today, now), now=now)
    decided = [one for answer in answers if not answer.replayed for one in answer.decisions]
    expired = 0
    for decision in decided:
        amount = int((decision.outcome or {}).get("amount") or 0)
        if decision.status is Status.DECIDED and amount:
            purse = purses[decision.context["member"]]
            purse.expire(int(decision.context["lot"]), decision.id, amount)
            expired += 1
    keeping.write(purses.values())
    return expired


def warn(*, now: datetime) -> int:
    """Tell members of bonuses whose last day is at most `WARN_DAYS` away; each lot once.

    Returns:
        How many notices were written: one a member and last day.
    """
    today = day_of(zoned(now))
    with transaction.atomic():
        soon = Lot.objects.filter(
            last_day__range=(today, today + timedelta(days=WARN_DAYS)),
            used__lt=F("amount"),
            warned=False,
        ).select_for_update(skip_locked=True)
        lots = list(soon)
        sums: dict[tuple[int, date], int] = {}
        for one in lots:
            if one.last_day is not None:
                key = one.account_id, one.last_day
                sums[key] = sums.get(key, 0) + one.amount - one.used
        parties_of = _parties_of(account for account, _ in sums)
        languages = parties.languages(parties_of.values())
        notices.send(
            [
                NewNotice(
                    party_id=parties_of[account],
                    language=languages[parties_of[account]],
                    kind="club.expires_soon",
                    params={
                        "amount": {"minor": amount, "unit": UNIT},
                        "day": {"date": last_day.isoformat()},
                    },
                )
                for (account, last_day), amount in sums.items()
            ],
            now=now,
        )
        Lot.objects.filter(id__in=[one.id for one in lots]).update(warned=True)
        return len(sums)


def _events(late: list[tuple[Lot, int]], today: date, now: datetime) -> list[Event]:
    keys = {question: f"club/expired/{question}" for question in FUNDERS}
    accounts = decisions.open_accounts([NewAccount(key=key, unit=UNIT) for key in keys.values()])
    parties_of = _parties_of(lot.account_id for lot, _ in late)
    return [
        Event(
            key=f"club/expiry/{lot.id}/{today.isoformat()}",
            pack=PACK,
            questions=("expiry",),
            facts={"checked_on": today, "last_day": lot.last_day, "lot_left": money(left)},
            event_at=zoned(now),
            plan="club.expiring",
            context={
                "member": lot.account_id,
                "breakage": accounts[keys[lot.question]],
                "lot": lot.id,
                "last_day": str(lot.last_day),
            },
            party_id=parties_of[lot.account_id],
        )
        for lot, left in late
    ]


def _parties_of(accounts: Iterable[int]) -> dict[int, UUID]:
    rows = Member.objects.filter(account_id__in=set(accounts))
    return dict(rows.values_list("account_id", "party_id"))
