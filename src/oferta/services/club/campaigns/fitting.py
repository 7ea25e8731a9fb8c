"""Is a campaign for this member, and if not, why not and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from oferta.core.decisions.caps import caps as caps_of
from oferta.core.terms import shelf
from oferta.core.terms.errors import Stopped
from oferta.services.club import queries
from oferta.services.club.campaigns.collecting import Cap
from oferta.services.club.errors import UnknownMember
from oferta.services.club.facts import EARNING, PACK
from oferta.services.club.models import PRODUCTS, Campaign, Card

#: An ordinary purchase, against which a card's product is held.
_USUAL: dict[str, object] = {
    "money_paid": "10000 KZT",
    "method": "halyk_qr",
    "channel": "pos",
    "terminal_owner": "bank",
    "category": "purchase",
    "merchant": "-",
    "instalment": "false",
    "abroad": "false",
    "mcc": None,
    "bonuses_paid": "0 KZT",
    "partner_rate": None,
    "halyk_plus_rate": "0%",
    "oked_listed": "false",
    "repeat_no": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits:
    """Whether a campaign is for a member today."""

    #: Keys of the words for what stands in the way, the first to mend first; none: it is for them.
    because: tuple[str, ...] = ()
    #: Numbers of the member's cards that earn in it.
    cards: tuple[str, ...] = field(default=())

    @property
    def yes(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.because


def fits(party_id: UUID, campaigns: list[Campaign], caps: dict[str, Cap], on: date) -> list[Fits]:
    """Return for each campaign whether it is for a member, in the same order.

    Args:
        party_id: the customer.
        campaigns: that run.
        caps: key of a campaign to its ceiling as it stands for the member.
        on: the day.
    """
    try:
        left = queries.member_of_party(party_id).left_on is not None
    except UnknownMember:
        return [Fits(because=("club.fits.no_member",))] * len(campaigns)
    rows = Card.objects.filter(member_id=party_id, state="active").order_by("number")
    known = list(rows.values_list("number", "product"))
    earning = {product: _earns(product, on) for _, product in known}
    cards = tuple(number for number, product in known if earning[product])
    return [_one(left, bool(known), cards, caps.get(one.key)) for one in campaigns]


def _one(left: bool, has_cards: bool, cards: tuple[str, ...], cap: Cap | None) -> Fits:
    because = []
    if left:
        because.append("club.fits.left")
    elif not has_cards:
        because.append("club.fits.no_card")
    elif not cards:
        because.append("club.fits.plain_cards")
    if cap is not None and not cap.left:
        because.append("club.fits.used_up")
    return Fits(because=tuple(because), cards=cards)


def _earns(product: str, on: date) -> bool:
    """Ask the terms whether an ordinary purchase by a card of this product earns anything."""
    if product not in PRODUCTS:
        return True  # each payment says itself what the card is
    kind, account = PRODUCTS[product]
    whole = _USUAL | {
        "paid_on": on.isoformat(),
        "customer": "-",
        "card_kind": kind,
        "special_account": account,
    }
    question = EARNING[0]
    names = shelf.terms().pack(PACK).questions[question].facts
    own = {name: whole[name] for name in names if name in whole}
    unused = {one.limit.used: 0 for one in caps_of(PACK, question, {"customer": "-"}, on)}
    try:
        answer = shelf.terms().read(PACK, question, own).decide(unused)
    except Stopped:
        return True  # a person would be asked
    return bool(answer.outcome.get("amount"))
