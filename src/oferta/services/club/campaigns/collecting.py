"""What is the most one can collect? The answer in figures, for one member on one day (BC-82)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from oferta.core.decisions.caps import caps
from oferta.core.terms import shelf
from oferta.kernel.i18n import Language
from oferta.services.club import queries
from oferta.services.club.facts import EARNING, PACK, holder_facts
from oferta.services.club.models import Campaign, PartnerRate, Tier

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """A ceiling as it stands for one member (BC-83, BC-84); minor units."""

    limit: str
    label: Mapping[Language, str]
    #: Clauses of the terms that it caps.
    clauses: tuple[str, ...]
    at_most: int
    used: int
    left: int
    #: `day`, `month` or `campaign`.
    period: str
    since: date | None
    #: The last day.
    through: date | None
    #: The campaign on record, if there is one; "": none.
    campaign: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collectable:
    """What a member can collect on a day; rates in ten-thousandths of a percent."""

    on: date
    edition: str
    #: The Bank's rate for this member's ordinary purchases: no ceiling but the purchases' own.
    rate: int
    #: The Halyk+ tier of the month: a value of the terms; "outside" without one.
    tier: str
    #: The highest rate that any partner gives that day, on top; 0: none gives any.
    partner_rate_max: int
    #: Every ceiling that stands that day. Each belongs to its campaign, none to the club.
    caps: tuple[Cap, ...]


def collectable(party_id: UUID, *, on: date) -> Collectable:
    """Return what a member can still collect on a day, by the rules in force for them (BC-82).

    Raises:
        UnknownMember: the customer is no member.
        NotInForce: the day is before the club's first edition.
    """
    queries.member_of_party(party_id)
    edition = shelf.terms().edition(PACK, on.toordinal() - _EPOCH)
    tier = Tier.objects.filter(member_id=party_id, month=on.replace(day=1)).first()
    general = int(edition.values["bank_rate"].const.value or 0)
    rates = PartnerRate.objects.filter(starts__lte=on, partner__earns=True).exclude(ends__lt=on)
    return Collectable(
        on=on,
        edition=edition.id,
        rate=max(general, tier.rate if tier else 0),
        tier=tier.tier if tier else "outside",
        partner_rate_max=max(rates.values_list("rate", flat=True), default=0),
        caps=_caps(party_id, on),
    )


def _caps(party_id: UUID, on: date) -> tuple[Cap, ...]:
    holder = holder_facts(party_id)
    found = [one for question in EARNING for one in caps(PACK, question, holder, on)]
    campaigns = dict(
        Campaign.objects.filter(limit__in=[one.limit.id for one in found], state="started")
        .values_list("limit", "key")
    )  # fmt: skip
    return tuple(
        Cap(
            limit=one.limit.id,
            label=one.limit.label,
            clauses=one.limit.clauses,
            at_most=one.at_most,
            used=one.used,
            left=one.left,
            period=one.limit.period,
            since=one.since,
            through=one.through,
            campaign=campaigns.get(one.limit.id, ""),
        )
        for one in found
    )
