"""The packs that this process decides by: filled once by the project, read by every room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oferta.core.terms.engine import Terms


class _Shelf:
    """Loads on the first question, so that starting a process reads no pack it does not need."""

    loader: Callable[[], Terms] | None = None
    loaded: Terms | None = None


def fill(loader: Callable[[], Terms]) -> None:
    """Say how the packs are loaded; what was loaded before is forgotten."""
    _Shelf.loader = loader
    _Shelf.loaded = None


def terms() -> Terms:
    """Return the packs in use, loading them the first time."""
    if _Shelf.loaded is None:
        if _Shelf.loader is None:
            message = "no packs: call shelf.fill() first"
            raise RuntimeError(message)
        _Shelf.loaded = _Shelf.loader()
    return _Shelf.loaded
