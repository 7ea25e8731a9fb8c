"""`oferta tickets`: put performances on sale; what becomes of them is in `changes`."""

from __future__ import annotations

from pathlib import Path

import click

from oferta.kernel.clock import now
from oferta.project.cli.commands import Command
from oferta.project.cli.output import Output, table


@click.group("tickets")
def tickets() -> None:
    """Put performances on sale, and say what becomes of them."""


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
