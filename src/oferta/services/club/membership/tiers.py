"""Halyk+: which rate a member has in which month, as the terms derive it from what they use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Decision, Event, Status
from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.kernel.money import decimal_text
from oferta.services.club import queries
from oferta.services.club.errors import BadActivity
from oferta.services.club.facts import PACK, PERCENT_PLACES
from oferta.services.club.models import Activity, Tier

QUESTION = "halyk_plus"
BATCH = 1000
PRODUCT_MAX = 40

#: Member to the first day of a month to a rate, in ten-thousandths of a percent.
Standings = dict[UUID, dict[date, int]]


def standings(members: Iterable[UUID]) -> Standings:
    """Return the tiers of these members, by member and month; who never had one is left out."""
    found: Standings = {}
    rows = Tier.objects.filter(member_id__in=set(members))
    for member, month, rate in rows.values_list("member_id", "month", "rate"):
        found.setdefault(member, {})[month] = rate
    return found


def rate_on(found: Standings, member: UUID, on: date) -> str:
    """Return the Halyk+ rate of a member on a day as the terms write it: 0% outside Halyk+."""
    months = found.get(member)
    return _percent(months.get(on.replace(day=1), 0)) if months else "0%"


def record(party_id: UUID, product: str, *, starts: date, ends: date | None = None) -> Activity:
    """Keep that a member actively used a product of the bank; told again, the newer end counts.

    Raises:
        UnknownMember: the customer is no member.
        BadActivity: no product, or it ends before it starts.
    """
    queries.member_of_party(party_id)
    if not product.replace("-", "").isalnum() or len(product) > PRODUCT_MAX:
        expected = "letters, digits, -"
        raise BadActivity(product=product, field="product", given=product, expected=expected)
    if ends is not None and ends < starts:
        raise BadActivity(
            product=product, field="ends", given=str(ends), expected=f"{starts} or later"
        )
    kept, _ = Activity.objects.update_or_create(
        member_id=party_id, product=product, starts=starts, defaults={"ends": ends}
    )
    return kept


def derive(month: date, *, now: datetime) -> int:
    """Let the terms say which tier members have in a month, by what they used the month before.

    Safe to run as often as one likes: a month is decided once for a member, and stands.

    Args:
        month: its first day.
        now: zone-aware.

    Returns:
        How many tiers were decided.
    """
    done = 0
    while found := _derive_some(month, zoned(now)):
        done += found
    return done


def corrected(old: Decision, new: Decision) -> None:
    """Give a month the tier that staff put in the place of the first; payments since stand."""
    outcome = new.outcome or {}
    Tier.objects.filter(decision_id=old.id).update(
        tier=str(outcome["tier"]), rate=int(outcome["rate"] or 0), decision_id=new.id
    )


@transaction.atomic
def _derive_some(month: date, now: datetime) -> int:
    counted = products(month)
    known = Tier.objects.filter(month=month, member_id__in=list(counted))
    settled = set(known.values_list("member_id", flat=True))
    wanted = sorted(member for member in counted if member not in settled)[:BATCH]
    answers = decisions.decide_many(
        [_event(member, month, counted[member], now) for member in wanted], now=now
    )
    rows = [
        Tier(
            member_id=member,
            month=month,
            tier=str((one.outcome or {})["tier"]),
            rate=int((one.outcome or {})["rate"] or 0),
            decision_id=one.id,
        )
        for member, answer in zip(wanted, answers, strict=True)
        for one in answer.decisions
        if one.status is Status.DECIDED
    ]
    Tier.objects.bulk_create(rows)
    return len(rows)


def products(month: date) -> dict[UUID, int]:
    """Return how many products each member actively used in the month before, those with any."""
    last = month - timedelta(days=1)
    used = Activity.objects.filter(starts__lte=last, member__left_on__isnull=True).exclude(
        ends__lt=last.replace(day=1)
    )
    counted = used.values("member_id").annotate(number=Count("product", distinct=True))
    return {one["member_id"]: one["number"] for one in counted.order_by()}


def preview(party_id: UUID, month: date) -> tuple[str, int]:
    """Return the tier and rate that a month would have by what is on file now; nothing is kept."""
    facts = {"month_starts": month, "products_in_use": products(month).get(party_id, 0)}
    outcome = shelf.terms().decide(PACK, QUESTION, facts).outcome
    return str(outcome["tier"]), int(outcome["rate"] or 0)


def _event(member: UUID, month: date, number: int, now: datetime) -> Event:
    return Event(
        key=f"club/tier/{member}/{month.isoformat()}",
        pack=PACK,
        questions=(QUESTION,),
        facts={"month_starts": month, "products_in_use": number},
        event_at=now,
        plan="club.tiering",
        context={"day": month.isoformat()},
        party_id=member,
    )


@lru_cache(maxsize=64)
def _percent(rate: int) -> str:
    return f"{decimal_text(rate, PERCENT_PLACES)}%"
