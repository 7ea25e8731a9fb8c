"""Reading customers and staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from django.core import signing
from django.db import connection

from oferta.core.parties import models
from oferta.core.parties.errors import BadLink, NotStaff, OwnAct, UnknownCustomer
from oferta.core.parties.rules import permissions_of
from oferta.core.parties.types import Actor, Channel, Customer, Role
from oferta.kernel import asking
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language

_LINK_SALT = "oferta.parties.link"
#: Evidence counts from when it was checked until it expires or is withdrawn.
_COUNTS = """
    e.at <= {at} AND (e.expires_at IS NULL OR e.expires_at > {at})
    AND (e.withdrawn_at IS NULL OR e.withdrawn_at > {at})
"""
_TIERS_AT = f"""
SELECT coalesce((SELECT max(e.tier) FROM parties_evidence e
                 WHERE e.customer_id = asked.id AND {_COUNTS.format(at="asked.at")}), 0)
FROM unnest(%s::uuid[], %s::timestamptz[]) WITH ORDINALITY AS asked (id, at, place)
ORDER BY asked.place
"""  # noqa: S608 - nothing in it comes from outside
_LANGUAGES = """
SELECT wanted.place, found.language
FROM unnest(%s::uuid[]) WITH ORDINALITY AS wanted (id, place)
JOIN parties_customer AS found USING (id)
"""
_CUSTOMER = f"""
SELECT c.id, c.key, c.name, c.language,
    (SELECT coalesce(max(e.tier), 0) FROM parties_evidence e
     WHERE e.customer_id = c.id AND {_COUNTS.format(at="clock_timestamp()")}),
    (SELECT json_object_agg(o.channel, o.address) FROM parties_contact o WHERE o.customer_id = c.id)
FROM parties_customer c WHERE """  # noqa: S608 - nothing in it comes from outside
#: A personal link works this long; every notice carries a fresh one.
LINK_SECONDS_MAX = 90 * 24 * 3600


def customer(customer_id: UUID) -> Customer:
    """Return a customer.

    Raises:
        UnknownCustomer: there is none.
    """
    found = _customers("c.id = %s", customer_id)
    if not found:
        raise UnknownCustomer(customer_id=str(customer_id))
    return found[0]


def hold(customer_id: UUID) -> None:
    """Let whoever asks the same for the customer now finish first; holds until the commit."""
    list(models.Customer.objects.select_for_update(no_key=True).filter(id=customer_id))


def ensure_not_own(actor: Actor, customer_id: UUID | None) -> None:
    """Do nothing unless a member of staff would decide about the customer that they are.

    Raises:
        OwnAct: they sign in to both with the same login.
    """
    if customer_id is None:
        return
    if models.Customer.objects.filter(id=customer_id, login__staff__id=actor.id).exists():
        raise OwnAct(actor=actor.name)


def customer_of_login(login_id: UUID) -> Customer:
    """Return the customer who signs in with this login.

    Raises:
        UnknownCustomer: it is nobody's, or only a member of staff's.
    """
    found = _customers("c.login_id = %s", login_id)
    if not found:
        raise UnknownCustomer(customer_id="")
    return found[0]


def customer_at(channel: Channel, address: str) -> Customer | None:
    """Return the customer who proved that this address is theirs, if anybody did."""
    rows = models.Customer.objects.filter(
        login__contacts__channel=channel, login__contacts__address=address
    )
    found = rows.values_list("id", flat=True).first()
    return None if found is None else customer(found)


def tiers_at(asked: Sequence[tuple[UUID, datetime]]) -> list[int]:
    """Return how far each customer's identity was known at a moment of their own, in order.

    One question to the database, however many are asked about; 0 for those without evidence.
    """
    if not asked:
        return []
    ids, moments = zip(*asked, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_TIERS_AT, [list(ids), [zoned(moment) for moment in moments]])
        return [row[0] for row in cursor.fetchall()]


def tiers(customer_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, int]:
    """Return how far each of these customers' identity was known at a moment."""
    wanted = list(customer_ids)
    return dict(zip(wanted, tiers_at([(id_, at) for id_ in wanted]), strict=True))


