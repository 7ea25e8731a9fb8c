"""`oferta ledger`: prove the book, read an account."""

from __future__ import annotations

import click


@click.group
def ledger() -> None:
    """Prove the whole book; read one account's statement."""
