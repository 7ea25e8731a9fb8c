"""What can be wrong with a request for money back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class UnknownApplication(OfertaError):
    """There is no such refund application."""

    code: ClassVar[str] = "tickets.unknown_application"
    application: str


@dataclass(eq=False, kw_only=True)
class ApplicationReused(OfertaError):
    """Another request was sent under this id before."""

    code: ClassVar[str] = "tickets.application_reused"
    application: str


@dataclass(eq=False, kw_only=True)
class NothingToReturn(OfertaError):
    """The request names no ticket of the order that could be given back."""

    code: ClassVar[str] = "tickets.nothing_to_return"
    order: str
    #: Tickets that are unknown, given back already, or under another request.
    tickets: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class QuoteChanged(OfertaError):
    """The terms give less by now than the buyer was shown; nothing was sent."""

    code: ClassVar[str] = "tickets.quote_changed"
    #: Minor units.
    accepted: int
    gives: int


@dataclass(eq=False, kw_only=True)
class ApplicationClosed(OfertaError):
    """The request has been answered; another one can be filed."""

    code: ClassVar[str] = "tickets.application_closed"
    application: str
    state: str


@dataclass(eq=False, kw_only=True)
class BadDocument(OfertaError):
    """The document cannot be taken."""

    code: ClassVar[str] = "tickets.bad_document"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownDocument(OfertaError):
    """There is no such document."""

    code: ClassVar[str] = "tickets.unknown_document"
    document: str


@dataclass(eq=False, kw_only=True)
class BadReason(OfertaError):
    """The reason cannot be named for this order."""

    code: ClassVar[str] = "tickets.bad_reason"
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class RefundRefused(OfertaError):
    """The ledger cannot move what the terms grant; a person looks at it, nothing was moved."""

    code: ClassVar[str] = "tickets.refund_refused"
    order: str
    reason: str


@dataclass(eq=False, kw_only=True)
class CannotChange(OfertaError):
    """The performance cannot go there from where it stands."""

    code: ClassVar[str] = "tickets.cannot_change"
    stage: str
    to: str


@dataclass(eq=False, kw_only=True)
class BadChange(OfertaError):
    """The change cannot be entered: one of its values cannot be."""

    code: ClassVar[str] = "tickets.bad_change"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class ProposalElsewhere(OfertaError):
    """The change was done or taken back already, or another one of the performance waits."""

    code: ClassVar[str] = "tickets.proposal_elsewhere"
    proposal: str
    state: str


@dataclass(eq=False, kw_only=True)
class UnknownProposal(OfertaError):
    """There is no such change."""

    code: ClassVar[str] = "tickets.unknown_proposal"
    proposal: str


@dataclass(eq=False, kw_only=True)
class UnknownPayout(OfertaError):
    """There is no such payment of a refund, or it goes by itself."""

    code: ClassVar[str] = "tickets.unknown_payout"
    payout: str


@dataclass(eq=False, kw_only=True)
class UnknownCorrection(OfertaError):
    """There is no such corrected price, or its money goes by itself."""

    code: ClassVar[str] = "tickets.unknown_correction"
    correction: str


@dataclass(eq=False, kw_only=True)
class SecondPersonMissing(OfertaError):
    """More is at stake than one person may do alone: another one must approve it."""

    code: ClassVar[str] = "tickets.second_person_missing"
    #: Minor units.
    amount: int
    people: int


@dataclass(eq=False, kw_only=True)
class UnknownRegime(OfertaError):
    """There is no such regime."""

    code: ClassVar[str] = "tickets.unknown_regime"
    regime: str


@dataclass(eq=False, kw_only=True)
class NothingToChoose(OfertaError):
    """Nothing about the performance changed since the tickets were ordered."""

    code: ClassVar[str] = "tickets.nothing_to_choose"
    order: str


@dataclass(eq=False, kw_only=True)
class UnknownRefund(OfertaError):
    """There is no such refund."""

    code: ClassVar[str] = "tickets.unknown_refund"
    refund: str


@dataclass(eq=False, kw_only=True)
class CannotPayOut(OfertaError):
    """The refund cannot be sent so now."""

    code: ClassVar[str] = "tickets.cannot_pay_out"
    state: str
    expected: str


@dataclass(eq=False, kw_only=True)
class BadIntake(OfertaError):
    """The request cannot be registered as it was taken in."""

    code: ClassVar[str] = "tickets.bad_intake"
    field: str
    expected: str


@dataclass(eq=False, kw_only=True)
class CannotExtend(OfertaError):
    """The review of this request cannot be made longer."""

    code: ClassVar[str] = "tickets.cannot_extend"
    why: str


@dataclass(eq=False, kw_only=True)
class NoSuchLetter(OfertaError):
    """There is no ground for this letter yet."""

    code: ClassVar[str] = "tickets.no_such_letter"
    letter: str
