"""What can be wrong with a code that a gate reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class NotOurCode(OfertaError):
    """What was read is not a ticket code of ours."""

    code: ClassVar[str] = "tickets.not_our_code"
    #: What does not fit: "alphabet", "length", "version", "signature".
    what: str


@dataclass(eq=False, kw_only=True)
class CodeFieldTooLarge(OfertaError):
    """A number does not fit into a ticket code."""

    code: ClassVar[str] = "tickets.code_field_too_large"
    field: str
    given: int
    largest: int


@dataclass(eq=False, kw_only=True)
class NoPasses(OfertaError):
    """The operator issues no wallet passes; the ticket's page and PDF open the door as well."""

    code: ClassVar[str] = "tickets.no_passes"


@dataclass(eq=False, kw_only=True)
class BadPassCertificate(OfertaError):
    """The file of the wallet pass certificate cannot be used."""

    code: ClassVar[str] = "tickets.bad_pass_certificate"
    file: str
    what: str
