"""Whether a form can be sent to an address, by the offer of delivery that was chosen."""

from __future__ import annotations

import re
from dataclasses import fields, replace

from oferta.services.tickets.delivering.errors import BadAddress
from oferta.services.tickets.delivering.types import Address

#: What each part may be long at most.
LONGEST = {
    "recipient": 120,
    "phone": 40,
    "street": 200,
    "city": 80,
    "postcode": 12,
    "note": 300,
}
_NEEDED = ("recipient", "phone", "street", "city")
_POST = "post"
_PHONE_DIGITS = range(7, 16)
_POSTCODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z -]{2,9}")
#: Countries whose postcodes are six digits.
_SIX_DIGITS = frozenset({"RU", "KZ", "CN", "BY", "KG", "UZ", "TJ"})


def checked(address: Address, *, kind: str, country: str, city: str) -> Address:
    """Return an address as it is kept, its spaces made one each.

    Args:
        address: as it was given.
        kind: of the delivery.
        country: of the offer.
        city: of the offer; "" for the whole country.

    Raises:
        BadAddress: a part is missing or cannot be.
    """
    plain = replace(
        address, **{one.name: _plain(getattr(address, one.name)) for one in fields(address)}
    )
    for field, reason in wrong(plain, kind=kind, country=country, city=city).items():
        raise BadAddress(field=field, reason=reason)
    return plain


def wrong(address: Address, *, kind: str, country: str, city: str) -> dict[str, str]:
    """Return what is wrong with an address, by field; {} if nothing is. Arguments as above."""
    found = {}
    needed = (*_NEEDED, "postcode") if kind == _POST else _NEEDED
    for field, longest in LONGEST.items():
        value = getattr(address, field)
        if len(value) > longest:
            found[field] = "too_long"
        elif field in needed and not value.strip():
            found[field] = "missing"
    if "phone" not in found and sum(one.isdigit() for one in address.phone) not in _PHONE_DIGITS:
        found["phone"] = "unreadable"
    if "postcode" not in found and address.postcode and not _is_postcode(address.postcode, country):
        found["postcode"] = "unreadable"
    if "city" not in found and city and _folded(address.city) != _folded(city):
        found["city"] = "not_there"
    return found


def _is_postcode(text: str, country: str) -> bool:
    if country in _SIX_DIGITS:
        return re.fullmatch(r"[0-9]{6}", text) is not None
    return _POSTCODE.fullmatch(text) is not None


def _plain(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def _folded(text: str) -> str:
    return _plain(text).casefold().replace("ё", "е")
