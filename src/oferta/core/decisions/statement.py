"""A customer's statement: every event that was decided about them, with what it moved and why.

A line is an event, not a transfer, so that a payment that earned nothing has a line too. What it
moved is read from the ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from oferta.core.decisions import naming, purses, queries
from oferta.core.decisions.naming import Title
from oferta.core.decisions.purses import Purse
from oferta.core.decisions.types import Decision, Status
from oferta.core.ledger import queries as ledger
from oferta.core.ledger.types import BookedTransfer, Hold, Kind
from oferta.kernel import asking
from oferta.kernel.money import Money

PAGE_MAX = 200
_MOVED = (Kind.SINGLE, Kind.POST)

#: Decisions in another's place bear a key of their own; they belong to the line of the first.
_EVENTS = """
SELECT key, event_at FROM decisions_decision
WHERE party_id = %(party)s AND overrides_id IS NULL
  AND event_at >= %(since)s AND event_at < %(until)s AND (event_at, key) < (%(at)s, %(key)s)
GROUP BY key, event_at ORDER BY event_at DESC, key DESC LIMIT %(limit)s"""
_MOVES = """
SELECT key, overrides_id IS NULL, status, transfer_ids FROM decisions_decision
WHERE party_id = %(party)s AND event_at >= %(since)s AND event_at < %(until)s"""
_SPAN = "SELECT min(event_at), max(event_at) FROM decisions_decision WHERE party_id = %s"


class Place(NamedTuple):
    """A line's place in the statement: the next page begins after it."""

    event_at: datetime
    key: str


