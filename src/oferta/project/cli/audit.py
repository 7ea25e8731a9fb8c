"""`oferta audit`: prove that nobody changed the log of who read and did what."""

from __future__ import annotations

from dataclasses import asdict

import click

from oferta.project.cli.commands import Command
from oferta.project.cli.exits import Exit
from oferta.project.cli.output import Output, table


@click.group
def audit() -> None:
    """Prove the audit log, seal it."""


@audit.command("verify", cls=Command, django=True, example="oferta audit verify --json")
@click.pass_obj
def verify(out: Output) -> Exit:
    """Prove that no line of the sealed log was changed, taken out or put in.

    Ends with 1 and lists each finding if one was. Keep the printed head of the chain elsewhere:
    whoever has it can tell that the log before it was made anew.
    """
    from oferta.core.parties import sealing

    proved = sealing.verify()
    rows = [["seals", proved.seals], ["lines", proved.entries], ["not sealed yet", proved.unsealed]]
    verdict = "does NOT hold" if proved.findings else "holds"
    lines = [
        table(["log", "number"], rows),
        f"Head of the chain: {proved.head or 'none yet'}",
        *proved.findings,
        f"The audit log {verdict}.",
    ]
    out.emit(asdict(proved), "\n".join(lines))
    return Exit.FOUND_PROBLEMS if proved.findings else Exit.OK


@audit.command("seal", cls=Command, django=True, example="oferta audit seal")
@click.pass_obj
def seal(out: Output) -> None:
    """Seal what the log has gained and print the head of the chain.

    The worker does so every five minutes; run it before a dump, once web and worker have stopped.
    """
    from oferta.core.parties import sealing

    count = sealing.seal()
    proved = sealing.verify()
    text = f"Sealed {count} lines; {proved.unsealed} wait.\nHead of the chain: {proved.head}"
    out.emit({"sealed": count, "unsealed": proved.unsealed, "head": proved.head}, text)
