"""Why the embedded server is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class EmbeddedMissing(OfertaError):
    """The embedded server is not installed here; set `DATABASE_URL` to use another."""

    code: ClassVar[str] = "project.embedded_missing"
    package: str


@dataclass(eq=False, kw_only=True)
class EmbeddedFailed(OfertaError):
    """The embedded server did not do what was asked; `said` holds its last words."""

    code: ClassVar[str] = "project.embedded_failed"
    folder: str
    doing: str
    said: str


@dataclass(eq=False, kw_only=True)
class WrongCluster(OfertaError):
    """The folder holds something else than a cluster of this server's major version."""

    code: ClassVar[str] = "project.wrong_cluster"
    folder: str
    found: str
    expected: str
