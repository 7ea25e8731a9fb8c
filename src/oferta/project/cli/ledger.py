"""`oferta ledger`: prove the book, read an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from oferta.kernel.money import UNITS, decimal_text
from oferta.project.cli.commands import Command
from oferta.project.cli.exits import Exit
from oferta.project.cli.output import Output, table

if TYPE_CHECKING:
    from oferta.core.ledger.types import Account, Proof, StatementLine


@click.group
def ledger() -> None:
    """Prove the whole book, seal it, read one account's statement."""


@ledger.command("verify", cls=Command, django=True, example="oferta ledger verify --json")
@click.pass_obj
def verify(out: Output) -> Exit:
    """Prove the whole book.

    Every unit sums to zero, every balance equals its history, no limit is passed, no hold is
    counted twice, the chain of seals holds. Ends with 1 and lists each finding if one of them does
    not. Publish the printed head of the chain: whoever has it can tell that the past was changed.
    """
    from oferta.core.ledger import queries

    proof = queries.verify()
    out.emit(proof.as_json(), proof_text(proof))
    return Exit.OK if proof.ok else Exit.FOUND_PROBLEMS


@ledger.command("seal", cls=Command, django=True, example="oferta ledger seal")
@click.pass_obj
def seal(out: Output) -> None:
    """Seal what was booked since the last seal and print the head of the chain.

    The worker does so each minute; run it before a dump, once web and worker have stopped. What
    belongs to a database transaction that is still open waits for the next seal.
    """
    from django.db import transaction

    from oferta.core.ledger import queries, sealing
    from oferta.core.ledger.session import connection

    with transaction.atomic():
        count = sealing.seal(connection())
    proof = queries.verify()
    text = f"Sealed {count} transfers; {proof.unsealed} wait.\nHead of the chain: {proof.head}"
    out.emit({"sealed": count, "unsealed": proof.unsealed, "head": proof.head}, text)


@ledger.command(
    "statement", cls=Command, django=True, example="oferta ledger statement 1024 --limit 20"
)
@click.argument("account")
@click.option("--after", default=0, help="Begin after this line: the last one of the page before.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Lines at most."
)
@click.pass_obj
def statement(out: Output, account: str, after: int, limit: int) -> None:
    """Print the lines of ACCOUNT (its number or its key) as they were booked.

    Each line has the balance after it and the decision behind it.
    """
    from oferta.core.ledger import queries

    found = queries.account(int(account) if account.isdigit() else account)
    lines = queries.statement(found.id, after=after, limit=limit)
    data = {
        "account": {"id": found.id, "key": found.key, "unit": found.unit, "closed": found.closed},
        "balance": found.balance,
        "lines": [line.as_json() for line in lines],
        "next": lines[-1].seq if len(lines) == limit else None,
    }
    out.emit(data, _statement_text(found, lines))


def proof_text(proof: Proof) -> str:
    """Return what a proof says to a person."""
    rows = [
        ["accounts", proof.accounts],
        ["transfers", proof.transfers],
        ["holds", proof.holds],
        ["seals", proof.seals],
        ["not sealed yet", proof.unsealed],
    ]
    said = [f"{one.invariant} {one.subject}: {one.detail}" for one in proof.findings]
    verdict = "The book holds." if proof.ok else f"The book does NOT hold: {len(said)} findings."
    head = f"Head of the chain: {proof.head or 'none yet'}"
    return "\n".join([table(["ledger", "number"], rows), head, *said, verdict])


def _statement_text(account: Account, lines: list[StatementLine]) -> str:
    places = UNITS.get(account.unit, 0)
    heads = ["line", "happened", "code", "change", "held", "balance", "decision"]
    rows = [
        [
            line.seq,
            line.event_at.strftime("%Y-%m-%d %H:%M"),
            line.code,
            *(decimal_text(minor, places) for minor in (line.change, line.held, line.balance)),
            line.decision_id,
        ]
        for line in lines
    ]
    closed = ", closed" if account.closed else ""
    balance = f"{decimal_text(account.balance, places)} {account.unit}"
    title = f"Account {account.id} ({account.key}){closed}: {balance}"
    return f"{title}\n\n{table(heads, rows)}" if rows else f"{title}\n\nNo lines."
