"""Caps: a payment that came late takes its place, and later ones get what it leaves.

A limit counts what its holder used in a period. Which payment was cut depends on the order, and the
order that counts is that of the payments' own moments. So when a payment comes whose moment is
before one already counted, and the limit is used up, all of that holder's in that period are made
again in order; what comes out the same stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TypeAlias

from django.db import connection, transaction

from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision, Recount, Status
from oferta.core.terms import shelf
from oferta.core.terms.limits import LimitWindow
from oferta.core.terms.types import Edition, Limit
from oferta.services.club import keeping
from oferta.services.club.arrival import refunds
from oferta.services.club.correcting import open_instead
from oferta.services.club.facts import PACK, PAYMENT_PREFIX

#: Facts that make a limit's holder one customer, whose decisions are found by an index.
PERSONAL = frozenset({"customer", "member", "card"})
_EPOCH = date(1970, 1, 1)
_ROOT = "payment"
#: Moment of the payment; number of the repeat and key, where moments are the same.
Place: TypeAlias = tuple[datetime, str]

_MARK = """
INSERT INTO club_capmark AS kept (place, at, tie)
SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::text[])
ON CONFLICT (place) DO UPDATE SET at = excluded.at, tie = excluded.tie
WHERE (kept.at, kept.tie) < (excluded.at, excluded.tie)
"""


@dataclass(frozen=True, slots=True)
class _Capped:
    """A Decision that a limit counts."""

    decision: Decision
    limit: Limit
    window: LimitWindow

    @property
    def name(self) -> str:
        """Stands for the holder and the period."""
        said = f"{self.limit.id}\x1f{self.window.holder}\x1f{self.window.start}"
        return sha256(said.encode()).hexdigest()[:32]

    @property
    def since(self) -> date:
        """The first day of the period."""
        start = self.window.start
        return date.min if start is None else _EPOCH + timedelta(days=start)

    @property
    def until(self) -> date:
        """The first day beyond."""
        return date.max if self.window.end is None else _EPOCH + timedelta(days=self.window.end)


def check(made: Sequence[Decision], *, bank: int, now: datetime) -> None:
    """See whether these decisions, in the order they were made, came in the order that counts.

    Safe to do again: what is right already stays.

    Args:
        made: about purchases; those that were made before too, for nobody knows how far it came.
        bank: the account of the Bank's bonuses.
        now: when others are made again.
    """
    capped = [found for one in made for found in _capped(one)]
    if capped:
        with transaction.atomic():
            for one in _late(capped):
                _recount(one, bank, now)


def place_of(decision: Decision) -> Place:
    """Return a purchase's place in the order that counts."""
    key = str(decision.context.get(_ROOT) or decision.key.removeprefix(PAYMENT_PREFIX))
    return decision.event_at, f"{int(decision.facts['repeat_no']):06}/{key}"


def _capped(decision: Decision) -> Iterable[_Capped]:
    if decision.pack != PACK or decision.status is not Status.DECIDED:
        return
    edition = shelf.terms().edition_called(PACK, decision.edition)
    limits = [one for one in edition.limits.values() if one.question == decision.question]
    own = [one for one in limits if not one.clauses or set(one.clauses) & set(decision.decided_by)]
    if not own:
        return
    windows = {one.limit: one for one in _windows(decision, edition)}
    for limit in own:
        if limit.id in windows:
            yield _Capped(decision, limit, windows[limit.id])


def _windows(decision: Decision, edition: Edition) -> Sequence[LimitWindow]:
    names = shelf.terms().pack(PACK).questions[decision.question].facts
    facts = {name: decision.facts[name] for name in names}
    asked = shelf.terms().read(PACK, decision.question, facts, edition=edition.id)
    return asked.windows


def _late(capped: Sequence[_Capped]) -> list[_Capped]:
    """Move the marks on; return one of each holder and period in which something came late."""
    by_name: dict[str, list[_Capped]] = {}
    for one in capped:
        by_name.setdefault(one.name, []).append(one)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place, at, tie FROM club_capmark WHERE place = ANY(%s) FOR UPDATE",
            [sorted(by_name)],
        )
        marks: dict[str, Place] = {name: (at, tie) for name, at, tie in cursor.fetchall()}
        late = []
        for name, own in sorted(by_name.items()):
            for one in own:
                at = place_of(one.decision)
                if name in marks and at < marks[name]:
                    late.append(one)
                marks[name] = max(at, marks.get(name, at))
        names = sorted(by_name)
        cursor.execute(
            _MARK, [names, [marks[one][0] for one in names], [marks[one][1] for one in names]]
        )
    return list({one.name: one for one in late}.values())


def _recount(one: _Capped, bank: int, now: datetime) -> None:
    used = decided.limit_used(PACK, one.limit.id, one.window.holder, one.since)
    most = one.limit.at_most.value
    if not isinstance(most, int) or used < most:
        return  # nobody was cut, so the order makes no difference
    party = one.decision.party_id if PERSONAL & set(one.limit.per) else None
    found = decided.standing_between(
        PACK, one.limit.question, since=one.since, until=one.until, party_id=party
    )
    group = [
        item
        for item in found
        # What a person decided stays, and has used what it used.
        if item.actor_id is None and any(other.name == one.name for other in _capped(item))
    ]
    keeping.hold(int(item.context["member"]) for item in group)
    again = decisions.recount(
        [
            Recount(decision_id=item.id, context={_ROOT: place_of(item)[1].partition("/")[2]})
            for item in sorted(group, key=place_of)
        ],
        now=now,
    )
    open_instead(again)
    refunds.recount(again, bank=bank, now=now)
