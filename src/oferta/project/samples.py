"""Sample operators and data for a first look; `oferta run` loads them in development.

Loading is idempotent: a second time it changes nothing and takes no time worth speaking of.
"""

from __future__ import annotations


def load() -> list[str]:
    """Load what is missing and return one line for each thing loaded."""
    return []
