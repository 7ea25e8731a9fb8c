"""The days between a request and a performance as a calendar: a table for each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from oferta.services.tickets.refunding.calendar import CalendarDay, Standing

#: Of a long wait the days that matter are the last: so many weeks are drawn.
WEEKS_DRAWN = 8
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month as drawn; one outside the wait (not `drawn`) only has its number."""

    day: date
    counts: bool = False
    standing: str = ""
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the page shows of the days."""

    #: First day of a month, and its weeks of seven cells; None before the first and after the last.
    months: list[tuple[date, list[list[Cell | None]]]]
    #: How many days count, of all and of those that were left out.
    counted: int
    left_out: int
    left_out_counted: int


def drawn(days: Sequence[CalendarDay]) -> Drawn | None:
    """Return the days in months and weeks; None if there are none."""
    if not days:
        return None
    shown = days[-WEEKS_DRAWN * _WEEK :]
    out = days[: len(days) - len(shown)]
    known = {one.day: one for one in shown}
    months = [
        (month[0], _weeks(month, known))
        for month in (list(group) for _, group in groupby(_whole(shown), lambda day: day.month))
    ]
    return Drawn(
        months=months,
        counted=sum(one.counts for one in days),
        left_out=len(out),
        left_out_counted=sum(one.counts for one in out),
    )


def _whole(shown: Sequence[CalendarDay]) -> list[date]:
    """Return the days from the Monday before the first through the Sunday after the last."""
    first, last = shown[0].day, shown[-1].day
    start = first - timedelta(days=first.weekday())
    end = last + timedelta(days=_WEEK - 1 - last.weekday())
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def _weeks(month: Sequence[date], known: dict[date, CalendarDay]) -> list[list[Cell | None]]:
    cells: list[Cell | None] = [None] * month[0].weekday()
    cells += [_cell(day, known.get(day)) for day in month]
    cells += [None] * (-len(cells) % _WEEK)
    weeks = [cells[start : start + _WEEK] for start in range(0, len(cells), _WEEK)]
    return [week for week in weeks if any(one and one.day in known for one in week)]


def _cell(day: date, found: CalendarDay | None) -> Cell:
    if found is None:
        return Cell(day)
    standing = "" if found.standing is Standing.BETWEEN else str(found.standing)
    return Cell(day, found.counts, standing, drawn=True)
