"""`oferta terms simulate`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from oferta.core.terms.loader import load_pack
from oferta.core.terms.simulating import Asked, Share, Simulation, simulate
from oferta.core.terms.simulating.chart import write_chart
from oferta.core.terms.simulating.errors import EngineFailed
from oferta.core.terms.simulating.report import html
from oferta.core.terms.simulating.shown import Shown
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.project.cli.commands import Command
from oferta.project.cli.output import Output, table

#: Changes that the text shows; `--json` and the report have all of them.
SHOWN_MAX = 15
_SIZE = re.compile(r"[0-9]+(\.[0-9]+)? ?[KMGT]i?B", re.IGNORECASE)


def _size(_context: click.Context, _option: click.Parameter, given: str) -> str:
    if not _SIZE.fullmatch(given):
        raise click.BadParameter(f"{given!r} is not a size, as 512MB or 1.5GB.")
    return given


@click.command(
    "simulate",
    cls=Command,
    example="oferta terms simulate bonus-club bank_bonus --events events.parquet --out report",
)
@click.argument("pack")
@click.argument("question")
@click.option(
    "--events", required=True, type=click.Path(path_type=Path), help="CSV or Parquet of facts."
)
@click.option("--edition", default="", metavar="ID", help="Instead of the one of each event's day.")
@click.option("--against", default="", metavar="ID", help="Edition to compare with.")
@click.option("--group", default="", metavar="FACT", help="Also sum by the values of a fact.")
@click.option("--key", default="", metavar="COLUMN", help="Tells events apart; limits need it.")
@click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    type=click.Choice(("duckdb", "postgres", "spark")),
    help="What decides; DuckDB reads and checks the file in any case.",
)
@click.option(
    "--at", default="", metavar="URL", help="Of PostgreSQL, or of Spark's master; else our own."
)
@click.option(
    "--memory",
    default="1GB",
    show_default=True,
    callback=_size,
    help="At most this much memory.",
)
@click.option(
    "--lang",
    "language",
    default="en",
    show_default=True,
    type=click.Choice(LANGUAGES),
    help="Of the report.",
)
@click.option("--out", "folder", type=click.Path(path_type=Path), help="Folder for the report.")
@click.pass_obj
def simulate_command(out: Output, /, pack: str, question: str, **options: Any) -> None:
    """Decide a whole history by generated SQL and sum what it comes to.

    With --against both editions are decided in one scan: what the change costs, who gains, who
    loses, and by which clause. --out writes report.html, chart.png and simulation.json. A file
    with a wrong value is refused, by row, and nothing is written.
    """
    from oferta.project.cli.terms import folder_of

    folder, at, language = (options.pop(name) for name in ("folder", "at", "language"))
    asked = Asked(load_pack(folder_of(pack)), question, master=at, **options)
    with out.progress("Simulating", total=100) as step, _postgres(asked) as connection:
        found = simulate(asked, step, connection)
    data: dict[str, Any] = {"simulation": asdict(found), "files": []}
    if folder is not None:
        data["files"] = [str(path) for path in _write(asked, found, folder, language)]
    out.emit(data, _text(asked, found) + "".join(f"\nwritten: {name}" for name in data["files"]))


@contextmanager
def _postgres(asked: Asked) -> Iterator[Any]:
    """Give a connection to PostgreSQL if that is the engine: what is named, else our own."""
    if asked.engine != "postgres":
        yield None
        return
    import psycopg

    from oferta.project import embedded
    from oferta.project.config import read_config

    url = asked.master or read_config().database_url or embedded.start_server()
    try:
        with psycopg.connect(url, application_name="oferta terms simulate") as connection:
            yield connection
    except psycopg.Error as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise EngineFailed(engine="postgres", reason=reason) from error


def _write(asked: Asked, found: Simulation, folder: Path, language: Language) -> list[Path]:
    from oferta.project.cli.output import as_json

    folder.mkdir(parents=True, exist_ok=True)
    page, chart, data = (folder / name for name in ("report.html", "chart.png", "simulation.json"))
    page.write_text(html(asked, found, language), encoding="utf-8")
    write_chart(asked, found, chart, language)
    data.write_text(as_json(asdict(found)) + "\n", encoding="utf-8")
    return [page, chart, data]


def _text(asked: Asked, found: Simulation) -> str:
    shown = Shown(asked, found)
    statuses = [[name, number] for name, number in found.statuses.items()]
    parts = [
        f"{found.events} events, {found.seconds} s",
        table(["status", "events"], statuses),
        _shares(shown, found, [found.total], "total"),
        _shares(shown, found, found.clauses, "decided by"),
    ]
    if found.groups:
        parts.append(_shares(shown, found, found.groups, asked.group))
    if found.transitions:
        rows = [
            [" + ".join(one.before), " + ".join(one.after), one.events, one.winners, one.losers,
             shown.value(found.better, one.change) if found.better == shown.main else ""]
            for one in found.transitions[:SHOWN_MAX]
        ]  # fmt: skip
        parts.append(table(["before", "after", "events", "gain", "lose", "change"], rows))
    return "\n\n".join(parts)


def _shares(shown: Shown, found: Simulation, shares: list[Share], head: str) -> str:
    heads = [head, "events"]
    two = bool(found.against) and any(share.against for share in shares)
    for field in found.total.sums:
        heads += [field, f"{field} {found.against}"] if two else [field]
    rows = []
    for share in shares:
        row: list[object] = [share.name, share.events]
        for field, value in share.sums.items():
            row.append(shown.value(field, value))
            if two:
                row.append(shown.value(field, share.against.get(field, 0)))
        rows.append(row)
    return table(heads, rows)
