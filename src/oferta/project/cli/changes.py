"""`oferta tickets cancel|postpone|replace|held|regime`: what becomes of performances."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click

from oferta.kernel.clock import now
from oferta.project.cli.commands import Command
from oferta.project.cli.output import Output
from oferta.project.cli.tickets import tickets

_F = TypeVar("_F", bound=Callable[..., Any])
_SOURCE_MAX = 300
_MOMENT = "as 2026-12-20T19:00:00+03:00"


class Moment(click.ParamType[datetime]):
    """A moment with its offset: without one nobody knows which it is."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the moment, or say how one is written."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            self.fail(f"{value} is no moment with its offset, {_MOMENT}", param, ctx)
        return found


class Day(click.ParamType[date]):
    """A day."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or say how one is written."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no day, as 2026-12-20", param, ctx)


def _source(_: click.Context, __: click.Parameter, value: str) -> str:
    if not 0 < len(value.strip()) <= _SOURCE_MAX:
        raise click.BadParameter(f"1 to {_SOURCE_MAX} characters")
    return value.strip()


def _common(command: _F) -> _F:
    """Add what every change is entered with."""
    for add in (
        click.option("--effective", type=Moment(), help=f"Since when it counts, {_MOMENT}."),
        click.option(
            "--source", required=True, callback=_source, help="Whose official word it rests on."
        ),
        click.argument("performance", metavar="PERFORMANCE"),
    ):
        command = add(command)
    return command


_HIGH_ALERT = click.option(
    "--high-alert", is_flag=True, help="It is caused by the high-alert regime of the region."
)


@tickets.command(
    "cancel",
    cls=Command,
    django=True,
    example='oferta tickets cancel rachmaninoff-2027 --source "the organiser\'s letter no. 7"',
)
@_common
@_HIGH_ALERT
@click.pass_obj
def cancel(
    out: Output, performance: str, source: str, effective: datetime | None, high_alert: bool
) -> None:
    """Cancel a performance, by its key: every ticket is returned and everybody told.

    Nobody has to apply. Called again, it goes on where it was cut off.
    """
    returned = _carried_out(
        performance, "cancelled", source, effective_at=effective, high_alert=high_alert
    )
    out.emit(
        {"performance": performance, "returned": returned},
        f"{performance} is cancelled; tickets returned: {returned}.",
    )


@tickets.command(
    "postpone",
    cls=Command,
    django=True,
    example='oferta tickets postpone rachmaninoff-2027 --to 2028-02-01T19:00:00+03:00 --source "…"',
)
@_common
@_HIGH_ALERT
@click.option("--to", type=Moment(), help=f"The new start, {_MOMENT}; none yet if left out.")
@click.option(
    "--accepts-before", type=Day(), help="The first day on which no more requests are taken."
)
@click.option("--organiser-days", type=int, help="The organiser's own term of payment, in days.")
@click.pass_obj
def postpone(  # noqa: PLR0913 - a change is entered whole
    out: Output,
    *,
    performance: str,
    source: str,
    effective: datetime | None,
    high_alert: bool,
    to: datetime | None,
    accepts_before: date | None,
    organiser_days: int | None,
) -> None:
    """Postpone a performance, by its key: everybody is told what they may choose, and until when.

    Tickets stay valid without an exchange, and silence is no consent to the new date. Without a
    new date it counts as cancelled by the day that the terms name. Called again, it goes on.
    """
    told = _carried_out(
        performance,
        "postponed",
        source,
        effective_at=effective,
        high_alert=high_alert,
        starts_at=to,
        accepts_before=accepts_before,
        organiser_refund_days=organiser_days,
    )
    out.emit(
        {"performance": performance, "starts_at": to, "told": told},
        f"{performance} is postponed{f' to {to.isoformat()}' if to else ', without a new date'}; "
        f"orders told: {told}.",
    )


@tickets.command(
    "replace",
    cls=Command,
    django=True,
    example='oferta tickets replace rachmaninoff-2027 --by en="An evening of Chopin" --source "…"',
)
@_common
@click.option(
    "--by",
    "instead",
    multiple=True,
    required=True,
    help='What is given instead, a language each: en="An evening of Chopin".',
)
@click.option(
    "--accepts-before", type=Day(), help="The first day on which no more requests are taken."
)
@click.pass_obj
def replace(
    out: Output,
    performance: str,
    source: str,
    effective: datetime | None,
    instead: tuple[str, ...],
    accepts_before: date | None,
) -> None:
    """Replace what is given, by the performance's key: everybody is told what they may choose."""
    titles = dict(one.partition("=")[::2] for one in instead)
    told = _carried_out(
        performance,
        "replaced",
        source,
        effective_at=effective,
        instead=titles,
        accepts_before=accepts_before,
    )
    out.emit(
        {"performance": performance, "instead": titles, "told": told},
        f"{performance} is replaced; orders told: {told}.",
    )


@tickets.command(
    "held",
    cls=Command,
    django=True,
    example='oferta tickets held rachmaninoff-2027 --source "the organiser\'s report"',
)
@_common
@click.pass_obj
def held(out: Output, performance: str, source: str, effective: datetime | None) -> None:
    """Note that a performance took place, by its key: settlement with its organiser may begin."""
    _carried_out(performance, "held", source, effective_at=effective)
    out.emit({"performance": performance, "held": True}, f"{performance} was held.")


@tickets.command(
    "regime",
    cls=Command,
    django=True,
    example='oferta tickets regime Moscow --act "Decree 12-UM of 5 March 2020" --began 2020-03-05',
)
@click.argument("region", metavar="REGION")
@click.option("--act", required=True, help="That ordered or lifted it, with number and full date.")
@click.option("--began", type=Day(), help="Its first day.")
@click.option("--ended", type=Day(), help="Its last day: the regime that lasts there ends.")
@click.pass_obj
def regime(out: Output, region: str, act: str, began: date | None, ended: date | None) -> None:
    """Begin the high-alert regime of a region, or end the one that lasts there.

    When it ends, every refund owed because of it gets its day and its buyer is told.
    """
    from oferta.services.tickets.refunding import regimes

    if (began is None) == (ended is None):
        raise click.UsageError("Say --began or --ended.")
    if began is not None:
        made = regimes.begin(region, act, began, now=now())
        out.emit({"region": region, "regime": made.id}, f"A regime is in force in {region}.")
        return
    assert ended is not None  # noqa: S101 - one of the two
    told = regimes.end(regimes.lasting(region).id, ended, act, now=now())
    out.emit(
        {"region": region, "told": told}, f"The regime of {region} is lifted; orders told: {told}."
    )


def _carried_out(key: str, stage: str, source: str, **rest: Any) -> int:
    from oferta.services.tickets import queries
    from oferta.services.tickets.refunding import changing
    from oferta.services.tickets.refunding.standing import Change
    from oferta.services.tickets.types import Stage

    change = Change(stage=Stage(stage), source=source, **rest)
    return changing.carry_out(queries.performance_called(key).id, change, now=now())
