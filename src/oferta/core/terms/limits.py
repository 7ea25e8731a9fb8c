"""Limits: what they cut, and whose use over which days they count.

A decision knows nothing of the past. The caller sums what a holder used and passes it in as the
fact `Limit.used`; `limit_windows` says for each limit whose use that is and over which days.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from oferta.core.terms.types import LimitEffect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oferta.core.terms.subject import Subject
    from oferta.core.terms.types import Coded, Edition, Limit, Window

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class LimitWindow:
    """Whose use of a limit is summed, over which days."""

    limit: str
    #: The fact that takes the sum.
    used: str
    #: Stable text of the holder: the values of the limit's `per` facts, each with its length.
    holder: str
    #: Coded days, the first within and the first beyond; None: open.
    start: int | None
    end: int | None


class Ceiling:
    """One limit, made ready for cutting outcomes."""

    def __init__(self, limit: Limit, subject: Subject) -> None:
        self._limit = limit
        fields = [answer.name for answer in subject.question.answer]
        self._field = fields.index(limit.field)
        self._used = subject.raw.index(limit.used)
        most = limit.at_most.value
        if type(most) is not int:
            raise TypeError(f"limit {limit.id}: at_most is no number")
        self._most = most
        place = {clause_id: index for index, clause_id in enumerate(subject.graph.ids)}
        #: Bits of the clauses that it limits; -1: of all.
        self._bits = sum(1 << place[name] for name in limit.clauses) if limit.clauses else -1

    def cut(
        self,
        day: int,
        deciding: int,
        outcome: tuple[Coded, ...],
        values: Sequence[Coded],
        effects: list[LimitEffect] | None = None,
    ) -> tuple[Coded, ...]:
        """Return the outcome within the limit, and note what was done if `effects` is given.

        Args:
            day: coded day of the event.
            deciding: bits of the clauses that decided.
            outcome: coded values in the order of the answer.
            values: coded facts in the order of the program's names.
            effects: gets one entry if the limit stood on that day for these clauses.
        """
        if not deciding & self._bits or not stands(self._limit, day):
            return outcome
        before, used = outcome[self._field], values[self._used]
        assert isinstance(before, int)  # noqa: S101 - narrows for mypy: the checks see to it
        assert isinstance(used, int)  # noqa: S101 - as above
        left = max(0, self._most - used)
        # A limit never raises a field: a negative one is no use of it.
        kept = left if self._limit.kind == "amount" else 0 if left == 0 else before
        after = min(before, kept)
        if effects is not None:
            effects.append(LimitEffect(self._limit.id, self._most, used, left, before, after))
        if after == before:
            return outcome
        return (*outcome[: self._field], after, *outcome[self._field + 1 :])


def stands(limit: Limit, day: int) -> bool:
    """Return whether a limit is in force on a day, a campaign's also running."""
    return _within(limit.in_force, day) and (
        limit.period != "campaign" or _within(limit.window, day)
    )


def limit_windows(
    edition: Edition, question: str, facts: Mapping[str, Coded], day: int
) -> list[LimitWindow]:
    """Return whose use is summed over which days, for each limit that stands on `day`.

    Args:
        edition: the edition that decides.
        question: name of the question asked.
        facts: coded facts; those that a limit's `per` names must be there.
        day: coded day of the event.
    """
    return [
        LimitWindow(limit.id, limit.used, holder_key(limit, facts), *period(limit, day))
        for limit in edition.limits.values()
        if limit.question == question and stands(limit, day)
    ]


def holder_key(limit: Limit, facts: Mapping[str, Coded]) -> str:
    """Return stable text for the values of the `per` facts; different values, different text."""
    return "|".join(_part(name, facts[name]) for name in limit.per)


def _part(name: str, value: Coded) -> str:
    text = "null" if value is None else str(value)
    # The length keeps a value with a bar in it from looking like two values.
    return f"{name}={type(value).__name__[0]}{len(text)}:{text}"


def period(limit: Limit, day: int) -> tuple[int | None, int | None]:
    """Return the first day of the period that a day lies in, and the first beyond; None: open."""
    match limit.period:
        case "day":
            return day, day + 1
        case "month":
            return _month(day)
        case "campaign":
            through = limit.window.through
            return limit.window.start, None if through is None else through + 1


def _month(day: int) -> tuple[int, int]:
    first = date.fromordinal(day + _EPOCH_ORDINAL).replace(day=1)
    length = monthrange(first.year, first.month)[1]
    start = first.toordinal() - _EPOCH_ORDINAL
    return start, start + length


def _within(window: Window, day: int) -> bool:
    after = window.start is None or day >= window.start
    return after and (window.through is None or day <= window.through)
