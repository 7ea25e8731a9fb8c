"""Where a performance stands and on whose word: every change is a line of its history (TR-07)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import LANGUAGES
from oferta.services.tickets.errors import UnknownPerformance
from oferta.services.tickets.models import ChangeRun, Performance, PerformanceChange, Regime
from oferta.services.tickets.refunding import facts
from oferta.services.tickets.refunding.errors import BadChange, CannotChange
from oferta.services.tickets.types import Stage

SOURCE_MAX = 300
TITLE_MAX = 200
TERM_DAYS_MAX = 365
#: Sources of the office's own; pages say them by `tickets.changes.source.<name>`.
BY_THE_TERMS, BY_THE_GATE = "@never_held", "@gate"
_OPEN = (Stage.ON_SALE, Stage.POSTPONED, Stage.REPLACED)
#: From where a performance can go where.
ALLOWED: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.CANCELLED: _OPEN,
    Stage.POSTPONED: _OPEN,
    Stage.REPLACED: _OPEN,
    Stage.HELD: _OPEN,
}
#: What a change may write into a performance: nothing else is touched.
_WRITTEN = (
    *("stage", "starts_at", "sale_ends_at", "hold_by", "refunds_accepted_before"),
    *("organiser_refund_days", "high_alert", "regime"),
)
#: Changes that everybody who holds a ticket is told of.
TOLD = (Stage.POSTPONED, Stage.REPLACED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become of a performance."""

    stage: Stage
    #: Whose official word it rests on (TR-07).
    source: str
    #: Since when it counts; None: since it is entered.
    effective_at: datetime | None = None
    #: Of a postponed one: when it starts instead; None: no new date yet.
    starts_at: datetime | None = None
    #: Of a replaced one: language to the title of what is given instead.
    instead: Mapping[str, str] = field(default_factory=dict)
    #: The first day on which the organiser takes no more requests (TR-117).
    accepts_before: date | None = None
    #: The organiser's own term of payment, in days (TR-90).
    organiser_refund_days: int | None = None
    #: It is caused by the high-alert regime of the venue's region (TR-115).
    high_alert: bool = False
    #: Who entered it; None: the organiser's system or the calendar.
    staff_id: UUID | None = None


def locked(performance_id: UUID) -> Performance:
    """Return a performance that nobody else changes until the caller commits.

    Raises:
        UnknownPerformance: there is none.
    """
    rows = Performance.objects.select_for_update(of=("self",)).select_related("hall__venue")
    found = rows.filter(id=performance_id).first()
    if found is None:
        raise UnknownPerformance(performance=str(performance_id))
    return found


def check(performance: Performance, change: Change, *, now: datetime) -> Regime | None:
    """Let a change pass that the performance can take, and return the regime behind it.

    Raises:
        CannotChange: not from where it stands now.
        BadChange: a value that cannot be.
    """
    if performance.stage not in ALLOWED.get(change.stage, ()):
        raise CannotChange(stage=performance.stage, to=change.stage)
    _check_words(change)
    _check_days(performance, change, now)
    if not change.high_alert:
        return None
    day = _local_day(performance, change.effective_at or now)
    found = regime_on(performance.hall.venue.region, day)
    if found is None:
        raise BadChange(
            field="high_alert",
            given=performance.hall.venue.region,
            expected=f"a region where a regime was in force on {day}",
        )
    return found


def enter(performance: Performance, change: Change, *, now: datetime) -> PerformanceChange:
    """Change where a performance stands, in the caller's database transaction.

    The same change entered again is the one that is there: a run that was cut off goes on.

    Args:
        performance: `locked`.
        change: what becomes of it.
        now: zoned.

    Raises:
        CannotChange, BadChange: as of `check`.
    """
    latest = PerformanceChange.objects.filter(performance=performance).order_by("-id").first()
    if latest is not None and _is_same(performance, latest, change):
        return latest
    regime = check(performance, change, now=now)
    made = PerformanceChange.objects.create(
        performance=performance,
        changed_at=now,
        stage=change.stage,
        starts_before=performance.starts_at,
        starts_at=change.starts_at,
        source=change.source.strip(),
        effective_at=change.effective_at or now,
        staff_id=change.staff_id,
        instead=dict(change.instead),
    )
    _write(performance, change, regime, now)
    if change.stage in TOLD:
        ChangeRun.objects.create(change=made, begun_at=now)
    return made


def regime_on(region: str, day: date) -> Regime | None:
    """Return the high-alert regime that was in force in a region on a day (TR-115)."""
    rows = Regime.objects.filter(region=region, began_on__lte=day).exclude(ended_on__lt=day)
    return rows.order_by("-began_on").first() if region else None


