"""Halyk+: which rate a member has in which month, as the terms derive it from what they use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from uuid import UUID

from oferta.kernel.money import decimal_text
from oferta.services.club.facts import PERCENT_PLACES
from oferta.services.club.models import Tier

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


@lru_cache(maxsize=64)
def _percent(rate: int) -> str:
    return f"{decimal_text(rate, PERCENT_PLACES)}%"
