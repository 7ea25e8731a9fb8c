"""Why the service does not come up, or went down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class PortTaken(OfertaError):
    """Another program already answers on this port; choose one with `OFERTA_PORT`."""

    code: ClassVar[str] = "project.port_taken"
    port: int


@dataclass(eq=False, kw_only=True)
class PartEnded(OfertaError):
    """A part of the service ended by itself, so the whole was stopped; its words stand above."""

    code: ClassVar[str] = "project.part_ended"
    part: str
    exit_code: int


@dataclass(eq=False, kw_only=True)
class NoAnswer(OfertaError):
    """The web server started but gives no page in time."""

    code: ClassVar[str] = "project.no_answer"
    address: str
    seconds: int
