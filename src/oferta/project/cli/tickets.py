"""`oferta tickets`: put performances on sale, and cancel them."""

from __future__ import annotations

from pathlib import Path

import click

from oferta.kernel.clock import now
from oferta.project.cli.commands import Command
from oferta.project.cli.output import Output, table


@click.group("tickets")
def tickets() -> None:
    """Put performances on sale, and cancel them."""


@tickets.command(
    "offer", cls=Command, django=True, example="oferta tickets offer samples/tickets-catalogue.yaml"
)
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def offer(out: Output, file: Path) -> None:
    """Keep a catalogue's operators, organisers and venues, and put its performances on sale.

    What is named by a key is kept once: offered again, a performance that is on sale stays as it
    is, while names and addresses follow the file. A value that is wrong is told with its line, and
    nothing of the file is kept.
    """
    from oferta.services.tickets import catalogue

    told = catalogue.offer(file, now=now())
    rows = [
        ["operators", told.operators],
        ["organisers", told.organisers],
        ["venues", told.venues],
        ["performances", told.performances],
    ]
    new = ", ".join(told.new) or "none"
    out.emit({"offered": told}, f"{table(['in the file', 'number'], rows)}\n\nPut on sale: {new}.")


@tickets.command(
    "cancel",
    cls=Command,
    django=True,
    example='oferta tickets cancel rachmaninoff-2027 --source "the organiser\'s letter no. 7"',
)
@click.argument("performance", metavar="PERFORMANCE")
@click.option("--source", required=True, help="Whose official word it rests on.")
@click.pass_obj
def cancel(out: Output, performance: str, source: str) -> None:
    """Cancel a performance, by its key: every ticket is returned and everybody told.

    Nobody has to apply. Called again, it goes on where it was cut off.
    """
    from oferta.services.tickets import queries
    from oferta.services.tickets.refunding import cancelling

    if not 0 < len(source.strip()) <= _SOURCE_MAX:
        raise click.BadParameter(f"1 to {_SOURCE_MAX} characters", param_hint="--source")
    found = queries.performance_called(performance)
    returned = cancelling.cancel(found.id, source=source.strip(), now=now())
    out.emit(
        {"performance": performance, "returned": returned},
        f"{performance} is cancelled; tickets returned: {returned}.",
    )


_SOURCE_MAX = 300
