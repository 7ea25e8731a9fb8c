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
        ["deliveries", told.deliveries],
    ]
    new = ", ".join(told.new) or "none"
    out.emit({"offered": told}, f"{table(['in the file', 'number'], rows)}\n\nPut on sale: {new}.")


@tickets.command(
    "phone-code",
    cls=Command,
    django=True,
    example="oferta tickets phone-code rachmaninoff-2027 required --source 'their order'",
)
@click.argument("key")
@click.argument("rule", type=click.Choice(["none", "accepted", "required"]))
@click.option("--source", required=True, help="Why, or on whose word; it is kept.")
@click.pass_obj
def phone_code(out: Output, key: str, rule: str, source: str) -> None:
    """Say what gates ask of the telephone that shows an electronic ticket.

    `none`: its code stays the same, and a print is as good. `accepted`: the code changes each half
    minute, an old one is refused, a print is good. `required`: nothing but the changing code lets
    in; paper forms always do. Once electronic tickets are sold, less can be asked, never more.
    """
    from oferta.services.tickets import phone_codes, queries
    from oferta.services.tickets.kinds import PhoneCode

    found = queries.performance_called(key)
    made = phone_codes.ask(found.id, PhoneCode(rule), source=source, now=now())
    out.emit({"phone_code": made.phone_code}, f"Gates of {made.key}: {made.phone_code}.")


@tickets.command(
    "renew-gate-key",
    cls=Command,
    django=True,
    example="oferta tickets renew-gate-key rachmaninoff-2027 --source 'a gate was stolen'",
)
@click.argument("key")
@click.option("--source", required=True, help="Why; it is kept.")
@click.pass_obj
def renew_gate_key(out: Output, key: str, source: str) -> None:
    """Make the key of telephones' codes that a lost gate knows worthless.

    Gates without a connection need a new list; a telephone has its new secret when the ticket's
    page is opened again.
    """
    from oferta.services.tickets import phone_codes, queries

    made = phone_codes.renew_key(queries.performance_called(key).id, source=source, now=now())
    out.emit({"round": made.phone_round}, f"Key of {made.key} renewed.")
