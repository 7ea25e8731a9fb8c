"""The club's own tables."""

from oferta.services.club.models.campaigns import BANK_RATE_MAX, Campaign, Waiting
from oferta.services.club.models.card_requests import CardRequest
from oferta.services.club.models.claims import Claim, LineDispute
from oferta.services.club.models.feeds import CapMark, EarlyRefund
from oferta.services.club.models.lots import Lot, LotMove
from oferta.services.club.models.members import (
    PRODUCTS,
    Activity,
    Card,
    Member,
    MembershipChange,
    Tier,
)
from oferta.services.club.models.partners import PARTNER_RATE_MAX, Partner, PartnerRate, Terminal
from oferta.services.club.models.payments import Payment, Redemption, RedemptionRefund
from oferta.services.club.models.settlements import Settlement, SettlementLine
from oferta.services.club.models.suspicions import Suspicion
from oferta.services.club.models.totals import ClauseTotal, DayTotal, TotalsMark

__all__ = [
    "BANK_RATE_MAX",
    "PARTNER_RATE_MAX",
    "PRODUCTS",
    "Activity",
    "Campaign",
    "CapMark",
    "Card",
    "CardRequest",
    "Claim",
    "ClauseTotal",
    "DayTotal",
    "EarlyRefund",
    "LineDispute",
    "Lot",
    "LotMove",
    "Member",
    "MembershipChange",
    "Partner",
    "PartnerRate",
    "Payment",
    "Redemption",
    "RedemptionRefund",
    "Settlement",
    "SettlementLine",
    "Suspicion",
    "Terminal",
    "Tier",
    "TotalsMark",
    "Waiting",
]
