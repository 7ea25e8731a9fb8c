"""`oferta terms diff`: what an edition changes of another."""

from __future__ import annotations

import click

from oferta.core.terms.diffing import diff as diff_editions
from oferta.core.terms.engine import Terms
from oferta.core.terms.loader import load_pack
from oferta.kernel.i18n import Language
from oferta.project.cli.commands import Command
from oferta.project.cli.output import Output
from oferta.project.cli.terms import folder_of, lang_option, pack_argument


@click.command(
    "diff", cls=Command, example="oferta terms diff bonus-club 2024-04-16 2024-09-02 --lang ru"
)
@pack_argument
@click.argument("before")
@click.argument("after")
@lang_option
@click.pass_obj
def diff(out: Output, pack: str, before: str, after: str, lang: Language) -> None:
    """Print what one edition changes of another, clause by clause.

    Words that went stand in [- -], words that came in {+ +}. Clauses that changed in exactly the
    same way are listed together. Whether both answer a question alike is not proved here: in the
    JSON, `equivalent` is null until a proof is made.
    """
    loaded = load_pack(folder_of(pack))
    engine = Terms([loaded])
    old, new = (engine.edition_called(loaded.name, edition) for edition in (before, after))
    found = diff_editions(loaded, old, new, lang)
    out.emit(found.as_json(), found.as_text())
