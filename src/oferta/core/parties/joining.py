"""Terms that somebody accepts when they begin: offered at sign-up, asked for where they act.

Which packs these are, the project says (`offer`); a pack that is not on the shelf is not offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oferta.core.parties import agreements
from oferta.core.parties.agreement_types import Agreement, Circumstances, How, Standing
from oferta.core.terms import shelf
from oferta.core.terms.types import Edition, Pack


class _Offered:
    """Packs that newcomers accept, in the order in which they are shown."""

    packs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An edition in force, for somebody who has accepted none of its pack."""

    pack: Pack
    edition: Edition


def offer(packs: Iterable[str]) -> None:
    """Say which packs newcomers accept; the project calls it once."""
    _Offered.packs = tuple(packs)


def offered(*, today: int) -> list[Offer]:
    """Return what somebody who signs up today accepts.

    Args:
        today: coded day.
    """
    found = (offer_of(name, today=today) for name in _Offered.packs)
    return [one for one in found if one is not None]


def offer_of(pack: str, *, today: int) -> Offer | None:
    """Return the edition of a pack that is in force today; None if there is none."""
    known = shelf.terms().packs.get(pack)
    if known is None or known.editions[0].start > today:
        return None
    return Offer(pack=known, edition=shelf.terms().edition(pack, today))


def accept(
    customer_id: UUID, read: Sequence[tuple[str, str]], *, shown: Circumstances, now: datetime
) -> list[Agreement]:
    """Keep that a newcomer accepted these editions by a click, with a receipt each.

    Args:
        customer_id: who.
        read: pack and edition, as they stood on the page.
        shown: under what circumstances.
        now: zone-aware.

    Raises:
        UnknownCustomer: there is no such customer.
        UnknownEdition, UnknownPack: there are no such terms.
    """
    return [
        agreements.accept(
            customer_id,
            shelf.terms().edition_called(pack, edition),
            pack=pack,
            how=How.CLICK,
            shown=shown,
            now=now,
        )
        for pack, edition in read
    ]


def must_answer(customer_id: UUID, pack: str, *, today: int) -> bool:
    """Return whether a customer answers about a pack before they do something new under it.

    So it is for who accepted no edition of it, and for who has not accepted one in force in which
    a right falls. An edition to come is no hindrance before its first day.

    Args:
        customer_id: who.
        pack: the terms of what they want to do; with none in force nobody is asked.
        today: coded day.
    """
    if offer_of(pack, today=today) is None:
        return False
    stands = agreements.standing(customer_id, pack, today=today)
    if stands is None:
        return True
    return stands.standing is not Standing.BOUND and stands.newest.start <= today
