"""`oferta club`: run the bonus club on real payments."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oferta.kernel.clock import now
from oferta.kernel.money import decimal_text
from oferta.project.cli.commands import Command, LazyGroup
from oferta.project.cli.exits import Exit
from oferta.project.cli.ledger import proof_text
from oferta.project.cli.output import Output, table
from oferta.services.club.types import ReplayReport

if TYPE_CHECKING:
    from oferta.services.club.drawn.actions import DrawnReport

#: Bad rows and failures that the text shows; `--json` has all of them.
SHOWN_MAX = 10


#: Commands that live in modules of their own, imported only when they are called.
_LAZY = {
    "campaigns": "oferta.project.cli.club_members:campaigns",
    "enrol": "oferta.project.cli.club_members:enrol",
    "tiers": "oferta.project.cli.club_members:tiers",
}


@click.group(cls=LazyGroup, lazy=_LAZY)
def club() -> None:
    """Run the bonus club on real payments."""


@club.command(
    "replay",
    cls=Command,
    django=True,
    example="oferta club replay samples/card-payments-2017.csv.gz",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(path_type=Path),
    help="How rows are read as payments; club-mapping.yaml beside the file by default.",
)
@click.option(
    "--batch",
    type=click.IntRange(1, 10_000),
    default=1000,
    show_default=True,
    help="Payments decided in one database transaction.",
)
@click.option(
    "--with-redemptions",
    "seed",
    type=int,
    metavar="SEED",
    help="Draw bills paid with bonuses, and refunds of them, between payments; prove the books.",
)
@click.pass_obj
def replay(
    out: Output, file: Path, mapping_file: Path | None, batch: int, seed: int | None
) -> Exit | None:
    """Feed a file of card payments through the loop: decide, post, notify.

    Prints what was earned, what earned nothing and by which clause, and the ledger's proof. Running
    it again changes nothing: what was decided is answered as it was. Bad rows are listed with file
    and line, and the rest go on.

    With a seed, members also pay bills with bonuses and have them refunded in random parts, and at
    the end it is proved for every one of them: payments gave lines or a clause says why not,
    statements and lots come to the ledger's balance, whole refunds gave back what was paid.
    """
    from oferta.core.ledger.queries import verify
    from oferta.services.club import actions
    from oferta.services.club.drawn import actions as drawn
    from oferta.services.club.mapping import load_mapping

    mapping = load_mapping(mapping_file or file.parent / "club-mapping.yaml")
    intake = actions.read_file(file)
    with out.progress("Replaying", total=len(intake.payments)) as step:
        played: DrawnReport | None = None
        if seed is None:
            report = actions.replay(intake, mapping, now=now(), batch=batch, progress=step)
        else:
            played = drawn.replay(intake, mapping, seed=seed, now=now(), batch=batch, progress=step)
            report = played.replayed
    proof = verify()
    ok = proof.ok and not report.failed and (played is None or played.ok)
    emitted: dict[str, object] = {
        "ok": ok,
        "report": report,
        "assumptions": mapping.assumptions,
        "proof": proof,
    }
    said = [_counts(report), _clauses(report), _troubles(report), proof_text(proof)]
    if played is not None:
        emitted["drawn"] = played
        said[-1:-1] = [_drawn(played), _promises(played)]
    out.emit(
        emitted,
        "\n\n".join(said),
    )
    return None if ok and not report.bad_rows else Exit.FOUND_PROBLEMS


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


def _counts(report: ReplayReport) -> str:
    return table(
        ["", "number"],
        [
            ["rows read", report.rows],
            ["bad rows", len(report.bad_rows)],
            ["events decided in this run", report.decided_now],
            ["events decided before, unchanged", report.decided_before],
            ["exact repeats that wait for a person", report.repeats_held],
            ["refunds whose purchase is not on file", report.refunds_unmatched],
            ["stopped, refused or rejected", len(report.failed)],
        ],
    )


def _drawn(played: DrawnReport) -> str:
    return table(
        ["drawn", "number", "bonuses"],
        [
            ["bills paid with bonuses", played.bills_paid, decimal_text(played.redeemed, 2)],
            ["bills that bonuses did not pay", played.bills_not_paid, ""],
            ["refunds of them", played.refunds, decimal_text(played.restored, 2)],
        ],
    )


def _promises(played: DrawnReport) -> str:
    heads = ["proved", "of", "broken"]
    said = table(heads, [[one.name, one.count, len(one.wrong)] for one in played.proved])
    return "\n".join([said, *(w for one in played.proved for w in one.wrong[:SHOWN_MAX])])


def _clauses(report: ReplayReport) -> str:
    rows = [
        [question, clauses, tally.decisions, tally.held, decimal_text(tally.amount, 2)]
        for question, by_clause in report.clauses.items()
        for clauses, tally in sorted(by_clause.items(), key=lambda item: -item[1].decisions)
    ]
    return table(["question", "decided by", "decisions", "held", "bonuses"], rows)


def _troubles(report: ReplayReport) -> str:
    said = [str(row) for row in report.bad_rows[:SHOWN_MAX]]
    said += [f"{key}: {why}" for key, why in list(report.failed.items())[:SHOWN_MAX]]
    left = len(report.bad_rows) + len(report.failed) - len(said)
    if left:
        said.append(f"… and {left} more; --json has all of them")
    return "\n".join(said) or "No bad rows, nothing stopped."
