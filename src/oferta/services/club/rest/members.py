"""Membership by the API: cards, activities, what can still be collected, campaigns."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StrictStr

from oferta.core.parties.types import Who, WhoKind
from oferta.kernel import clock
from oferta.kernel.i18n import Language
from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.schemas import Day, Given, Id, Money, Told, answers
from oferta.services.club import queries
from oferta.services.club.campaigns import collecting, registry
from oferta.services.club.facts import day_of
from oferta.services.club.membership import cards, joining, tiers
from oferta.services.club.models import Campaign, Card
from oferta.services.club.paying import CURRENCY
from oferta.services.club.rest.schemas import bonuses

router = Router()
_READ, _WRITE = Needs("club:read", own=True), Needs("club:write")
_Number = Annotated[StrictStr, Field(min_length=1, max_length=40)]
_Product = Annotated[StrictStr, Field(max_length=20, pattern=r"^[a-z_]*$")]
_On = Annotated[Day | None, Query(description="The day asked about; empty: today in Almaty.")]


class LeavingGiven(Given):
    """A member who leaves the club."""

    party_id: Id


class LeavingTold(Told):
    """Until when the bonuses wait."""

    left_on: date
    reopens_until: date = Field(description="Back by this day, the member has the bonuses again.")


class CardGiven(Given):
    """A card that a member has."""

    number: _Number = Field(description="As your payments name it: a masked number or a token.")
    product: _Product = Field(
        "", description="As debit, credit, gift, corporate. Empty: payments tell it themselves."
    )
    since: Day | None = Field(
        None, description="Its first day; null: payments before are the member's too."
    )


class LossGiven(Given):
    """A card that is lost, with the one that comes in its place."""

    number: _Number
    on: Day = Field(description="Its last day.")
    new_number: Annotated[StrictStr, Field(max_length=40)] = Field(
        "", description="Of the card in its place; empty: none yet."
    )


class CardTold(Told):
    """A card and its days."""

    number: str
    product: str
    since: date | None
    until: date | None
    state: str = Field(description="`active`, `lost`, `replaced` or `closed`.")


class ActivityGiven(Given):
    """A product of the bank that a member used actively."""

    party_id: Id
    product: Annotated[StrictStr, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9-]+$")]
    starts: Day
    ends: Day | None = Field(None, description="The last day; null: until further notice.")


class TierTold(Told):
    """The tier that the coming month would have by what is on file now."""

    month: date
    tier: str
    rate: str


class CapTold(Told):
    """A ceiling as it stands for the member."""

    limit: str
    label: dict[Language, str]
    campaign: str
    period: str
    since: date | None
    through: date | None
    at_most: Money
    used: Money
    left: Money


class CollectableTold(Told):
    """The most that can be collected, in figures."""

    on: date
    edition: str
    rate: str = Field(description="The bank's rate of ordinary purchases: it has no ceiling.")
    tier: str
    partner_rate_max: str = Field(description="The highest that any partner gives, on top.")
    caps: list[CapTold]


class CampaignTold(Told):
    """A campaign that runs."""

    key: str
    title: dict[Language, str]
    owner: str
    partner: str | None
    clause: str
    rate: str
    cap: Money
    cap_period: str
    accrual_days: int
    starts: date
    ends: date
    document: str


class CampaignsTold(Told):
    """Campaigns that run on a day, those that end first first."""

    on: date
    campaigns: list[CampaignTold]


@router.post("/club/leavings", auth=_WRITE, response=answers(LeavingTold, 404, 409, body=True))
def leave_club(request: HttpRequest, given: LeavingGiven) -> LeavingTold:
    """Let a member leave; the bonuses wait as long as the terms say."""
    left = joining.leave(given.party_id, by=_who(request), now=clock.now())
    assert left.left_on is not None  # noqa: S101 - they have just left
    assert left.reopens_until is not None  # noqa: S101 - as above
    return LeavingTold(left_on=left.left_on, reopens_until=left.reopens_until)


@router.get(
    "/club/members/{uuid:party_id}/cards", auth=_READ, response=answers(list[CardTold], 404)
)
def get_cards(request: HttpRequest, party_id: UUID) -> list[CardTold]:
    """Read every card that a member ever had, the newest first."""
    caller_of(request).ensure_sees(party_id)
    queries.member_of_party(party_id)
    return [_card(one) for one in Card.objects.filter(member_id=party_id).order_by("-id")]


@router.post(
    "/club/members/{uuid:party_id}/cards",
    auth=_WRITE,
    response=answers(CardTold, 404, 409, body=True),
)
def add_card(request: HttpRequest, party_id: UUID, given: CardGiven) -> CardTold:
    """Give a member another card; given again it changes nothing."""
    card = cards.add(
        party_id,
        given.number,
        product=given.product,
        since=given.since,
        by=_who(request),
        now=clock.now(),
    )
    return _card(card)


@router.post(
    "/club/members/{uuid:party_id}/cards/losses",
    auth=_WRITE,
    response=answers(list[CardTold], 404, 409, body=True),
)
def lose_card(request: HttpRequest, party_id: UUID, given: LossGiven) -> list[CardTold]:
    """Keep that a card is lost, and which one comes in its place; the bonuses are the member's."""
    by, now, new = _who(request), clock.now(), given.new_number
    with transaction.atomic():
        told = [cards.lose(party_id, given.number, on=given.on, by=by, now=now)]
        if new:
            told.append(cards.replace(party_id, given.number, new, on=given.on, by=by, now=now))
    return [_card(one) for one in told]


