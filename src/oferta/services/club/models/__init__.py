"""The club's own tables."""

from oferta.services.club.models.lots import Lot, LotMove
from oferta.services.club.models.members import Member
from oferta.services.club.models.partners import PARTNER_RATE_MAX, Partner, PartnerRate, Terminal
from oferta.services.club.models.payments import EarlyRefund, Payment, Redemption, RedemptionRefund
from oferta.services.club.models.settlements import Settlement, SettlementLine

__all__ = [
    "PARTNER_RATE_MAX",
    "EarlyRefund",
    "Lot",
    "LotMove",
    "Member",
    "Partner",
    "PartnerRate",
    "Payment",
    "Redemption",
    "RedemptionRefund",
    "Settlement",
    "SettlementLine",
    "Terminal",
]
