"""Addresses as people type them, brought to one form; pure."""

from __future__ import annotations

import re

from oferta.core.parties.login_errors import BadContact
from oferta.core.parties.login_types import Address
from oferta.core.parties.types import Channel

#: E.164: a plus, a country code, at most fifteen digits.
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_EMAIL = re.compile(
    r"[^@\s\x00-\x1f\x7f<>,;:\"()\[\]\\]{1,64}"
    r"@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?\.[a-z0-9-]{2,63}"
)
_FILLERS = str.maketrans("", "", " \u00a0-().\u2011\u2013")
_SHOWN = 2


def read_contact(text: str) -> Address:
    """Return the address that a person typed: an e-mail, or a phone with its country code.

    Raises:
        BadContact: it is neither.
    """
    given = text.strip()
    if "@" in given:
        local, _, domain = given.rpartition("@")
        email = f"{local}@{_ascii(domain)}".lower()
        if _EMAIL.fullmatch(email):
            return Address(channel=Channel.EMAIL, address=email)
        raise BadContact(given=given)
    phone = given.translate(_FILLERS)
    if phone.startswith("00"):
        phone = f"+{phone[2:]}"
    if _PHONE.fullmatch(phone):
        return Address(channel=Channel.SMS, address=phone)
    raise BadContact(given=given)


def masked(address: Address) -> str:
    """Return an address so that its owner knows it and nobody else learns it."""
    if address.channel is Channel.SMS:
        return f"{address.address[:2]}…{address.address[-_SHOWN:]}"
    local, _, domain = address.address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        raise BadContact(given=domain) from None
