"""The sums that came out of the database, told by status, clause, group and change."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from oferta.core.terms.simulating.plan import Plan, Side
from oferta.core.terms.simulating.types import Asked, Share, Simulation, Transition
from oferta.core.terms.sql import MASK_BITS
from oferta.core.terms.types import Question

DECIDED = "decided"


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
    def of(cls, row: tuple[object, ...], plan: Plan) -> Row:
        """Read a row of the statement."""
        cells = iter(row)
        group = next(cells)
        statuses, deciding = [], []
        for side in plan.sides:
            edition, status = _number(next(cells)), str(next(cells))
            masks = [_number(next(cells)) for _ in side.deciding]
            statuses.append(status)
            deciding.append(_ids(side, edition, masks))
        events = _number(next(cells))
        sums = tuple({name: _number(next(cells)) for name in plan.summed} for _ in plan.sides)
        rest = [_number(cell) for cell in cells] or [0, 0, 0]
        name = (
            "null"
            if group is None
            else str(group).lower()
            if isinstance(group, bool)
            else str(group)
        )
        return cls(name, tuple(statuses), tuple(deciding), events, sums, *rest)


def _ids(side: Side, edition: int, masks: list[int]) -> tuple[str, ...]:
    found = side.clauses[edition]
    return tuple(
        one for at, one in enumerate(found) if masks[at // MASK_BITS] >> (at % MASK_BITS) & 1
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
