"""Time is passed in. Only doors (web, CLI, tasks) read the clock, and they read it here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class NaiveTime(OfertaError):
    """A moment without a time zone was given where one with a zone is needed."""

    code: ClassVar[str] = "kernel.naive_time"
    given: str


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


def zoned(moment: datetime) -> datetime:
    """Return `moment` unchanged.

    Raises:
        NaiveTime: the moment has no time zone.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise NaiveTime(given=moment.isoformat())
    return moment
