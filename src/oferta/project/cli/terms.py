"""`oferta terms`."""

from __future__ import annotations

import click


@click.group
def terms() -> None:
    """Check packs of terms and ask them questions."""
