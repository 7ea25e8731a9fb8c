"""What is done to customers and staff."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from oferta.core.parties import models, queries
from oferta.core.parties.errors import BadCustomer, UnknownCustomer
from oferta.core.parties.rules import check_roles, permissions_of
from oferta.core.parties.types import Actor, Channel, NewCustomer, Role
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.kernel.ids import uuid7

NAME_MAX = 200
#: From this identity tier on a document has proved the name.
NAME_PROVED = 2

_REGISTER = """
INSERT INTO parties_customer (id, key, name, language, kind, created_at)
SELECT id, key, name, language, kind, %s
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS given (id, key, name, language, kind)
ORDER BY key
ON CONFLICT (key) DO NOTHING
RETURNING key
"""


@transaction.atomic
def register_customers(customers: Sequence[NewCustomer], *, now: datetime) -> dict[str, UUID]:
    """Register those whose key is new; leave the others as they are.

    Returns:
        The id of every customer given, by key.

    Raises:
        BadCustomer: an empty key, or a language or channel we do not have.
    """
    for item in customers:
        _check(item)
    new = {item.key: item for item in customers}
    with connection.cursor() as cursor:
        cursor.execute(
            _REGISTER,
            [
                zoned(now),
                [uuid7() for _ in new],
                list(new),
                [item.name for item in new.values()],
                [item.language for item in new.values()],
                [item.kind.value for item in new.values()],
            ],
        )
        registered = {row[0] for row in cursor.fetchall()}
    ids = queries.ids_by_key(new)
    models.Contact.objects.bulk_create(
        models.Contact(customer_id=ids[key], channel=channel, address=address)
        for key in registered
        for channel, address in new[key].contacts.items()
    )
    return ids


def set_language(customer_id: UUID, language: Language) -> None:
    """Tell the customer everything in `language` from now on.

    Raises:
        BadCustomer: not one of our languages.
        UnknownCustomer: there is no such customer.
    """
    if language not in LANGUAGES:
        raise _bad(str(customer_id), "language", language, ", ".join(LANGUAGES))
    if not models.Customer.objects.filter(id=customer_id).update(language=language):
        raise UnknownCustomer(customer_id=str(customer_id))


def set_name(customer_id: UUID, name: str) -> None:
    """Call the customer by `name` from now on.

    Raises:
        BadCustomer: no name, one too long, or one that a document has proved: staff change that.
        UnknownCustomer: there is no such customer.
    """
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= NAME_MAX:
        raise _bad(str(customer_id), "name", wanted[:20], f"1 to {NAME_MAX} characters")
    if queries.customer(customer_id).identity_tier >= NAME_PROVED:
        raise _bad(str(customer_id), "name", wanted[:20], "the name on the proved document")
    models.Customer.objects.filter(id=customer_id).update(name=wanted)


def set_contact(customer_id: UUID, channel: Channel, address: str) -> None:
    """Reach the customer at `address` on `channel`; an empty address: no longer at all.

    Raises:
        UnknownCustomer: there is no such customer.
    """
    queries.customer(customer_id)
    if not address.strip():
        models.Contact.objects.filter(customer_id=customer_id, channel=channel).delete()
        return
    models.Contact.objects.update_or_create(
        customer_id=customer_id, channel=channel, defaults={"address": address.strip()}
    )


@transaction.atomic
def appoint_staff(
    username: str,
    *,
    password: str | None,
    name: str,
    role: Role | None = None,
    roles: Collection[Role] = (),
) -> Actor:
    """Let a person work at the desk; appointing them again changes their name and roles.

    For who owns the machine: the first administrator, the samples. At the desk an appointment
    takes two persons (`staffing.propose`, `staffing.approve`).

    Args:
        username: what they sign in with.
        password: theirs; None leaves it as it is, or, for a new login, unusable.
        name: how the desk and case logs show them.
        role: what they are there for, if that is one role.
        roles: all that they are there for, if it is more.

    Raises:
        RolesExclude: one person may not have these roles together.
    """
    held = frozenset(roles) | ({role} if role else set())
    check_roles(held)
    login, _ = get_user_model().objects.get_or_create(username=username)
    if password is not None:
        login.set_password(password)
        login.save()
    staff, _ = models.Staff.objects.update_or_create(
        login=login,
        defaults={"name": name, "roles": sorted(held)},
        create_defaults={"id": uuid7(), "name": name, "roles": sorted(held)},
    )
    return Actor(id=staff.id, name=name, roles=held, permissions=permissions_of(held))


def _check(item: NewCustomer) -> None:
    if not item.key.strip():
        raise _bad(item.key, "key", item.key, "a text that names the customer")
    if item.language not in LANGUAGES:
        raise _bad(item.key, "language", item.language, ", ".join(LANGUAGES))
    for channel in item.contacts:
        if channel not in set(Channel):
            raise _bad(item.key, "contacts", channel, ", ".join(Channel))


def _bad(key: str, field: str, given: str, expected: str) -> BadCustomer:
    return BadCustomer(key=key, field=field, given=given, expected=expected)
