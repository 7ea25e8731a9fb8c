"""`oferta receipt`: prove a receipt of accepted terms, make the keys that sign them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from oferta.core.parties import receipts
from oferta.core.parties.agreement_errors import BadReceipt
from oferta.core.parties.words_digest import text_digest
from oferta.core.terms.engine import Terms
from oferta.core.terms.loader import load_pack
from oferta.kernel.i18n import language_of
from oferta.project.cli.commands import Command
from oferta.project.cli.exits import Exit
from oferta.project.cli.output import Output
from oferta.project.config import keep_whole


@click.group("receipt")
def receipt() -> None:
    """Prove receipts of accepted terms, and make the keys that sign them. Needs no database."""


@receipt.command(
    "verify",
    cls=Command,
    example="oferta receipt verify receipt.json --key receipt-keys.pem",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path),
    help="Public keys as the operator publishes them at /keys: PEM or JSON.",
)
@click.option(
    "--pack",
    type=click.Path(path_type=Path),
    help="Folder of the pack of terms: proves also that its words are those that were shown.",
)
@click.pass_obj
def verify(out: Output, file: Path, key: Path, pack: Path | None) -> int | None:
    """Say what a receipt proves, or that it proves nothing.

    The signature is checked against the public keys alone: no database, no network. With --pack
    the words of the edition in the receipt's language are compared too.
    """
    public = receipts.read_public_keys(key)
    try:
        said = receipts.verify(file.read_bytes(), public)
    except BadReceipt as error:
        out.emit({"valid": False, "reason": error.reason}, f"Proves nothing: {error.reason}.")
        return Exit.FOUND_PROBLEMS
    same = None if pack is None else _same_words(pack, said)
    lines = [f"  {name}: {value}" for name, value in said.items()]
    told = {None: "", True: "\nThe words are those of this pack."}
    ending = told.get(same, "\nThe words of this pack are OTHER than those that were shown.")
    out.emit(
        {"valid": True, "words_match": same, "receipt": said},
        "Signed by this operator:\n" + "\n".join(lines) + ending,
    )
    return Exit.FOUND_PROBLEMS if same is False else None


def _same_words(folder: Path, said: dict[str, Any]) -> bool:
    pack = load_pack(folder)
    edition = Terms([pack]).edition_called(pack.name, said["edition"])
    language = language_of(said["language"])
    shown = (said["pack"], said["text_digest"])
    return (pack.name, text_digest(edition, language)) == shown


@receipt.command("new-key", cls=Command, example="oferta receipt new-key receipt-key.pem")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def new_key(out: Output, file: Path) -> None:
    """Make a key that signs receipts, in a file that only its owner reads.

    To rotate: put the public part of the old key (from /keys.pem) into the file that
    OFERTA_RECEIPT_KEYS_RETIRED names, then let OFERTA_RECEIPT_KEY name the new file. A file that
    exists is left as it is.
    """
    if not file.exists():
        keep_whole(file, receipts.private_pem(receipts.new_key()).decode())
    public = receipts.read_signing_key(file).public_key()
    id_ = receipts.key_id(public)
    out.emit({"file": str(file), "key": id_}, f"{file}: key {id_}")
