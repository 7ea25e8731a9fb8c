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


@dataclass(eq=False, kw_only=True)
class NotPermitted(OfertaError):
    """None of this person's roles allows it."""

    code: ClassVar[str] = "parties.not_permitted"
    actor: str
    permission: str


@dataclass(eq=False, kw_only=True)
class RolesExclude(OfertaError):
    """One person may not have these roles together: one of them watches over the other."""

    code: ClassVar[str] = "parties.roles_exclude"
    role: str
    others: list[str]


@dataclass(eq=False, kw_only=True)
class BadAppointment(OfertaError):
    """An appointment needs a login that exists, a name, a reason, and no other that waits."""

    code: ClassVar[str] = "parties.bad_appointment"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class NoAppointment(OfertaError):
    """No such appointment waits for a second person."""

    code: ClassVar[str] = "parties.no_appointment"
    appointment_id: str


@dataclass(eq=False, kw_only=True)
class OwnAct(OfertaError):
    """Who proposed something, or whom it concerns, cannot approve it."""

    code: ClassVar[str] = "parties.own_act"
    actor: str


@dataclass(eq=False, kw_only=True)
class SealsOutOfOrder(OfertaError):
    """The server numbers its transactions below what the audit log has sealed."""

    code: ClassVar[str] = "parties.seals_out_of_order"
    sealed_to: int
    now_at: int
