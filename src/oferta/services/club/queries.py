"""Reading what the club knows of payments."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from oferta.kernel import asking, pgarray
from oferta.services.club.errors import NotAMember, UnknownMember
from oferta.services.club.models import Card, Member

_KNOWN = "SELECT key FROM club_payment WHERE key = ANY(%s::text[])"


def members(cards: Iterable[str]) -> dict[str, Member]:
    """Return the member who holds each of these cards now, or who held it last, by card."""
    rows = Card.objects.filter(number__in=set(cards)).order_by("since").select_related("member")
    # What has no first day sorts last in PostgreSQL, but it came before everything else.
    first = [one for one in rows if one.since is None]
    return {one.number: one.member for one in [*first, *(one for one in rows if one.since)]}


def member_with(card: str) -> Member:
    """Return the member who holds a card now.

    Raises:
        NotAMember: nobody does.
    """
    held = Card.objects.filter(number=card, state="active").select_related("member").first()
    if held is None:
        raise NotAMember(card=card)
    return held.member


def member_of_party(party_id: UUID) -> Member:
    """Return the member that a customer is.

    Raises:
        UnknownMember: none.
    """
    found = Member.objects.filter(party_id=party_id).first()
    if found is None:
        raise UnknownMember(party_id=str(party_id))
    return found


def cards_in_use(party_id: UUID) -> list[str]:
    """Return the numbers of a member's cards in use, the newest first."""
    rows = Card.objects.filter(member_id=party_id, state="active").order_by("-id")
    return list(rows.values_list("number", flat=True))


def known_keys(keys: Iterable[str]) -> set[str]:
    """Return those of these payments' keys that came in before."""
    # One array, as text: Django would look at each of a thousand keys, and so would the driver.
    rows = asking.rows(_KNOWN, [pgarray.texts(keys)])
    return {key for (key,) in rows}
