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
class EndUnreadable(OfertaError):
    """The file is not the end of a replay as `--save-end` writes it."""

    code: ClassVar[str] = "club.end_unreadable"
    file: str


@dataclass(eq=False, kw_only=True)
class MappingInvalid(OfertaError):
    """The mapping of merchants and categories says something that the terms do not know."""

    code: ClassVar[str] = "club.mapping_invalid"
    file: str
    where: str
    what: str
    expected: str


@dataclass(eq=False, kw_only=True)
class NotAMember(OfertaError):
    """Nobody of the club holds this card."""

    code: ClassVar[str] = "club.not_a_member"
    card: str


@dataclass(eq=False, kw_only=True)
class UnknownMember(OfertaError):
    """The customer is no member of the club."""

    code: ClassVar[str] = "club.unknown_member"
    party_id: str


@dataclass(eq=False, kw_only=True)
class CardTaken(OfertaError):
    """The card, or the customer, belongs to another member already."""

    code: ClassVar[str] = "club.card_taken"
    card: str


@dataclass(eq=False, kw_only=True)
class PaymentReused(OfertaError):
    """The id was used before for another payment. Same payment: the same answer."""

    code: ClassVar[str] = "club.payment_reused"
    id: str


@dataclass(eq=False, kw_only=True)
class BadPayment(OfertaError):
    """A payment of nothing, or a fact that the payment's own fields tell."""

    code: ClassVar[str] = "club.bad_payment"
    id: str
    field: str


@dataclass(eq=False, kw_only=True)
class BadRedemption(OfertaError):
    """A payment with bonuses, or its refund, is asked with a value that cannot be."""

    code: ClassVar[str] = "club.bad_redemption"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class ReferenceReused(OfertaError):
    """The reference already names another payment or refund."""

    code: ClassVar[str] = "club.reference_reused"
    reference: str


@dataclass(eq=False, kw_only=True)
class UnknownRedemption(OfertaError):
    """Nothing was paid with bonuses under this reference."""

    code: ClassVar[str] = "club.unknown_redemption"
    reference: str


@dataclass(eq=False, kw_only=True)
class UnknownPartner(OfertaError):
    """The club has no such partner."""

    code: ClassVar[str] = "club.unknown_partner"
    partner: str


@dataclass(eq=False, kw_only=True)
class BadPartner(OfertaError):
    """A partner, its rate or a terminal is told with a value that cannot be."""

    code: ClassVar[str] = "club.bad_partner"
    partner: str
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class RateInThePast(OfertaError):
    """A partner's rate of days that are over is not changed: customers were promised it."""

    code: ClassVar[str] = "club.rate_in_the_past"
    partner: str
    starts: str
    today: str


@dataclass(eq=False, kw_only=True)
class NothingToSettle(OfertaError):
    """Nothing was booked on the account since its last settlement."""

    code: ClassVar[str] = "club.nothing_to_settle"
    account_id: int
    until: str


@dataclass(eq=False, kw_only=True)
class UnknownLine(OfertaError):
    """The transfer stands in no settlement."""

    code: ClassVar[str] = "club.unknown_line"
    transfer_id: str


@dataclass(eq=False, kw_only=True)
class NotAdmitted(OfertaError):
    """The club's terms do not let this customer join."""

    code: ClassVar[str] = "club.not_admitted"
    party_id: str
    #: The clauses that say so.
    clause: str
    decision_id: str


@dataclass(eq=False, kw_only=True)
class HasLeft(OfertaError):
    """The member left the club; coming back comes first."""

    code: ClassVar[str] = "club.has_left"
    party_id: str
    left_on: str


@dataclass(eq=False, kw_only=True)
class UnknownCard(OfertaError):
    """The member has no such card in use."""

    code: ClassVar[str] = "club.unknown_card"
    card: str


@dataclass(eq=False, kw_only=True)
class BadCard(OfertaError):
    """A card is told with a value that cannot be."""

    code: ClassVar[str] = "club.bad_card"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownCardRequest(OfertaError):
    """There is no such request for a card that still waits."""

    code: ClassVar[str] = "club.unknown_card_request"
    request_id: str


@dataclass(eq=False, kw_only=True)
class TooManyCardRequests(OfertaError):
    """As many cards as a member may ask for at a time wait already."""

    code: ClassVar[str] = "club.too_many_card_requests"
    at_most: int


@dataclass(eq=False, kw_only=True)
class BadActivity(OfertaError):
    """An activity is told with a value that cannot be."""

    code: ClassVar[str] = "club.bad_activity"
    product: str
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownCampaign(OfertaError):
    """The club has no such campaign on record."""

    code: ClassVar[str] = "club.unknown_campaign"
    campaign: str


@dataclass(eq=False, kw_only=True)
class BadCampaign(OfertaError):
    """A campaign is told with a value that cannot be."""

    code: ClassVar[str] = "club.bad_campaign"
    campaign: str
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class CampaignOpen(OfertaError):
    """The campaign cannot start: a field of its record is still open."""

    code: ClassVar[str] = "club.campaign_open"
    campaign: str
    field: str


@dataclass(eq=False, kw_only=True)
class CampaignDiffers(OfertaError):
    """The campaign cannot start: its record and the published terms do not say the same."""

    code: ClassVar[str] = "club.campaign_differs"
    campaign: str
    field: str
    record: str
    terms: str


@dataclass(eq=False, kw_only=True)
class CampaignRunning(OfertaError):
    """A campaign that has started is not changed: customers were promised it. Stop it first."""

    code: ClassVar[str] = "club.campaign_running"
    campaign: str
