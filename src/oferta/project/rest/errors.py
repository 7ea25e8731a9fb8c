"""What the API's own room refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class BadToken(OfertaError):
    """A token cannot be made like this."""

    code: ClassVar[str] = "rest.bad_token"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownToken(OfertaError):
    """There is no such token."""

    code: ClassVar[str] = "rest.unknown_token"
    token: str
