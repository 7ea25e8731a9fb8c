"""What is refused about who customers are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class BadEvidence(OfertaError):
    """A proof of who a customer is cannot be kept like this."""

    code: ClassVar[str] = "parties.bad_evidence"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownEvidence(OfertaError):
    """There is no such proof that still counts."""

    code: ClassVar[str] = "parties.unknown_evidence"
    evidence_id: str


@dataclass(eq=False, kw_only=True)
class BadAge(OfertaError):
    """A student's status is for those of certain ages."""

    code: ClassVar[str] = "parties.bad_age"
    age: int
    youngest: int
    oldest: int


@dataclass(eq=False, kw_only=True)
class NotAnOrganisation(OfertaError):
    """Members belong to an organisation, and a member is a person."""

    code: ClassVar[str] = "parties.not_an_organisation"
    customer_id: str
    expected: str


@dataclass(eq=False, kw_only=True)
class LastOwner(OfertaError):
    """An organisation's last owner stays: somebody must be able to answer for it."""

    code: ClassVar[str] = "parties.last_owner"
    organisation_id: str


@dataclass(eq=False, kw_only=True)
class TooManyInvitations(OfertaError):
    """An organisation has as many open invitations as it may have."""

    code: ClassVar[str] = "parties.too_many_invitations"
    at_most: int


@dataclass(eq=False, kw_only=True)
class UnknownInvitation(OfertaError):
    """There is no such invitation that still waits for this answer."""

    code: ClassVar[str] = "parties.unknown_invitation"
    invitation_id: str


@dataclass(eq=False, kw_only=True)
class UnknownPersonOf(OfertaError):
    """Nobody of that id acts for the organisation."""

    code: ClassVar[str] = "parties.unknown_person_of"
    person_id: str
