"""Find who a person at the desk means by a contact, a key or a sign-in name."""

from __future__ import annotations

from uuid import UUID

from oferta.core.parties import logins, models
from oferta.core.parties.contacts import masked, read_contact
from oferta.core.parties.login_errors import BadContact
from oferta.core.parties.login_types import Address


def login(text: str) -> models.Login | None:
    """Return the login of a sign-in name or of a proven contact."""
    given = _clean(text)
    found = models.Login.objects.filter(username=given).first()
    address = None if found is not None else _address(given)
    return found if address is None else logins.login_of(address)


def customer(text: str) -> UUID | None:
    """Return the customer of an id, a key, or a contact; None: nobody, or several."""
    given = _clean(text)
    try:
        rows = models.Customer.objects.filter(id=UUID(given))
    except ValueError:
        rows = models.Customer.objects.filter(key=given)
    found = list(rows.values_list("id", flat=True))
    address = None if found else _address(given)
    if address is not None:
        by_contact = models.Customer.objects.filter(
            contacts__channel=address.channel, contacts__address__iexact=address.address
        )
        found = list(by_contact.values_list("id", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def shown(of: models.Login) -> str:
    """Return by what staff know a login: its sign-in name, or its first proven contact, masked.

    Who signed up by a contact has a sign-in name that was made up and says nothing.
    """
    first = logins.contacts_of(of.id)[:1] if of.username.startswith("person-") else []
    return masked(first[0]) if first else of.username


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()


def _address(text: str) -> Address | None:
    try:
        return read_contact(text)
    except BadContact:
        return None
