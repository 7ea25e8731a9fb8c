"""The keys that this process signs receipts with: filled once by the project."""

from __future__ import annotations

from collections.abc import Callable

from oferta.core.parties.receipts import Keys


class _Ring:
    """Read on first use, so that a process that signs nothing needs no key."""

    loader: Callable[[], Keys] | None = None
    loaded: Keys | None = None


def fill(loader: Callable[[], Keys]) -> None:
    """Say how the keys are read; those read before are forgotten."""
    _Ring.loader = loader
    _Ring.loaded = None


def keys() -> Keys:
    """Return the keys in use, reading them the first time."""
    if _Ring.loaded is None:
        if _Ring.loader is None:
            message = "no keys: call keyring.fill() first"
            raise RuntimeError(message)
        _Ring.loaded = _Ring.loader()
    return _Ring.loaded
