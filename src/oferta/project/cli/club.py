"""`oferta club`."""

from __future__ import annotations

import click


@click.group
def club() -> None:
    """Run the bonus club on real payments."""
