"""`oferta club totals`: the sums that the owner's page reads, and whether the books agree."""

from __future__ import annotations

import click

from oferta.project.cli.commands import Command
from oferta.project.cli.exits import Exit
from oferta.project.cli.output import Output

#: Differences that the text shows; `--json` has all of them.
SHOWN_MAX = 10


@click.command("totals", cls=Command, django=True, example="oferta club totals --rebuild")
@click.option("--rebuild", is_flag=True, help="Make all sums anew from the books first.")
@click.pass_obj
def totals(out: Output, *, rebuild: bool) -> Exit | None:
    """Move on the sums of days that the owner's page reads, and compare them with the books.

    The service moves them on by itself every ten minutes, and what came since is always counted in.
    Exit 1 if a sum differs from the journal or from the decisions, with its day and both figures.
    """
    from oferta.services.club.boards import totals as sums

    if rebuild:
        sums.rebuild()
    else:
        sums.fold()
    wrong = sums.differences()
    said = wrong[:SHOWN_MAX] or ["The sums agree with the books to the unit."]
    if len(wrong) > SHOWN_MAX:
        said.append(f"… and {len(wrong) - SHOWN_MAX} more; --json has all of them")
    out.emit({"ok": not wrong, "differ": wrong}, "\n".join(said))
    return Exit.FOUND_PROBLEMS if wrong else None
