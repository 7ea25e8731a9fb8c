"""A form that was sent, read into a basket; what is wrong with it is said field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict

from oferta.core.parties.types import Customer
from oferta.kernel import asking
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7
from oferta.services.tickets.delivering import addresses
from oferta.services.tickets.delivering.addresses import LONGEST
from oferta.services.tickets.delivering.types import Address, DeliveryWay
from oferta.services.tickets.models import Performance
from oferta.services.tickets.types import Basket, Buyer, Carrier, Delivery, Wanted

#: Boxes that are read at most; an order may hold far fewer.
_READ_MAX = 200
_NAME_MAX, _EMAIL_MAX, _PHONE_MAX = 200, 200, 40
_PHONE_DIGITS = range(7, 16)
_COUNT = "count-"
#: Fields of the address.
_TO = "to_"
_NOWHERE = Address(recipient="", phone="", street="", city="")
_CATEGORIES = """
SELECT id, category_id FROM tickets_place
WHERE performance_id = %(performance)s AND id = ANY(%(places)s)
"""


@dataclass(slots=True)
class Given:
    """What the buyer filled in."""

    basket: UUID
    #: Ids of places.
    seats: tuple[int, ...] = ()
    #: Category to how many of any of its places.
    counts: Mapping[int, int] = field(default_factory=dict)
    promo: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    #: `electronic`, `paper` (picked up), or the id of an offer of delivery.
    carrier: str = Carrier.ELECTRONIC
    #: Of an offer; the buyer's own name and phone where they name no others.
    address: Address = _NOWHERE

    @property
    def offer(self) -> UUID | None:
        """The offer of delivery that was chosen."""
        try:
            return UUID(self.carrier)
        except ValueError:
            return None

    @property
    def to(self) -> Address:
        """Where the form goes, with the buyer's own name and phone if no others were named."""
        return replace(
            self.address,
            recipient=self.address.recipient or self.name,
            phone=self.address.phone or self.phone,
        )


def fresh(customer: Customer | None, addresses: Mapping[str, str]) -> Given:
    """Return the form as it is first shown, with what is known of a customer."""
    if customer is None:
        return Given(basket=uuid7())
    email, phone = addresses.get("email", ""), addresses.get("sms", "")
    return Given(basket=uuid7(), name=customer.name, email=email, phone=phone)


def read(post: QueryDict) -> Given:
    """Read a form that was sent; what cannot be read counts as not filled in."""
    counts = {
        int(name.removeprefix(_COUNT)): _whole(str(value))
        for name, value in list(post.dict().items())[:_READ_MAX]
        if name.startswith(_COUNT) and _whole(name.removeprefix(_COUNT))
    }
    seats = [_whole(one) for one in post.getlist("seat")[:_READ_MAX]]
    return Given(
        basket=_id(post.get("basket", "")),
        seats=tuple(dict.fromkeys(one for one in seats if one)),
        counts={category: count for category, count in counts.items() if count},
        promo=_text(post, "promo", 40),
        name=_text(post, "name", _NAME_MAX),
        email=_text(post, "email", _EMAIL_MAX),
        phone=_text(post, "phone", _PHONE_MAX),
        carrier=_text(post, "carrier", 40) or Carrier.ELECTRONIC,
        address=Address(
            **{one: _text(post, f"{_TO}{one}", longest + 1) for one, longest in LONGEST.items()}
        ),
    )


def wrong(given: Given, performance: Performance, customer: Customer | None) -> dict[str, str]:
    """Return the words of what is wrong, by field; {} if nothing is."""
    found = {}
    number = len(given.seats) + sum(given.counts.values())
    if number < 1:
        found["places"] = "tickets.order.nothing"
    elif number > performance.per_order_max:
        found["places"] = "tickets.order.too_many"
    if not given.name:
        found["name"] = "tickets.order.no_name"
    if given.email and not _is_email(given.email):
        found["email"] = "tickets.order.bad_email"
    if given.phone and sum(one.isdigit() for one in given.phone) not in _PHONE_DIGITS:
        found["phone"] = "tickets.order.bad_phone"
    if customer is None and not given.email and not given.phone:
        found["email"] = "tickets.order.no_contact"
    return found


def wrong_delivery(given: Given, chosen: DeliveryWay | None) -> dict[str, str]:
    """Return the words of what is wrong with the delivery, by field; {} if nothing is.

    Args:
        given: the form.
        chosen: the offer that it names, if it is open.
    """
    if given.offer is None:
        known = given.carrier in tuple(Carrier)
        return {} if known else {"delivery": "tickets.delivery.gone"}
    if chosen is None:
        return {"delivery": "tickets.delivery.gone"}
    found = addresses.wrong(given.to, kind=chosen.kind, country=chosen.country, city=chosen.city)
    return {f"{_TO}{field}": f"tickets.delivery.wrong.{why}" for field, why in found.items()}


def wanted(given: Given, performance_id: UUID) -> tuple[Wanted, ...] | None:
    """Return what is wanted of each category.

    Returns:
        None where a box was ticked in a category that also has a number: one or the other.
    """
    chosen: dict[int, list[int]] = {}
    if given.seats:
        params = {"performance": performance_id, "places": list(given.seats)}
        for place, category in asking.rows(_CATEGORIES, params):
            chosen.setdefault(category, []).append(place)
    if chosen.keys() & given.counts.keys():
        return None
    seats = [Wanted(category_id=one, places=tuple(sorted(ids))) for one, ids in chosen.items()]
    any_ = [Wanted(category_id=one, count=count) for one, count in given.counts.items()]
    return tuple(sorted([*seats, *any_], key=lambda one: one.category_id))


def basket(
    given: Given,
    performance_id: UUID,
    want: Sequence[Wanted],
    customer: Customer | None,
    language: Language,
    chosen: DeliveryWay | None = None,
) -> Basket:
    """Return what is asked of `reserving.reserve`."""
    electronic = given.carrier == Carrier.ELECTRONIC
    picked_up = Delivery.NONE if electronic else Delivery.PICKUP
    return Basket(
        id=given.basket,
        performance_id=performance_id,
        wanted=tuple(want),
        buyer=Buyer(
            name=given.name,
            email=given.email,
            phone=given.phone,
            party_id=customer.id if customer else None,
            language=customer.language if customer else language,
        ),
        carrier=Carrier.ELECTRONIC if electronic else Carrier.PAPER,
        delivery=Delivery(chosen.kind) if chosen else picked_up,
        delivery_offer=chosen.id if chosen else None,
        address=given.to if chosen else None,
        promo=given.promo,
    )


def _whole(text: str) -> int:
    """Return a number that a form sends; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("9" * 15) else 0


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid7()


def _text(post: QueryDict, name: str, longest: int) -> str:
    return " ".join(post.get(name, "").replace("\0", "").split())[:longest]


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
