"""What notices refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class UnknownNotice(OfertaError):
    """There is no such notice."""

    code: ClassVar[str] = "notices.unknown_notice"
    notice_id: str


@dataclass(eq=False, kw_only=True)
class UnknownKind(OfertaError):
    """No words are registered for this kind of notice in this language."""

    code: ClassVar[str] = "notices.unknown_kind"
    kind: str
    language: str


@dataclass(eq=False, kw_only=True)
class MissingParam(OfertaError):
    """The words of a notice need a value that it does not have."""

    code: ClassVar[str] = "notices.missing_param"
    kind: str
    param: str


@dataclass(eq=False, kw_only=True)
class BatchNotHeld(OfertaError):
    """The batch of notices is not waiting for a person's word."""

    code: ClassVar[str] = "notices.batch_not_held"
    batch_id: str


@dataclass(eq=False, kw_only=True)
class DeliveryFailed(OfertaError):
    """A channel could not deliver; `again` says whether trying again may help."""

    code: ClassVar[str] = "notices.delivery_failed"
    channel: str
    reason: str
    again: bool
