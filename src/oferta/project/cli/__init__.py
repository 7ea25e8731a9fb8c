"""The command `oferta`: asks, runs and measures from a shell."""

from __future__ import annotations

from oferta.project.cli.main import main

__all__ = ["main"]