@router.post("/club/activities", auth=_WRITE, response=answers(TierTold, 404, body=True))
def record_activity(request: HttpRequest, given: ActivityGiven) -> TierTold:
    """Tell that a member uses a product of the bank; see which Halyk+ tier would follow."""
    del request
    tiers.record(given.party_id, given.product, starts=given.starts, ends=given.ends)
    today = day_of(clock.now())
    month = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    tier, rate = tiers.preview(given.party_id, month)
    return TierTold(month=month, tier=tier, rate=registry.rate_text(rate))


@router.get(
    "/club/members/{uuid:party_id}/collectable",
    auth=_READ,
    response=answers(CollectableTold, 404),
)
def get_collectable(request: HttpRequest, party_id: UUID, on: _On = None) -> CollectableTold:
    """Read what the member can still collect: rates, and of every ceiling what is used and left."""
    caller_of(request).ensure_sees(party_id)
    told = collecting.collectable(party_id, on=on or day_of(clock.now()))
    return CollectableTold(
        on=told.on,
        edition=told.edition,
        rate=registry.rate_text(told.rate),
        tier=told.tier,
        partner_rate_max=registry.rate_text(told.partner_rate_max),
        caps=[_cap(one) for one in told.caps],
    )


@router.get("/club/campaigns", auth=_READ, response=answers(CampaignsTold))
def get_campaigns(request: HttpRequest, on: _On = None) -> CampaignsTold:
    """Read the campaigns that run on a day."""
    del request
    day = on or day_of(clock.now())
    return CampaignsTold(on=day, campaigns=[_campaign(one) for one in registry.listed(day)])


def _who(request: HttpRequest) -> Who:
    caller = caller_of(request)
    return Who(kind=WhoKind.TOKEN, id=caller.id)


def _card(one: Card) -> CardTold:
    return CardTold(
        number=one.number,
        product=one.product,
        since=one.since,
        until=one.until,
        state=one.state,
    )


def _cap(one: collecting.Cap) -> CapTold:
    return CapTold(
        limit=one.limit,
        label=dict(one.label),
        campaign=one.campaign,
        period=one.period,
        since=one.since,
        through=one.through,
        at_most=bonuses(one.at_most),
        used=bonuses(one.used),
        left=bonuses(one.left),
    )


def _campaign(one: Campaign) -> CampaignTold:
    assert one.starts is not None  # noqa: S101 - a constraint of the table: it has started
    assert one.ends is not None  # noqa: S101 - as above
    return CampaignTold(
        key=one.key,
        title=one.title,
        owner=one.owner,
        partner=one.partner_id,
        clause=one.clause,
        rate=registry.rate_text(one.rate or 0),
        cap=Money(minor=one.cap or 0, unit=CURRENCY),
        cap_period=one.cap_period,
        accrual_days=one.accrual_days or 0,
        starts=one.starts,
        ends=one.ends,
        document=one.document,
    )
