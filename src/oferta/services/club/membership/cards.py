"""A member's cards: taken on, lost, replaced, closed; the bonuses are the member's throughout."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from oferta.core.parties import queries as parties
from oferta.core.parties.types import SYSTEM, Who
from oferta.kernel.clock import zoned
from oferta.services.club import queries
from oferta.services.club.errors import BadCard, CardTaken, HasLeft, UnknownCard
from oferta.services.club.models import PRODUCTS, Card, Member, MembershipChange

NUMBER_MAX = 40


@transaction.atomic
def add(
    party_id: UUID,
    number: str,
    *,
    product: str = "",
    since: date | None = None,
    by: Who = SYSTEM,
    now: datetime,
) -> Card:
    """Give a member a card; given again, it changes nothing.

    Args:
        party_id: the member.
        number: as payment records name it: masked, or a token.
        product: one of `PRODUCTS`; "": payments tell themselves what the card is.
        since: its first day; None: payments of earlier days are the member's too.
        by: who does it.
        now: zone-aware.

    Raises:
        UnknownMember, HasLeft: the customer is no member, or no longer.
        BadCard: no number, or a product that there is not.
        CardTaken: the number is somebody else's in these days.
    """
    member = _member(party_id)
    check(number, product)
    own = Card.objects.filter(number=number, member=member, state="active").first()
    if own is not None:
        return own
    _ensure_free(number, since)
    card = Card.objects.create(number=number, member=member, product=product, since=since)
    _note(card, "card_added", by, now)
    return card


@transaction.atomic
def lose(party_id: UUID, number: str, *, on: date, by: Who = SYSTEM, now: datetime) -> Card:
    """Keep that a card was lost: what it pays after that day is nobody's.

    Told again, it changes nothing.

    Raises:
        UnknownCard: the member has no such card in use.
    """
    lost = Card.objects.filter(member_id=party_id, number=number, state="lost", until=on).first()
    if lost is not None:
        return lost
    return _end(_own(party_id, number), "lost", on, by, now)


@transaction.atomic
def replace(
    party_id: UUID, number: str, new_number: str, *, on: date, by: Who = SYSTEM, now: datetime
) -> Card:
    """Put a card in the place of one in use, or lost; a refund of the old one's purchases fits.

    Told again, it changes nothing.

    Raises:
        UnknownCard: the member has no such card.
        BadCard: no new number.
        CardTaken: the new number is somebody else's.
    """
    old = _own(party_id, number, "active", "lost")
    known = Card.objects.filter(member_id=party_id, number=new_number, replaces=old).first()
    if known is not None:
        return known
    check(new_number, old.product)
    _ensure_free(new_number, on)
    if old.state == "active":
        _end(old, "replaced", on, by, now)
    new = Card.objects.create(
        number=new_number, member=old.member, product=old.product, since=on, replaces=old
    )
    _note(new, "card_added", by, now)
    return new


@transaction.atomic
def close(party_id: UUID, number: str, *, on: date, by: Who = SYSTEM, now: datetime) -> Card:
    """Take a card out of use.

    Raises:
        UnknownCard: the member has no such card in use.
    """
    return _end(_own(party_id, number), "closed", on, by, now)


def close_all(member: Member, on: date) -> None:
    """Take all of a member's cards out of use: they leave."""
    Card.objects.filter(member=member, state="active").update(state="closed", until=on)


def give_back(member: Member, left_on: date, today: date) -> None:
    """Put the cards in use again that leaving took, but for those that are somebody else's now."""
    mine = Card.objects.filter(member=member, state="closed", until=left_on)
    if today == left_on:
        mine.update(state="active", until=None)
        return
    taken = Card.objects.filter(number__in=mine.values("number"), state="active")
    free = mine.exclude(number__in=list(taken.values_list("number", flat=True)))
    since = max(today, left_on + timedelta(days=1))
    Card.objects.bulk_create(
        Card(number=one.number, member=member, product=one.product, since=since) for one in free
    )


def _member(party_id: UUID) -> Member:
    parties.hold(party_id)
    member = queries.member_of_party(party_id)
    if member.left_on is not None:
        raise HasLeft(party_id=str(party_id), left_on=member.left_on.isoformat())
    return member


def check(number: str, product: str) -> None:
    """Let a number and a product pass that can be a card's.

    Raises:
        BadCard: no number, or a product that there is not.
    """
    if not number.strip() or len(number) > NUMBER_MAX:
        raise BadCard(field="number", given=number, expected="1 to 40 characters")
    if product and product not in PRODUCTS:
        raise BadCard(field="product", given=product, expected=", ".join(PRODUCTS))


def _ensure_free(number: str, since: date | None) -> None:
    held = Card.objects.filter(number=number)
    if since is not None:
        held = held.filter(Q(until__isnull=True) | Q(until__gte=since))
    if held.exists():
        raise CardTaken(card=number)


def _own(party_id: UUID, number: str, *states: str) -> Card:
    parties.hold(party_id)
    found = Card.objects.filter(
        member_id=party_id, number=number, state__in=states or ("active",)
    ).order_by("-id")
    card = found.select_related("member").first()
    if card is None:
        raise UnknownCard(card=number)
    return card


def _end(card: Card, state: str, on: date, by: Who, now: datetime) -> Card:
    card.state, card.until = state, max(on, card.since) if card.since else on
    card.save(update_fields=["state", "until"])
    _note(card, f"card_{state}", by, now)
    return card


def _note(card: Card, kind: str, by: Who, now: datetime) -> None:
    MembershipChange.objects.create(
        member=card.member,
        kind=kind,
        at=zoned(now),
        by=by.kind.value,
        by_id=by.id,
        card=card,
    )
