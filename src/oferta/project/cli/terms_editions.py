"""`oferta terms diff` and `publish`: what an edition changes, and that it stays so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oferta.core.terms.diffing import diff as diff_editions
from oferta.core.terms.engine import Terms
from oferta.core.terms.loader import load_pack
from oferta.core.terms.meaning import meaning_of
from oferta.core.terms.publication import Publication
from oferta.core.terms.publishing import publish as publish_edition
from oferta.kernel import clock
from oferta.kernel.i18n import Language
from oferta.project.cli.commands import Command
from oferta.project.cli.output import Output
from oferta.project.cli.terms import folder_of, lang_option, pack_argument
from oferta.project.config import read_config

if TYPE_CHECKING:
    from oferta.core.terms.proving import Comparison
    from oferta.core.terms.types import Edition, Pack


@click.command(
    "diff", cls=Command, example="oferta terms diff bonus-club 2024-04-16 2024-09-02 --lang ru"
)
@pack_argument
@click.argument("before")
@click.argument("after")
@click.option("--text-only", is_flag=True, help="Compare the words and clauses, prove nothing.")
@lang_option
@click.pass_obj
def diff(
    out: Output, pack: str, before: str, after: str, lang: Language, *, text_only: bool
) -> None:
    """Print what one edition changes of another, clause by clause.

    Words that went stand in [- -], words that came in {+ +}. Clauses that changed in exactly the
    same way are listed together. Then, question by question: proved that both editions answer
    alike, or the plainest cases that come out otherwise and the clauses that decide them, for the
    days on which the later edition is in force. `--text-only` leaves that out.
    """
    loaded = load_pack(folder_of(pack))
    engine = Terms([loaded])
    old, new = (engine.edition_called(loaded.name, edition) for edition in (before, after))
    proved = None if text_only else _proved(out, loaded, old, new)
    found = diff_editions(loaded, old, new, lang, proved)
    out.emit(found.as_json(), found.as_text())


def _proved(out: Output, pack: Pack, old: Edition, new: Edition) -> dict[str, Comparison]:
    with out.progress("Proving", total=1) as step:
        found = meaning_of(pack, old, new)
        step(1)
    return found


@click.command(
    "publish",
    cls=Command,
    example="oferta terms publish bonus-club 2024-09-02 --by 'A. Editor' --approved-by 'B. Reader'",
)
@pack_argument
@click.argument("edition")
@click.option("--by", required=True, metavar="NAME", help="Who publishes.")
@click.option("--approved-by", required=True, metavar="NAME", help="Another person, who approves.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Day of it; today if left out."
)
@click.option(
    "--events", multiple=True, metavar="QUESTION=FILE", help="CSV or Parquet to measure it on."
)
@click.option("--key", default="", metavar="COLUMN", help="Tells events apart; limits need it.")
@click.pass_obj
def publish(out: Output, /, pack: str, edition: str, **given: Any) -> None:
    """Make an edition immutable and record who published and who approved it.

    The pack must pass `oferta terms check`, the edition must have no open points, and the two
    persons must be different. The record is written to published/EDITION.json in the pack; from
    then on the pack is refused if that edition says anything else. Publishing the same again
    changes nothing.

    The record holds what the edition changes of the one before, in words and in meaning, and what
    that comes to on the events given, question by question; the rest is recorded as not measured.
    """
    on: date = (given["on"] or clock.now().astimezone(read_config().time_zone)).date()
    record, is_new = publish_edition(
        folder_of(pack), edition,
        published_by=given["by"], approved_by=given["approved_by"], on=on,
        events=_files(given["events"]), key=given["key"],
    )  # fmt: skip
    out.emit({**asdict(record), "new": is_new}, _published(record, is_new=is_new))


def _files(given: tuple[str, ...]) -> dict[str, Path]:
    found = {}
    for one in given:
        question, sign, file = one.partition("=")
        if not (question and sign and file):
            raise click.BadParameter(f"{one!r} is not QUESTION=FILE", param_hint="--events")
        found[question] = Path(file)
    return found


def _told(effects: Mapping[str, object]) -> str:
    lines = []
    for question, effect in effects.items():
        if not isinstance(effect, Mapping):
            lines.append(f"effect on {question}: {effect}")
            continue
        gains = f"{effect['winners']} gain, {effect['losers']} lose"
        totals = "; ".join(
            f"{field} {effect['totals_before'].get(field, '-')} → {after}"
            for field, after in effect["totals_after"].items()
        )
        lines.append(f"effect on {question}: {effect['events']} events, {gains}; {totals}")
    return "".join(f"\n{line}" for line in lines)


def _published(record: Publication, *, is_new: bool) -> str:
    said = "published" if is_new else "was published already"
    return (
        f"{record.pack} {record.edition}: {said} on {record.published_on} by {record.published_by},"
        f" approved by {record.approved_by}\ndigest {record.digest}{_told(record.effects)}"
    )