def has_login(customer_id: UUID) -> bool:
    """Return whether somebody signs in as this customer."""
    return models.Customer.objects.filter(id=customer_id, login__isnull=False).exists()


def languages(customer_ids: Iterable[UUID]) -> dict[UUID, Language]:
    """Return the language of each of these customers; unknown ones are left out."""
    wanted = list(customer_ids)
    told = zip(wanted, languages_in_order(wanted), strict=True)
    return {id_: language for id_, language in told if language is not None}


def languages_in_order(customer_ids: Sequence[UUID | None]) -> list[Language | None]:
    """Return the language of each of these customers, in order; None for an unknown one, or none.

    Nothing is looked up by id here, which a batch of a thousand would notice.
    """
    told: list[Language | None] = [None] * len(customer_ids)
    # One array, as text: an IN of a thousand is slow to plan. Places come back, not ids: reading an
    # id takes longer still.
    ids = ",".join(["NULL" if one is None else one.hex for one in customer_ids])
    found = asking.rows(_LANGUAGES, [f"{{{ids}}}"]) if customer_ids else []
    for place, language in cast("list[tuple[int, Language]]", found):
        told[place - 1] = language
    return told


def names(customer_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return how staff pages call each of these customers: by name, or by key if they have none."""
    rows = models.Customer.objects.filter(id__in=list(customer_ids))
    return {id_: name or key for id_, name, key in rows.values_list("id", "name", "key")}


def addresses(customer_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Return channel to address of each customer that has any."""
    found: dict[UUID, dict[str, str]] = {}
    rows = models.Contact.objects.filter(customer_id__in=list(customer_ids))
    for customer_id, channel, address in rows.values_list("customer_id", "channel", "address"):
        found.setdefault(customer_id, {})[channel] = address
    return found


def ids_by_key(keys: Iterable[str]) -> dict[str, UUID]:
    """Return the id of each customer with one of these keys; unknown keys are left out."""
    return dict(models.Customer.objects.filter(key__in=list(keys)).values_list("key", "id"))


def link_token(customer_id: UUID) -> str:
    """Return the signed text that stands in a customer's personal link."""
    return signing.dumps(customer_id.hex, salt=_LINK_SALT)


def customer_of_link(token: str) -> Customer:
    """Return whose personal link this is.

    Raises:
        BadLink: damaged, or older than `LINK_SECONDS_MAX`.
        UnknownCustomer: nobody's any more.
    """
    try:
        text = signing.loads(token, salt=_LINK_SALT, max_age=LINK_SECONDS_MAX)
    except signing.SignatureExpired:
        raise BadLink(reason="expired") from None
    except signing.BadSignature:
        raise BadLink(reason="damaged") from None
    return customer(UUID(hex=text))


def actor(staff_id: UUID) -> Actor:
    """Return a member of staff by id.

    Raises:
        NotStaff: there is none.
    """
    return _actor(models.Staff.objects.filter(id=staff_id).first(), str(staff_id))


def actor_of_login(username: str) -> Actor:
    """Return the member of staff who signs in as `username`.

    Raises:
        NotStaff: the login belongs to no member of staff.
    """
    return _actor(models.Staff.objects.filter(login__username=username).first(), username)


def staff_names(staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what each of these members of staff is called."""
    rows = models.Staff.objects.filter(id__in=list(staff_ids))
    return dict(rows.values_list("id", "name"))


def _actor(row: models.Staff | None, login: str) -> Actor:
    if row is None:
        raise NotStaff(login=login)
    roles = frozenset(Role(item) for item in row.roles)
    return Actor(id=row.id, name=row.name, roles=roles, permissions=permissions_of(roles))


def _customers(condition: str, value: UUID) -> list[Customer]:
    return [
        Customer(
            id=id_,
            key=key,
            name=name,
            language=cast("Language", language),
            identity_tier=tier,
            contacts=contacts or {},
        )
        for id_, key, name, language, tier, contacts in asking.rows(_CUSTOMER + condition, [value])
    ]
