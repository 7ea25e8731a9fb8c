"""The sums that came out of the database, told by status, clause, group and change."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from oferta.core.terms.simulating.plan import Plan, Side
from oferta.core.terms.simulating.types import Asked, Share, Simulation, Transition
from oferta.core.terms.sql import MASK_BITS, STATUSES, Query
from oferta.core.terms.types import Coded, Question

DECIDED = STATUSES[0]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of sums: events of one group that came out alike on every side."""

    group: str
    statuses: tuple[str, ...]
    #: Deciding clauses on each side.
    deciding: tuple[tuple[str, ...], ...]
    events: int
    #: Sums by field on each side.
    sums: tuple[dict[str, int], ...]
    winners: int
    losers: int
    change: int

    @classmethod
    def of(cls, row: tuple[object, ...], plan: Plan, asked: Asked) -> Row:
        """Read a row of the statement."""
        cells = iter(row)
        group = _word(next(cells)) if asked.group else ""
        decided = [_decided(side, cells) for side in plan.sides]
        events = _number(next(cells))
        sums = []
        for one in decided:
            varying = {name: _number(next(cells)) for name in plan.summed}
            constant = {name: events * int(one.outcome.get(name) or 0) for name in plan.summed}
            sums.append({name: varying[name] + constant[name] for name in plan.summed})
        told = [_number(cell) for cell in cells] or [0, 0, 0]
        if not all(one.status == DECIDED for one in decided):
            told = [0, 0, 0]
        elif plan.better and all(plan.better in one.outcome for one in decided):
            told = _compared(plan, [one.outcome[plan.better] for one in decided], events)
        return cls(
            group,
            tuple(one.status for one in decided),
            tuple(one.deciding for one in decided),
            events,
            tuple(
                one if who.status == DECIDED else dict.fromkeys(plan.summed, 0)
                for one, who in zip(sums, decided, strict=True)
            ),
            *told,
        )


@dataclass(frozen=True, slots=True)
class _Decided:
    status: str
    deciding: tuple[str, ...]
    #: Fields that are the same for all events of the row.
    outcome: dict[str, Coded]


def _decided(side: Side, cells: Iterator[object]) -> _Decided:
    """Read who decided on one side."""
    number = _number(next(cells)) if len(side.queries) > 1 else 0
    query = side.queries[number]
    if not query.told:
        status = str(next(cells))
        masks = [_number(next(cells)) for _ in query.deciding]
        return _Decided(status, _ids(query, masks), {})
    told = _number(next(cells))
    if told < 0:
        return _Decided(STATUSES[-told], (), {})
    return _Decided(DECIDED, (query.clauses[told],), query.constants.get(told, {}))


def _compared(plan: Plan, values: list[Coded], events: int) -> list[int]:
    """Return how many gain and lose, and by how much, if all events have the same outcomes."""
    before, after = (int(value or 0) for value in values)
    change = (after - before) * events if plan.better in plan.summed else 0
    return [events * (after > before), events * (after < before), change]


def _word(cell: object) -> str:
    if cell is None:
        return "null"
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _ids(query: Query, masks: list[int]) -> tuple[str, ...]:
    return tuple(
        one
        for at, one in enumerate(query.clauses)
        if masks[at // MASK_BITS] >> (at % MASK_BITS) & 1
    )


def _number(cell: object) -> int:
    return int(str(cell)) if cell is not None else 0


def gathered(
    asked: Asked, question: Question, plan: Plan, rows: list[Row], total: int, seconds: float
) -> Simulation:
    """Return the simulation that the rows come to."""
    two = len(plan.sides) > 1
    return Simulation(
        pack=asked.pack.name,
        question=asked.question,
        edition=asked.edition,
        against=asked.against,
        better=question.better,
        events=total,
        statuses=_statuses(rows, 0),
        against_statuses=_statuses(rows, 1) if two else {},
        total=_share("", rows, plan),
        clauses=_clauses(rows, plan, 0),
        against_clauses=_clauses(rows, plan, 1) if two else [],
        groups=_groups(rows, plan) if asked.group else [],
        transitions=_transitions(rows) if two else [],
        seconds=round(seconds, 3),
    )


def _statuses(rows: list[Row], side: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in rows:
        found[row.statuses[side]] += row.events
    return dict(found.most_common())


def _share(name: str, rows: Iterable[Row], plan: Plan) -> Share:
    events = winners = losers = 0
    sums: list[Counter[str]] = [Counter() for _ in plan.sides]
    for row in rows:
        events += row.events
        winners += row.winners
        losers += row.losers
        for mine, more in zip(sums, row.sums, strict=True):
            mine.update(more)
    told = [{field: one[field] for field in plan.summed} for one in sums]
    return Share(name, events, told[0], told[1] if len(told) > 1 else {}, winners, losers)


def _clauses(rows: list[Row], plan: Plan, side: int) -> list[Share]:
    """Return the share of each set of clauses that decided together, greatest first."""
    by: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by[" + ".join(row.deciding[side]) or row.statuses[side]].append(row)
    found = []
    for name, some in by.items():
        share = _share(name, some, plan)
        mine = share.against if side else share.sums
        found.append(Share(name, share.events, mine))
    return sorted(found, key=lambda share: (-share.events, share.name))


def _groups(rows: list[Row], plan: Plan) -> list[Share]:
    by: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by[row.group].append(row)
    found = [_share(name, some, plan) for name, some in by.items()]
    return sorted(found, key=lambda share: (-share.events, share.name))


def _transitions(rows: list[Row]) -> list[Transition]:
    by: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Row]] = defaultdict(list)
    for row in rows:
        before, after = (
            clauses or (status,) for clauses, status in zip(row.deciding, row.statuses, strict=True)
        )
        by[before, after].append(row)
    found = []
    for (before, after), some in by.items():
        winners, losers = sum(one.winners for one in some), sum(one.losers for one in some)
        if before == after and not winners and not losers:
            continue
        events, change = sum(one.events for one in some), sum(one.change for one in some)
        found.append(Transition(before, after, events, winners, losers, change))
    return sorted(found, key=lambda one: (-abs(one.change), -one.events, one.before, one.after))
