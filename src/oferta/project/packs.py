"""The packs in use, read once for all starts."""

from __future__ import annotations

from pathlib import Path

from oferta import kernel
from oferta.core import terms
from oferta.core.terms.engine import Terms
from oferta.project.config import Config
from oferta.project.kept import kept


def load(config: Config) -> Terms:
    """Return the packs: as they were read at a start before, if nothing has changed since.

    Raises:
        PackInvalid: a pack cannot be used.
    """
    code = (file for room in (terms, kernel) for file in Path(room.__path__[0]).rglob("*.py"))
    packs = (file for file in config.terms.rglob("*") if file.is_file())
    return kept(
        config.data / "kept",
        "terms",
        [*code, *packs],
        lambda: Terms.load(config.terms),
        packages=("sqlglot", "pyyaml"),
    )
