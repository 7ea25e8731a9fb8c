"""What is done to logins: made, given contacts, frozen, recovered; each change is told at once."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from oferta.core.parties import identity, models, queries
from oferta.core.parties.contacts import masked
from oferta.core.parties.errors import UnknownCustomer
from oferta.core.parties.identity_types import Checked
from oferta.core.parties.login_errors import (
    AlreadyClaimed,
    ContactTaken,
    LastContact,
    NotForStaff,
    ProofMissing,
    StillWaiting,
)
from oferta.core.parties.login_types import (
    Address,
    Change,
    LoginChanged,
    NotMeReported,
)
from oferta.core.parties.types import Channel, Customer
from oferta.kernel import events
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7

#: How long a lost second factor stays before it is removed: time to read the notice and stop it.
REMOVAL_WAIT = timedelta(hours=72)
#: A wait that is over this long is forgotten: who was warned then is not warned now.
REMOVAL_LAPSES = timedelta(days=7)


def login_of(address: Address) -> models.Login | None:
    """Return the login that this proven contact leads to."""
    return models.Login.objects.filter(
        contacts__channel=address.channel, contacts__address=address.address
    ).first()


def contacts_of(login_id: UUID) -> list[Address]:
    """Return the proven contacts of a login, the oldest first."""
    rows = models.LoginContact.objects.filter(login_id=login_id).order_by("id")
    return [Address(channel=Channel(row.channel), address=row.address) for row in rows]


@transaction.atomic
def sign_up(
    address: Address, *, language: Language, now: datetime, claiming: UUID | None = None
) -> models.Login:
    """Make a login for a person who proved a contact, with a customer of their own.

    A customer known from a feed by this very contact becomes theirs instead of a new one: the code
    reached them where the operator says that they are. So does the one whose link they hold, if
    `claim` would give it to them.

    Raises:
        ContactTaken: the contact leads to a login.
    """
    login = models.Login.objects.create_user(f"person-{uuid7().hex}")
    _put_contact(login, address, now)
    if claiming is not None:
        with suppress(AlreadyClaimed, ProofMissing, UnknownCustomer):
            claim(claiming, login.id, now=now)
            return login
    known = _unclaimed_at(address)
    if known is None:
        known = models.Customer(
            id=uuid7(),
            key=f"login:{login.id}",
            name=masked(address),  # until they say what they are called
            language=language,
            created_at=zoned(now),
        )
        known.save(force_insert=True)
    known.login = login
    known.save(update_fields=["login"])
    _reach(known, address, now)
    return login


@transaction.atomic
def claim(customer_id: UUID, login_id: UUID, *, now: datetime) -> None:
    """Give a customer known from a feed to the login of the person who holds their personal link.

    A link alone may have been passed on. If the operator has an address of the customer's, the
    login must have proved that very address.

    Raises:
        AlreadyClaimed: one of the two is somebody's.
        ProofMissing: the login has not proved an address to which the operator writes.
        UnknownCustomer: there is none.
    """
    customer = queries.customer(customer_id)
    row = models.Customer.objects.select_for_update().get(id=customer_id)
    if row.login_id == login_id:
        return
    if row.login_id is not None or models.Customer.objects.filter(login_id=login_id).exists():
        raise AlreadyClaimed(customer_id=str(customer_id))
    proven = {(item.channel.value, item.address) for item in contacts_of(login_id)}
    known = {(channel, address.lower()) for channel, address in customer.contacts.items()}
    if known and not proven & known:
        raise ProofMissing(customer_id=str(customer_id))
    models.Customer.objects.filter(id=customer_id).update(login_id=login_id)
    for item in contacts_of(login_id):
        _reach(row, item, now)


@transaction.atomic
def add_contact(login: models.Login, address: Address, *, now: datetime) -> None:
    """Put another proven contact on a login, and tell every contact of it.

    Raises:
        ContactTaken: it leads to another login.
    """
    if login_of(address) == login:
        return
    _put_contact(login, address, now)
    customer = models.Customer.objects.filter(login=login).first()
    if customer is not None:
        _reach(customer, address, now)
    tell(login, Change.CONTACT_ADDED, now=now, detail=address.address)


@transaction.atomic
def remove_contact(login: models.Login, address: Address, *, now: datetime) -> None:
    """Take a contact off a login; it is told of it too.

    Raises:
        LastContact: no other contact is left to get back in by.
    """
    _lock(login)
    before = contacts_of(login.id)
    if address not in before:
        return
    if len(before) == 1:
        raise LastContact(channel=address.channel.value)
    models.LoginContact.objects.filter(
        login=login, channel=address.channel, address=address.address
    ).delete()
    models.Contact.objects.filter(
        customer__login=login, channel=address.channel, address=address.address
    ).delete()
    tell(login, Change.CONTACT_REMOVED, now=now, detail=address.address, also=[address])


def tell(
    login: models.Login,
    what: Change,
    *,
    now: datetime,
    detail: str = "",
    due_at: datetime | None = None,
    also: Iterable[Address] = (),
) -> None:
    """Publish that how somebody signs in has changed, for every contact of theirs to hear."""
    customer = _customer_of(login)
    contacts = dict.fromkeys([*contacts_of(login.id), *also])
    if customer is not None:
        contacts |= dict.fromkeys(
            Address(channel=Channel(channel), address=address)
            for channel, address in customer.contacts.items()
        )
    events.publish(
        LoginChanged(
            login_id=login.id,
            what=what,
            at=zoned(now),
            customer_id=None if customer is None else customer.id,
            contacts=tuple(contacts),
            language="en" if customer is None else customer.language,
            detail=detail,
            due_at=due_at,
        )
    )


def end_sessions(login: models.Login) -> None:
    """End every session of a login, wherever it is open, listed or not."""
    models.Login.objects.filter(id=login.id).update(session_epoch=F("session_epoch") + 1)
    login.refresh_from_db(fields=["session_epoch"])


@transaction.atomic
def freeze(login: models.Login, *, door: str, now: datetime) -> None:
    """Carry out "this was not me": every session ends, and only recovery gets back in.

    Contacts and second factors stay: a removal that was asked for is stopped. Devices are
    forgotten. A case is opened by who listens.

    Args:
        login: whose.
        door: where it was said, for the case: `my` or `link`.
        now: zone-aware.
    """
    fresh = models.Login.objects.filter(id=login.id, frozen_at=None)
    is_first = bool(fresh.update(frozen_at=zoned(now)))
    models.Device.objects.filter(login=login).delete()
    cancel_removal(login, now=now)
    end_sessions(login)
    login.refresh_from_db()
    if not is_first:  # said before: nobody need hear it again
        return
    tell(login, Change.FROZEN, now=now)
    customer = _customer_of(login)
    if customer is not None:
        events.publish(NotMeReported(customer_id=customer.id, login_id=login.id, door=door, at=now))


@transaction.atomic
def recover(login: models.Login, *, now: datetime) -> None:
    """Let a frozen login in again, after a contact and every factor were proved.

    The password, which may be what leaked, no longer works; they choose another one.
    """
    login.set_unusable_password()
    login.frozen_at = None
    login.save(update_fields=["password", "frozen_at"])
    end_sessions(login)
    tell(login, Change.RECOVERED, now=now)


@transaction.atomic
def ask_removal(login: models.Login, *, now: datetime) -> datetime:
    """Start the waiting time for a lost second factor and tell every contact; return its end.

    Asking again keeps the first end.

    Raises:
        NotForStaff: staff answer for others' data.
    """
    if models.Staff.objects.filter(login=login).exists():
        raise NotForStaff(login=login.username)
    waiting = models.FactorRemoval.objects.filter(login=login, cancelled_at=None, done_at=None)
    waiting.filter(due_at__lt=zoned(now) - REMOVAL_LAPSES).update(cancelled_at=now)
    row, made = waiting.get_or_create(
        login=login,
        defaults={"asked_at": zoned(now), "due_at": now + REMOVAL_WAIT},
    )
    if made:
        tell(login, Change.REMOVAL_ASKED, now=now, due_at=row.due_at)
    return row.due_at


@transaction.atomic
def cancel_removal(login: models.Login, *, now: datetime) -> bool:
    """Stop the removal of a second factor; return whether one was under way."""
    rows = models.FactorRemoval.objects.filter(login=login, cancelled_at=None, done_at=None)
    stopped = bool(rows.update(cancelled_at=zoned(now)))
    if stopped:
        tell(login, Change.REMOVAL_CANCELLED, now=now)
    return stopped


@transaction.atomic
def finish_removal(login: models.Login, *, now: datetime) -> None:
    """End a removal whose waiting time is over; who calls it removes the factors.

    Raises:
        StillWaiting: the time is not over, or nobody asked.
    """
    row = models.FactorRemoval.objects.select_for_update().filter(
        login=login, cancelled_at=None, done_at=None
    )
    found = row.first()
    if found is None or found.due_at > now:
        raise StillWaiting(due_at=found.due_at if found else now + REMOVAL_WAIT)
    row.update(done_at=zoned(now))
    tell(login, Change.FACTOR_REMOVED, now=now)


def removal_due(login_id: UUID) -> datetime | None:
    """Return when the second factor goes, if somebody asked for it."""
    open_ = models.FactorRemoval.objects.filter(login_id=login_id, cancelled_at=None, done_at=None)
    return open_.values_list("due_at", flat=True).first()


def _put_contact(login: models.Login, address: Address, now: datetime) -> None:
    try:
        with transaction.atomic():
            models.LoginContact.objects.create(
                login=login,
                channel=address.channel,
                address=address.address,
                proven_at=zoned(now),
            )
    except IntegrityError:
        raise ContactTaken(channel=address.channel.value) from None


def _reach(customer: models.Customer, address: Address, now: datetime) -> None:
    """Write notices there too, unless the customer is reached on that channel already.

    A proven contact is evidence of the first tier; one such proof is enough.
    """
    models.Contact.objects.get_or_create(
        customer=customer, channel=address.channel, defaults={"address": address.address}
    )
    if not queries.tiers([customer.id], at=now)[customer.id]:
        proof = Checked(
            kind="contact", tier=1, reference=address.channel.value, checked_by="one-time code"
        )
        identity.add_evidence(customer.id, proof, now=now)


def _unclaimed_at(address: Address) -> models.Customer | None:
    """Return the one unclaimed customer of this address; of several, none: we cannot tell which."""
    found = list(
        models.Customer.objects.filter(
            login=None,
            contacts__channel=address.channel,
            contacts__address__iexact=address.address,
        )[:2]
    )
    return found[0] if len(found) == 1 else None


def _customer_of(login: models.Login) -> Customer | None:
    row = models.Customer.objects.filter(login=login).values_list("id", flat=True).first()
    return None if row is None else queries.customer(row)


def _lock(login: models.Login) -> None:
    models.Login.objects.select_for_update().get(id=login.id)


@transaction.atomic
def give_login(customer_id: UUID, username: str, password: str) -> models.Login:
    """Give a customer a login with a name and a password, as samples and test systems need it.

    Raises:
        AlreadyClaimed: the customer has a login.
    """
    row = models.Customer.objects.select_for_update().get(id=customer_id)
    if row.login_id is not None:
        raise AlreadyClaimed(customer_id=str(customer_id))
    row.login = models.Login.objects.create_user(username, password)
    row.save(update_fields=["login"])
    return row.login
