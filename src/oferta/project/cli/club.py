"""`oferta club`: run the bonus club on real payments."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from oferta.kernel.clock import now
from oferta.kernel.money import decimal_text
from oferta.project.cli.commands import Command, LazyGroup
from oferta.project.cli.output import Output, table

#: Commands that live in modules of their own, imported only when they are called.
_LAZY = {
    "campaigns": "oferta.project.cli.club_members:campaigns",
    "enrol": "oferta.project.cli.club_members:enrol",
    "replay": "oferta.project.cli.club_replay:replay",
    "tiers": "oferta.project.cli.club_members:tiers",
    "totals": "oferta.project.cli.club_totals:totals",
}


@click.group(cls=LazyGroup, lazy=_LAZY)
def club() -> None:
    """Run the bonus club on real payments."""


@club.command(
    "iso8583", cls=Command, django=True, example="oferta club iso8583 --listen 127.0.0.1:8583"
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--listen", metavar="HOST:PORT", help="Take messages from a line instead of a file.")
@click.pass_obj
def iso8583(out: Output, file: Path | None, listen: str | None) -> None:
    """Take in card messages (ISO 8583), from a file or from a line.

    Each message has two bytes of length before it. Payments, advices and reversals are answered
    once they are committed; sent again, they have no second effect. Only masked numbers of cards
    are kept. To stop listening: Ctrl+C.
    """
    from oferta.services.club.feeds import files

    host, _, port = (listen or "").rpartition(":")
    if (file is None) == (listen is None) or (listen and not (host and port.isdigit())):
        raise click.UsageError("Give either a file or --listen HOST:PORT.")
    if file is None:
        _listen(out, host, int(port))
        return
    codes = files.take_file(file, now=now())
    out.emit(
        {"answers": codes},
        table(["response code", "messages"], [[code, codes[code]] for code in sorted(codes)]),
    )


@club.command("watch", cls=Command, django=True, example="oferta club watch --until 2017-12-31")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day that is looked at; today by default.",
)
@click.pass_obj
def watch(out: Output, until: datetime | None) -> None:
    """Ask a person about patterns of payments that the terms of club-watch name.

    It runs by itself every night. Each pattern opens one case on the desk; nothing is held or taken
    back. What a person cleared is not asked about again until it has grown.
    """
    from oferta.services.club.fraud import watching

    opened = watching.watch(now=now(), until=until.date() if until else None)
    rows = [[kind, opened[kind]] for kind in sorted(opened)]
    out.emit({"opened": opened}, table(["pattern", "cases opened"], rows))


def _listen(out: Output, host: str, port: int) -> None:
    import asyncio
    from contextlib import suppress

    from oferta.services.club.feeds.listener import Listener

    def started(bound: int) -> None:
        out.emit({"listening": f"{host}:{bound}"}, f"Listening on {host}:{bound}.")

    with suppress(KeyboardInterrupt):
        asyncio.run(Listener().serve(host, port, started))


@club.command(
    "partners", cls=Command, django=True, example="oferta club partners samples/club-partners.yaml"
)
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def partners(out: Output, file: Path) -> None:
    """Keep the partners, rates and terminals of a file.

    A second time it changes nothing. A rate counts from today on at the earliest, once the partner
    has one: what customers were promised for a day is not changed after it. The public list stands
    at /club/partners/.
    """
    from oferta.services.club import partners as kept
    from oferta.services.club.facts import day_of

    partners, terminals = kept.load(file, today=day_of(now()))
    out.emit(
        {"partners": partners, "terminals": terminals},
        f"{partners} partners and {terminals} terminals are kept.",
    )


@club.command(
    "settle",
    cls=Command,
    django=True,
    example="oferta club settle club/partner/travelodge/bonus --until 2026-12-01 --csv settled.csv",
)
@click.argument("account")
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Settle what was booked before this day begins in Almaty.",
)
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write the lines here.")
@click.option("--camt", type=click.Path(path_type=Path), help="Write ISO 20022 camt.054 here.")
@click.pass_obj
def settle(
    out: Output, account: str, until: datetime, csv_file: Path | None, camt: Path | None
) -> None:
    """Settle a funder's or a merchant's account since its last settlement.

    Every transfer is settled once, netted by the bonus lots that it moved; the sums explain the
    difference of the ledger's balances to the unit.
    """
    from oferta.core.ledger.queries import account as ledger_account
    from oferta.services.club import settling
    from oferta.services.club.facts import CURRENCY_PLACES, ZONE

    found = ledger_account(account)
    made = settling.settle(found.id, until=until.replace(tzinfo=ZONE), now=now())
    if csv_file:
        csv_file.write_text(settling.as_csv(made.id), encoding="utf-8")
    if camt:
        camt.write_text(settling.as_camt(made.id), encoding="utf-8")
    lots = settling.per_lot(made.id)
    names = ("opening", "added", "taken", "closing")
    figures = {name: getattr(made, name) for name in names}
    rows = [[name, decimal_text(minor, CURRENCY_PLACES)] for name, minor in figures.items()]
    out.emit(
        {"settlement": made.id, "account": found.key, "lots": lots, **figures},
        table([found.key, "KZT"], [*rows, ["lots", len(lots)]]),
    )


@club.command("claim-mail", cls=Command, django=True, example="oferta club claim-mail letter.eml")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def claim_mail(out: Output, file: Path) -> None:
    """Take a member's letter that asks why no bonus was awarded; - reads it from a pipe.

    Opens a case about the payment that the letter tells, or one that asks a person, and answers
    with its number and deadline. Handed over again it changes nothing; what a machine wrote opens
    nothing. Let your mail server pipe the club's mailbox into it.
    """
    from oferta.core.notices import outgoing
    from oferta.services.club.claims import claiming, letters

    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    own = frozenset(one.lower() for one in outgoing.senders())
    taken = claiming.take_letter(letters.read_letter(raw, own), now=now())
    case = taken.case
    told: dict[str, object] = {"became": taken.became, "case": case.id if case else None}
    told |= {"number": case.number if case else None, "due_at": case.due_at if case else None}
    known = f", case {case.number}, to be answered by {case.due_at:%Y-%m-%d}" if case else ""
    out.emit(told, f"{taken.became}{known}.")
