"""What is refused around agreements, consents, exports and erasure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class BadReceipt(OfertaError):
    """It is not a receipt that we signed, or it was changed since."""

    code: ClassVar[str] = "parties.bad_receipt"
    reason: str


@dataclass(eq=False, kw_only=True)
class BadKey(OfertaError):
    """The file holds no Ed25519 key that can be used."""

    code: ClassVar[str] = "parties.bad_key"
    path: str
    reason: str


@dataclass(eq=False, kw_only=True)
class NotAsked(OfertaError):
    """The edition does not wait for the customer's answer."""

    code: ClassVar[str] = "parties.not_asked"
    pack: str
    edition: str


@dataclass(eq=False, kw_only=True)
class UnknownPurpose(OfertaError):
    """There is no such purpose to consent to."""

    code: ClassVar[str] = "parties.unknown_purpose"
    purpose: str
    known: list[str]


@dataclass(eq=False, kw_only=True)
class BadPurposes(OfertaError):
    """The file of purposes of consent is incomplete."""

    code: ClassVar[str] = "parties.bad_purposes"
    purpose: str
    reason: str


@dataclass(eq=False, kw_only=True)
class UnknownExport(OfertaError):
    """There is no such file of a customer's data, or no longer."""

    code: ClassVar[str] = "parties.unknown_export"
    export_id: str


@dataclass(eq=False, kw_only=True)
class UnknownErasure(OfertaError):
    """No request for erasure waits under this id."""

    code: ClassVar[str] = "parties.unknown_erasure"
    erasure_id: str


@dataclass(eq=False, kw_only=True)
class ErasureObstructed(OfertaError):
    """Erasure is refused while money is owed or a case is open."""

    code: ClassVar[str] = "parties.erasure_obstructed"
    customer_id: str
    #: Codes of what stands in the way.
    obstacles: list[str]


@dataclass(eq=False, kw_only=True)
class AlreadyErased(OfertaError):
    """The customer was erased."""

    code: ClassVar[str] = "parties.already_erased"
    customer_id: str
