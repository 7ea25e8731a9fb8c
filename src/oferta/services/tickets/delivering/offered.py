"""Ways of delivery that operators offer: announced, ended, and open for a performance now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from oferta.kernel import asking
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets.delivering.errors import (
    BadDeliveryOffer,
    DeliveryNotOffered,
    UnknownDeliveryOffer,
)
from oferta.services.tickets.delivering.types import DeliveryWay, NewDeliveryOffer
from oferta.services.tickets.models import DeliveryOffer, Operator
from oferta.services.tickets.types import Delivery

KINDS = (Delivery.COURIER, Delivery.POST)
DAYS_MAX, HOURS_MAX, CITY_MAX = 60, 24 * 90, 80

#: Of the performance's operator and currency, in force now.
_OPEN = """
SELECT offer.id, offer.kind, offer.country, offer.city, offer.fee, offer.currency,
       offer.closes_hours, offer.days, performance.starts_at, venue.time_zone
FROM tickets_performance AS performance
JOIN tickets_hall AS hall ON hall.id = performance.hall_id
JOIN tickets_venue AS venue ON venue.key = hall.venue_id
JOIN tickets_deliveryoffer AS offer
  ON offer.operator_id = performance.operator_id AND offer.currency = performance.currency
WHERE performance.id = %(performance)s
  AND offer.offered_from <= %(now)s
  AND (offer.offered_until IS NULL OR %(now)s < offer.offered_until)
  AND %(now)s <= performance.starts_at - make_interval(hours => offer.closes_hours)
ORDER BY offer.fee, offer.kind, offer.city, offer.id
"""


def announce(
    new: NewDeliveryOffer, *, now: datetime, id_: UUID | None = None, by: UUID | None = None
) -> DeliveryOffer:
    """Keep a way of delivery that an operator offers; announced again by its id, it stays.

    Args:
        new: what is offered.
        now: zoned.
        id_: the same id is the same offer.
        by: the member of staff; None: the operator's own systems.

    Raises:
        BadDeliveryOffer: a value of it cannot be.
    """
    if id_ is not None and (known := DeliveryOffer.objects.filter(id=id_).first()):
        return known
    _check(new)
    return DeliveryOffer.objects.create(
        id=id_ or uuid7(),
        operator_id=new.operator,
        kind=new.kind,
        country=new.country,
        city=" ".join(new.city.split()),
        fee=new.fee.minor,
        currency=new.fee.unit,
        offered_from=zoned(new.offered_from),
        offered_until=new.offered_until,
        closes_hours=new.closes_hours,
        days=new.days,
        made_at=zoned(now),
        made_by=by,
    )


def withdraw(offer_id: UUID, *, now: datetime) -> DeliveryOffer:
    """End an offer now; who ordered by it keeps it. One that ended stays as it is.

    Raises:
        UnknownDeliveryOffer: there is none.
    """
    found = DeliveryOffer.objects.filter(id=offer_id).first()
    if found is None:
        raise UnknownDeliveryOffer(offer=str(offer_id))
    moment = max(zoned(now), found.offered_from)
    if found.offered_until is None or found.offered_until > moment:
        found.offered_until = moment
        found.save(update_fields=["offered_until"])
    return found


def open_for(performance_id: UUID, *, now: datetime) -> Sequence[DeliveryWay]:
    """Return the ways by which a form comes in time for a performance if it is ordered now.

    Args:
        performance_id: which.
        now: zoned.
    """
    found = []
    for row in asking.rows(_OPEN, {"performance": performance_id, "now": zoned(now)}):
        (id_, kind, country, city, fee, unit, hours, days, starts_at, time_zone) = row
        zone = ZoneInfo(time_zone)
        arrives_by = now.astimezone(zone).date() + timedelta(days=days)
        if arrives_by < starts_at.astimezone(zone).date():
            until = starts_at - timedelta(hours=hours)
            found.append(
                DeliveryWay(
                    id=id_,
                    kind=kind,
                    country=country,
                    city=city,
                    fee=Money(fee, unit),
                    until=until,
                    arrives_by=arrives_by,
                )
            )
    return found


def chosen(performance_id: UUID, offer_id: UUID | None, kind: str, *, now: datetime) -> DeliveryWay:
    """Return the offer that a buyer chose, as it stands now.

    Args:
        performance_id: which.
        offer_id: None: they named none.
        kind: courier or post, as they said.
        now: zoned.

    Raises:
        DeliveryNotOffered: it is not offered for this performance, or not any more.
    """
    for one in open_for(performance_id, now=now):
        if one.id == offer_id and one.kind == kind:
            return one
    raise DeliveryNotOffered(offer=str(offer_id or ""))


def _check(new: NewDeliveryOffer) -> None:
    wrong = {
        "operator": (new.operator, "an operator")
        if not Operator.objects.filter(key=new.operator).exists()
        else None,
        "kind": (new.kind, "courier or post") if new.kind not in KINDS else None,
        "country": (new.country, "two capital letters, as RU")
        if not re.fullmatch(r"[A-Z]{2}", new.country)
        else None,
        "city": (new.city, f"{CITY_MAX} signs at most") if len(new.city) > CITY_MAX else None,
        "fee": (str(new.fee), "zero or above") if new.fee.minor < 0 else None,
        "closes_hours": (str(new.closes_hours), f"0 to {HOURS_MAX}")
        if not 0 <= new.closes_hours <= HOURS_MAX
        else None,
        "days": (str(new.days), f"0 to {DAYS_MAX}") if not 0 <= new.days <= DAYS_MAX else None,
        "offered_until": (str(new.offered_until), "later than its first moment")
        if new.offered_until is not None and new.offered_until < new.offered_from
        else None,
    }
    for field, one in wrong.items():
        if one is not None:
            raise BadDeliveryOffer(field=field, given=one[0], expected=one[1])
