"""How many places guests may hold: nobody keeps a hall from the others without signing in.

Who is not signed in gives a contact that nobody proved, so a program can give as many as it likes.
It counts therefore by the contact and by the address of the network too. Who signs in is told from
others by their login and stands behind what they reserve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from django.utils.crypto import salted_hmac

from oferta.kernel import asking
from oferta.kernel.clock import zoned
from oferta.services.tickets.errors import TooManyHeld
from oferta.services.tickets.models import GuestHold
from oferta.services.tickets.types import Wanted

#: A customer of a network commonly has so many bits of IPv6 to choose from.
_V6_PREFIX = 64
#: A reservation that is being paid lasts longer than it was made for.
_KEPT = timedelta(days=1)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(what)s, 0))"
_BY_CONTACT = """
SELECT count(*) FROM tickets_orderline AS line JOIN tickets_order AS held ON held.id = line.order_id
WHERE held.party_id = %(party)s AND held.status = 'reserved' AND held.hold_until > %(now)s
"""
_BY_ORIGIN = """
SELECT coalesce(sum(hold.places), 0)
FROM tickets_guesthold AS hold JOIN tickets_order AS held ON held.id = hold.order_id
WHERE hold.origin = %(origin)s AND held.status = 'reserved' AND held.hold_until > %(now)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many places at a time."""

    per_contact: int = 20
    per_address: int = 100


class _Connected:
    limits: Callable[[], Limits] = staticmethod(Limits)


def connect(limits: Callable[[], Limits]) -> None:
    """Take the operator's limits."""
    _Connected.limits = staticmethod(limits)


def network_of(address: str) -> str:
    """Return the part of an address that one customer of a network has; "" of none."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _V6_PREFIX), strict=False))
    return str(found)


def ensure(party_id: UUID, address: str, wanted: Iterable[Wanted], *, now: datetime) -> None:
    """Refuse what would be too much; until the caller commits, nobody else of the same counts.

    Args:
        party_id: as the contact is kept.
        address: of the network; "" if none can be told.
        wanted: what is about to be held.
        now: zoned.

    Raises:
        TooManyHeld: by the contact, or from the address.
    """
    limits, moment = _Connected.limits(), zoned(now)
    origin, places = _origin(address), sum(one.number for one in wanted)
    for what in sorted((f"tickets.hold/{party_id}", f"tickets.hold/{origin}")):
        asking.rows(_LOCK, {"what": what})
    ((by_contact,),) = asking.rows(_BY_CONTACT, {"party": party_id, "now": moment})
    if by_contact + places > limits.per_contact:
        raise TooManyHeld(at_most=limits.per_contact)
    ((by_origin,),) = asking.rows(_BY_ORIGIN, {"origin": origin, "now": moment})
    if by_origin + places > limits.per_address:
        raise TooManyHeld(at_most=limits.per_address)


def note(order_id: UUID, address: str, places: int, *, until: datetime) -> None:
    """Note what is held from where."""
    GuestHold.objects.create(
        order_id=order_id, origin=_origin(address), places=places, hold_until=until
    )


def forget_old(*, now: datetime) -> None:
    """Throw away from where orders were reserved whose time is over."""
    GuestHold.objects.filter(hold_until__lt=zoned(now) - _KEPT).delete()


def _origin(address: str) -> str:
    network = network_of(address)
    return salted_hmac("oferta.tickets.origin", network, algorithm="sha256").hexdigest()
