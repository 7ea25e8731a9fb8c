"""What parties refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class UnknownCustomer(OfertaError):
    """No customer has this id."""

    code: ClassVar[str] = "parties.unknown_customer"
    customer_id: str


@dataclass(eq=False, kw_only=True)
class BadCustomer(OfertaError):
    """A customer's language, key or contact is not one we can keep."""

    code: ClassVar[str] = "parties.bad_customer"
    key: str
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class BadLink(OfertaError):
    """A customer's personal link is damaged or has run out."""

    code: ClassVar[str] = "parties.bad_link"
    reason: str


@dataclass(eq=False, kw_only=True)
class NotStaff(OfertaError):
    """Who is signed in is not a member of staff."""

    code: ClassVar[str] = "parties.not_staff"
    login: str
