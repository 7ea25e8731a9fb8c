"""The days between a request and a performance, each with whether it counts and why.

Buyers are told "9 days" and count 10: both are right by some operator's text (TR-23 to TR-25). So
the days themselves are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from oferta.core.terms.counting import tally
from oferta.core.terms.types import Choose, Counting, DaysBetween, Edition

_EPOCH = date(1970, 1, 1)
_DAY = timedelta(days=1)
#: The derived fact of a refund pack that a ladder is built on.
DAYS_BEFORE = "days_before"


class Standing(StrEnum):
    """Why a day is on the calendar."""

    FILING = "filing"
    BETWEEN = "between"
    PERFORMANCE = "performance"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day and whether the terms count it."""

    day: date
    standing: Standing
    counts: bool


def calendar(edition: Edition, operator: str, filed: date, performance: date) -> list[CalendarDay]:
    """Return the days from the request through the performance, in order; [] once it is over.

    As many of them count as the terms' `days_before` says.

    Args:
        edition: of a pack with `days_before`.
        operator: whose way of counting is asked for.
        filed: the day of the request where the performance is.
        performance: its day there.

    Raises:
        Uncovered: the counting's calendar is not declared for one of the days.
    """
    counting = counting_of(edition, operator)
    if counting is None or filed > performance:
        return []
    first = filed if counting.first_day else filed + _DAY
    last = performance if counting.last_day else performance - _DAY
    counted = tally(counting.calendar)
    shown = [filed + _DAY * number for number in range((performance - filed).days + 1)]
    return [
        CalendarDay(
            day=day,
            standing=_standing(day, filed, performance),
            counts=first <= day <= last and counted.within(_coded(day), _coded(day)) > 0,
        )
        for day in shown
    ]


def counting_of(edition: Edition, operator: str) -> Counting | None:
    """Return how an operator counts the days before a performance; None: the pack has no ladder."""
    derived = edition.derived.get(DAYS_BEFORE)
    expression = derived.expression if derived else None
    if isinstance(expression, Choose):
        expression = dict(expression.cases).get(operator)
    if not isinstance(expression, DaysBetween):
        return None
    return edition.countings[expression.counting]


def _standing(day: date, filed: date, performance: date) -> Standing:
    if day == performance:
        return Standing.PERFORMANCE
    return Standing.FILING if day == filed else Standing.BETWEEN


def _coded(day: date) -> int:
    return (day - _EPOCH).days
