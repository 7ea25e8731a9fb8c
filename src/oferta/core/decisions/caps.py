"""What a holder used of the limits that stand on a day, and what is left: asked, not decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum

from oferta.core.decisions.asking import day_of
from oferta.core.decisions.models import LimitUse
from oferta.core.terms import shelf
from oferta.core.terms.limits import limit_windows
from oferta.core.terms.types import Coded, Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """One limit as it stands for one holder."""

    limit: Limit
    #: Minor units or a count, as the limit is.
    at_most: int
    used: int
    #: First and last day of the period; None: open.
    since: date | None
    through: date | None

    @property
    def left(self) -> int:
        """What can still be had in the period."""
        return max(0, self.at_most - self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A limit as it stands for all who used it in the period of a day; none of them is named."""

    limit: Limit
    at_most: int
    #: By all of them together.
    used: int
    holders: int
    #: Of these, how many have nothing left.
    used_up: int


def spread(pack: str, limit_id: str, on: date) -> Spread | None:
    """Return what everybody used of a limit in its period; None if it does not stand on that day.

    Args:
        pack: of the terms.
        limit_id: of the edition of that day.
        on: the day that counts.
    """
    day = on.toordinal() - date(1970, 1, 1).toordinal()
    edition = shelf.terms().edition(pack, day)
    limit = edition.limits.get(limit_id)
    if limit is None:
        return None
    nobody = {name: "" for one in edition.limits.values() for name in one.per}
    windows = limit_windows(edition, limit.question, nobody, day)
    window = next((one for one in windows if one.limit == limit_id), None)
    if window is None:
        return None
    most = int(limit.at_most.value or 0)
    since = date.min if window.start is None else day_of(window.start)
    rows = LimitUse.objects.filter(pack=pack, limit=limit_id, since=since, used__gt=0)
    told = rows.aggregate(
        full=Count("holder", filter=Q(used__gte=most)), holders=Count("holder"), sum=Sum("used")
    )
    return Spread(
        limit=limit,
        at_most=most,
        used=int(told["sum"] or 0),
        holders=int(told["holders"]),
        used_up=int(told["full"]),
    )


def caps(pack: str, question: str, holder: Mapping[str, Coded], on: date) -> list[Cap]:
    """Return the limits of a question that stand on a day, with what their holder used.

    Args:
        pack: of the terms.
        question: that the limits cut.
        holder: coded facts that limits count by; one that counts by another fact is left out.
        on: the day that counts.

    Raises:
        NotInForce: the day is before the first edition.
    """
    day = on.toordinal() - date(1970, 1, 1).toordinal()
    edition = shelf.terms().edition(pack, day)
    countable = {
        id_: one
        for id_, one in edition.limits.items()
        if one.question == question and holder.keys() >= set(one.per)
    }
    told = {**{name: None for one in edition.limits.values() for name in one.per}, **holder}
    windows = [one for one in limit_windows(edition, question, told, day) if one.limit in countable]
    holders = {one.holder for one in windows}
    rows = LimitUse.objects.filter(pack=pack, limit__in=list(countable), holder__in=holders)
    used = {(row.limit, row.holder, row.since): row.used for row in rows}
    found = []
    for one in windows:
        since = None if one.start is None else day_of(one.start)
        most = countable[one.limit].at_most.value
        found.append(
            Cap(
                limit=countable[one.limit],
                at_most=int(most or 0),
                used=used.get((one.limit, one.holder, since or date.min), 0),
                since=since,
                through=None if one.end is None else day_of(one.end - 1),
            )
        )
    return found
