"""What webhooks refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class BadEndpoint(OfertaError):
    """An endpoint cannot be like this."""

    code: ClassVar[str] = "webhooks.bad_endpoint"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownEndpoint(OfertaError):
    """There is no such endpoint."""

    code: ClassVar[str] = "webhooks.unknown_endpoint"
    endpoint_id: str


@dataclass(eq=False, kw_only=True)
class UnknownDelivery(OfertaError):
    """There is no such delivery, or it is no longer kept."""

    code: ClassVar[str] = "webhooks.unknown_delivery"
    delivery_id: str


@dataclass(eq=False, kw_only=True)
class EndpointDisabled(OfertaError):
    """The endpoint is turned off; turn it on first."""

    code: ClassVar[str] = "webhooks.endpoint_disabled"
    endpoint_id: str


@dataclass(eq=False, kw_only=True)
class SecretUnreadable(OfertaError):
    """The secret was sealed with another secret key of the site; rotate it."""

    code: ClassVar[str] = "webhooks.secret_unreadable"
    endpoint_id: str


@dataclass(eq=False, kw_only=True)
class AddressRefused(OfertaError):
    """The endpoint's name leads to an address inside; nothing is sent there."""

    code: ClassVar[str] = "webhooks.address_refused"
    host: str