class Span(NamedTuple):
    """From a moment up to, but without, another."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event on the statement."""

    place: Place
    title: Title
    #: The Decision that counts now of each question, in the order they were stored.
    decisions: tuple[Decision, ...]
    #: What was added or taken, in minor units by unit; nothing where the sum is zero.
    changes: tuple[Money, ...]
    #: What waits for a person or for time, likewise.
    held: tuple[Money, ...]
    #: Another Decision stands in the place of one that was made at first.
    corrected: bool

    @property
    def status(self) -> Status:
        """What came of it: stopped or refused if one of its questions was."""
        undecided = [one.status for one in self.decisions if one.status is not Status.DECIDED]
        return undecided[0] if undecided else Status.DECIDED

    @property
    def is_nothing(self) -> bool:
        """Whether it was decided and moved nothing."""
        return self.status is Status.DECIDED and not self.changes and not self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What a span of time comes to."""

    events: int
    #: Events that were decided and moved nothing.
    nothing: int
    added: tuple[Money, ...]
    taken: tuple[Money, ...]
    held: tuple[Money, ...]


def lines(
    party_id: UUID,
    span: Span,
    *,
    after: Place | None = None,
    limit: int = 20,
    mine: Sequence[Purse] | None = None,
) -> tuple[list[Line], Place | None]:
    """Return a page of a customer's lines, newest first, and where the next one begins, if any.

    Args:
        party_id: the customer.
        span: by when the event happened.
        after: the last line of the page before.
        limit: lines at most.
        mine: the customer's purses, if the caller has read them.
    """
    size = min(limit, PAGE_MAX)
    at, key = after or (span.until, "")
    wanted: dict[str, Any] = span._asdict()
    wanted |= {"party": party_id, "at": at, "key": key, "limit": size + 1}
    places = [Place(event_at, key) for key, event_at in asking.rows(_EVENTS, wanted)]
    page = places[:size]
    return _lines(party_id, page, mine), page[-1] if len(places) > size else None


def every_line(party_id: UUID, span: Span) -> Iterator[Line]:
    """Yield all lines of a span, newest first, read page by page."""
    after: Place | None = None
    while True:
        page, after = lines(party_id, span, after=after, limit=PAGE_MAX)
        yield from page
        if after is None:
            return


def sums(party_id: UUID, span: Span, *, mine: Sequence[Purse] | None = None) -> Sums:
    """Return what a span comes to, by when the events happened; `mine` as of `lines`."""
    rows = asking.rows(_MOVES, {"party": party_id} | span._asdict())
    mine = purses.of_party(party_id) if mine is None else mine
    book = _Book(mine, [id_ for *_, ids in rows for id_ in ids])
    moving: dict[str, list[UUID]] = defaultdict(list)
    for key, _, _, ids in rows:
        moving[key] += ids
    events = {key for key, first, _, _ in rows if first}
    decided = {key for key, first, status, _ in rows if first and status == Status.DECIDED}
    moved = book.moved([id_ for ids in moving.values() for id_ in ids])
    return Sums(
        events=len(events),
        nothing=sum(not moving[key] for key in decided),
        added=_money((unit, sum(x for x in each if x > 0)) for unit, each in moved.items()),
        taken=_money((unit, sum(x for x in each if x < 0)) for unit, each in moved.items()),
        held=book.held([id_ for ids in moving.values() for id_ in ids]),
    )


def span_of(party_id: UUID) -> Span | None:
    """Return from when to when there are lines at all; None: there are none."""
    first, last = asking.rows(_SPAN, [party_id])[0]
    return None if first is None else Span(first, last)


def _lines(party_id: UUID, places: Sequence[Place], mine: Sequence[Purse] | None) -> list[Line]:
    if not places:
        return []
    found = queries.decisions_by_key(place.key for place in places)
    standing, all_of = _standing(found)
    ids = [id_ for one in all_of.values() for item in one for id_ in item.transfer_ids]
    book = _Book(purses.of_party(party_id) if mine is None else mine, ids)
    made = []
    for place in places:
        decided = [one for one in found[place.key] if one.party_id == party_id]
        moved = [id_ for item in all_of[place.key] for id_ in item.transfer_ids]
        made.append(
            Line(
                place=place,
                title=naming.title(decided[0]),
                decisions=tuple(standing[one.id] for one in decided),
                changes=_money((unit, sum(each)) for unit, each in book.moved(moved).items()),
                held=book.held(moved),
                corrected=any(standing[one.id] is not one for one in decided),
            )
        )
    return made


def _standing(
    found: dict[str, list[Decision]],
) -> tuple[dict[UUID, Decision], dict[str, list[Decision]]]:
    """Return the Decision in the place of each, and all there ever were of each event."""
    first = {one.id: one for stored in found.values() for one in stored}
    standing, all_of = dict(first), {key: list(stored) for key, stored in found.items()}
    while newer := queries.replacing(one.id for one in standing.values()):
        for id_, one in standing.items():
            if one.id in newer:
                standing[id_] = newer[one.id]
                all_of[first[id_].key].append(newer[one.id])
    return standing, all_of


class _Book:
    """What transfers moved on a customer's own accounts."""

    def __init__(self, mine: Sequence[Purse], transfer_ids: Sequence[UUID]) -> None:
        self._units = {one.account_id: one.available.unit for one in mine}
        self._booked = ledger.transfers(transfer_ids) if transfer_ids else {}
        pending = [one.id for one in self._booked.values() if one.kind == Kind.PENDING]
        self._holds = ledger.open_holds(pending) if pending else {}
        ended = [id_ for id_ in pending if id_ not in self._holds]
        # A later Decision about no customer's line of its own may post what this line holds.
        posted = ledger.posted(ended) if ended else {}
        self._posted = {id_: one for id_, one in posted.items() if one.id not in self._booked}

    def moved(self, transfer_ids: Iterable[UUID]) -> dict[str, list[int]]:
        """Return what each of these transfers added or took, in minor units by unit."""
        found: dict[str, list[int]] = defaultdict(list)
        for id_ in transfer_ids:
            one = self._booked.get(id_)
            if one is not None and one.kind in _MOVED:
                self._note(found, one)
            elif id_ in self._posted:
                self._note(found, self._posted[id_])
        return found

    def held(self, transfer_ids: Iterable[UUID]) -> tuple[Money, ...]:
        """Return what still waits of these transfers."""
        found: dict[str, list[int]] = defaultdict(list)
        for id_ in transfer_ids:
            if id_ in self._holds:
                self._note(found, self._holds[id_])
        return _money((unit, sum(each)) for unit, each in found.items())

    def _note(self, found: dict[str, list[int]], one: BookedTransfer | Hold) -> None:
        for account, sign in ((one.credit, 1), (one.debit, -1)):
            if account in self._units:
                found[self._units[account]].append(sign * one.amount)


def _money(sums_: Iterable[tuple[str, int]]) -> tuple[Money, ...]:
    return tuple(Money(minor, unit) for unit, minor in sums_ if minor)
