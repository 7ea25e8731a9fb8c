"""What can be wrong with what the club is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class FileUnreadable(OfertaError):
    """The file of payments cannot be read as one: missing, not text, not the expected columns."""

    code: ClassVar[str] = "club.file_unreadable"
    file: str
    what: str
    expected: str


@dataclass(eq=False, kw_only=True)
class MappingInvalid(OfertaError):
    """The mapping of merchants and categories says something that the terms do not know."""

    code: ClassVar[str] = "club.mapping_invalid"
    file: str
    where: str
    what: str
    expected: str