def held_by(performance: Performance, change: Change, *, now: datetime) -> date:
    """Return the day by which a postponed performance must be held, by the terms (TR-118)."""
    said = shelf.terms().decide(
        performance.refund_pack,
        facts.HELD_BY,
        {
            "announced_at": now,
            "performance_starts_at": _first_printed(performance),
            "new_starts_at": change.starts_at,
            "venue_time_zone": performance.hall.venue.time_zone,
        },
    )
    return facts.day(said.outcome["by"])


def _write(performance: Performance, change: Change, regime: Regime | None, now: datetime) -> None:
    """Write into the performance what the change says, and nothing that it leaves open."""
    performance.hold_by = None
    if change.stage == Stage.POSTPONED:
        performance.hold_by = held_by(performance, change, now=now)
        if change.starts_at is not None:
            if performance.sale_ends_at >= performance.starts_at:
                performance.sale_ends_at = change.starts_at
            performance.starts_at = change.starts_at
    if change.stage in TOLD:
        performance.refunds_accepted_before = change.accepts_before
    if change.organiser_refund_days is not None:
        performance.organiser_refund_days = change.organiser_refund_days
    if change.stage != Stage.HELD:
        performance.high_alert, performance.regime = regime is not None, regime
    performance.stage = change.stage
    performance.save(update_fields=_WRITTEN)


def _first_printed(performance: Performance) -> datetime:
    """Return the start that stood on the first tickets sold."""
    rows = PerformanceChange.objects.filter(performance=performance, stage=Stage.POSTPONED)
    first = rows.order_by("id").first()
    return first.starts_before if first else performance.starts_at


def _is_same(performance: Performance, latest: PerformanceChange, change: Change) -> bool:
    return (
        performance.stage == latest.stage == change.stage
        and latest.source == change.source.strip()
        and latest.starts_at == change.starts_at
        and latest.instead == dict(change.instead)
    )


def _check_words(change: Change) -> None:
    if not 0 < len(change.source.strip()) <= SOURCE_MAX or "\0" in change.source:
        raise BadChange(
            field="source", given=change.source[:50], expected=f"1 to {SOURCE_MAX} characters"
        )
    if change.stage != Stage.REPLACED:
        return
    titles: Mapping[str, Any] = change.instead
    good = titles and not set(titles) - set(LANGUAGES)
    if not good or not all(0 < len(one.strip()) <= TITLE_MAX for one in titles.values()):
        expected = f"titles of what is given instead, by language: {', '.join(LANGUAGES)}"
        raise BadChange(field="instead", given=str(dict(titles))[:50], expected=expected)


def _check_days(performance: Performance, change: Change, now: datetime) -> None:
    effective = zoned(change.effective_at or now)
    if effective > now:
        raise BadChange(field="effective_at", given=effective.isoformat(), expected="not after now")
    if change.stage == Stage.HELD and effective < performance.starts_at:
        expected = f"not before the start, {performance.starts_at.isoformat()}"
        raise BadChange(field="effective_at", given=effective.isoformat(), expected=expected)
    if change.starts_at is not None and zoned(change.starts_at) <= now:
        raise BadChange(
            field="starts_at",
            given=change.starts_at.isoformat(),
            expected="a later moment than now",
        )
    _check_term(performance, change, effective)


def _check_term(performance: Performance, change: Change, effective: datetime) -> None:
    day = _local_day(performance, effective)
    if change.accepts_before is not None and change.accepts_before <= day:
        given = change.accepts_before.isoformat()
        raise BadChange(field="accepts_before", given=given, expected=f"a day after {day}")
    term = change.organiser_refund_days
    if term is not None and not 1 <= term <= TERM_DAYS_MAX:
        raise BadChange(
            field="organiser_refund_days", given=str(term), expected=f"1 to {TERM_DAYS_MAX} days"
        )


def _local_day(performance: Performance, moment: datetime) -> date:
    return moment.astimezone(facts.zone(performance.hall.venue.time_zone)).date()


def is_undated(performance: Performance) -> bool:
    """Tell whether a performance was postponed and has no new date yet."""
    rows = PerformanceChange.objects.filter(performance=performance, stage=Stage.POSTPONED)
    latest = rows.order_by("-id").first()
    return latest is not None and latest.starts_at is None


def before(day: date) -> date:
    """Return the day before a day: the last one of a term that ends with `day`."""
    return day - timedelta(days=1)
