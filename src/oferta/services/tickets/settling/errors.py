"""What can be wrong with a settlement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class NothingToSettleYet(OfertaError):
    """Nothing was sold, returned or became free since the last settlement."""

    code: ClassVar[str] = "tickets.nothing_to_settle"
    subject: str


@dataclass(eq=False, kw_only=True)
class NoContract(OfertaError):
    """Nothing is agreed with this organiser about its money."""

    code: ClassVar[str] = "tickets.no_contract"
    organiser: str


@dataclass(eq=False, kw_only=True)
class SettlementRefused(OfertaError):
    """The ledger or the terms refused a settlement; nothing moved."""

    code: ClassVar[str] = "tickets.settlement_refused"
    subject: str
    reason: str


@dataclass(eq=False, kw_only=True)
class UnknownSettledLine(OfertaError):
    """There is no such line in a settlement."""

    code: ClassVar[str] = "tickets.unknown_settled_line"
    line: str


@dataclass(eq=False, kw_only=True)
class UnknownOrganiserPayment(OfertaError):
    """There is no such payment to an organiser, or it has ended."""

    code: ClassVar[str] = "tickets.unknown_organiser_payment"
    payment: str


@dataclass(eq=False, kw_only=True)
class NotTheOrganisers(OfertaError):
    """The refund is not one that its organiser may pay, or is paid already."""

    code: ClassVar[str] = "tickets.not_the_organisers"
    refund: str
    state: str


@dataclass(eq=False, kw_only=True)
class NoPayer(OfertaError):
    """It is not set from which account organisers are paid: no file for a bank can be made."""

    code: ClassVar[str] = "tickets.no_payer"
    account: str


@dataclass(eq=False, kw_only=True)
class UnknownOrganiser(OfertaError):
    """There is no such organiser."""

    code: ClassVar[str] = "tickets.unknown_organiser"
    organiser: str


@dataclass(eq=False, kw_only=True)
class NotMissing(OfertaError):
    """No organiser's word is open here: it was answered, proved, or paid by us."""

    code: ClassVar[str] = "tickets.not_missing"
    refund: str
    state: str
