"""What this room holds of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from oferta.core.parties import agreements, consents, keyring, models, queries, receipts
from oferta.core.parties.archive import File, Section
from oferta.core.parties.erasing import Eraser, Kept, blanked, dropped
from oferta.core.parties.purposes import purposes
from oferta.kernel.i18n import Language


def export(customer_id: UUID, language: Language) -> Iterator[Section | File]:
    """Return who the customer is, how they sign in and what they agreed to, with receipts."""
    yield Section("person", ("key", "name", "language", "tier", "since"), _person(customer_id))
    yield Section("contacts", ("channel", "address"), _contacts(customer_id))
    yield Section("logins", ("what", "address", "since", "last_seen"), _logins(customer_id))
    yield Section("identity", ("kind", "tier", "reference", "at", "until"), _identity(customer_id))
    columns = ("at", "pack", "edition", "how", "language", "receipt")
    yield Section("agreements", columns, _agreements(customer_id))
    columns = ("at", "purpose", "channel", "given", "version", "words")
    yield Section("consents", columns, _consents(customer_id, language))
    yield Section("readers", ("at", "who", "what"), _readers(customer_id))
    for item in agreements.agreements_of(customer_id):
        yield File(f"receipts/{item.id}.json", item.receipt.encode())
    yield File("receipts/keys.pem", receipts.public_pem(keyring.keys().public).encode())


def _person(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for row in models.Customer.objects.filter(id=customer_id):
        yield {
            "id": str(row.id),
            "key": row.key,
            "name": row.name,
            "language": row.language,
            "tier": queries.customer(row.id).identity_tier,
            "since": row.created_at.isoformat(),
        }


def _contacts(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for row in models.Contact.objects.filter(customer_id=customer_id).order_by("id"):
        yield {"channel": row.channel, "address": row.address}


def _logins(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for contact in models.LoginContact.objects.filter(login__customer__id=customer_id):
        since = contact.proven_at.isoformat()
        yield {"what": contact.channel, "address": contact.address, "since": since}
    for device in models.Device.objects.filter(login__customer__id=customer_id):
        yield {
            "what": device.agent,
            "since": device.first_seen_at.isoformat(),
            "last_seen": device.last_seen_at.isoformat(),
        }
    for session in UserSession.objects.filter(user__customer__id=customer_id):
        yield {
            "what": session.user_agent,
            "address": session.ip,
            "since": session.created_at.isoformat(),
            "last_seen": session.last_seen_at.isoformat(),
        }


def _identity(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for row in models.Evidence.objects.filter(customer_id=customer_id).order_by("id"):
        yield {
            "kind": row.kind,
            "tier": row.tier,
            "reference": row.reference,
            "at": row.at.isoformat(),
            "until": _moment(row.expires_at),
        }
    for held in models.Credential.objects.filter(customer_id=customer_id).order_by("id"):
        yield {
            "kind": held.kind,
            "reference": held.reference,
            "at": held.holds_from.isoformat(),
            "until": _moment(held.holds_until),
        }


def _agreements(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for item in agreements.agreements_of(customer_id):
        yield {
            "at": item.at.isoformat(),
            "pack": item.pack,
            "edition": item.edition,
            "how": item.how.value,
            "language": item.language,
            "receipt": f"receipts/{item.id}.json",
        }


def _consents(customer_id: UUID, language: Language) -> Iterator[dict[str, Any]]:
    known = purposes()
    for item in consents.history(customer_id):
        purpose = known.get(item.purpose)
        words = purpose.versions[item.version].words[language] if purpose else ""
        yield {
            "at": item.at.isoformat(),
            "purpose": item.purpose,
            "channel": item.channel.value,
            "given": item.given,
            "version": item.version,
            "words": words,
        }


def _readers(customer_id: UUID) -> Iterator[dict[str, Any]]:
    """Who read or touched the customer's data: staff by what they are, not by name."""
    rows = models.AuditEntry.objects.filter(parties__contains=[customer_id]).order_by("at", "id")
    for row in rows.iterator(chunk_size=500):
        yield {"at": row.at.isoformat(), "who": row.who, "what": row.what}


def _moment(value: datetime | None) -> str:
    return "" if value is None else value.isoformat()


# --- erasure --------------------------------------------------------------------------------------


def _end_logins(customer_id: UUID, _grave: str, _now: datetime) -> Mapping[str, int]:
    """Delete the login with all that hangs on it; one that is staff's too is only let go."""
    logins = models.Login.objects.filter(customer__id=customer_id, staff__isnull=True)
    addresses = models.LoginContact.objects.filter(login__customer__id=customer_id)
    asked, _ = models.Invitation.objects.filter(address__in=addresses.values("address")).delete()
    keys = list(UserSession.objects.filter(user__in=logins).values_list("session_key", flat=True))
    sessions, _ = Session.objects.filter(session_key__in=keys).delete()
    gone, _ = logins.delete()
    return {"django_session": sessions, "parties_login": gone, "parties_invitation": asked}


_OWN = "customer_id = %(party)s"

ERASER = Eraser(
    room="parties",
    act=_end_logins,
    wipes=(
        blanked(
            "parties_customer", "key = %(grave)s, name = '', login_id = NULL", "id = %(party)s"
        ),
        dropped(
            "parties_invitation",
            "organisation_id = %(party)s OR invited_by_id = %(party)s OR address IN"
            " (SELECT address FROM parties_contact WHERE customer_id = %(party)s)",
        ),
        dropped("parties_contact", _OWN),
        blanked("parties_evidence", "reference = %(grave)s", _OWN),
        blanked("parties_credential", "reference = %(grave)s", _OWN),
        blanked(
            "parties_block",
            "reason = %(grave)s,"
            " lifted_because = CASE lifted_because WHEN '' THEN '' ELSE %(grave)s END",
            _OWN,
        ),
        blanked("parties_agreement", "page = '', session = ''", _OWN),
        blanked("parties_consententry", "page = ''", _OWN),
        dropped(
            "parties_exportpart",
            "export_id IN (SELECT id FROM parties_export WHERE customer_id = %(party)s)",
        ),
        blanked("parties_export", "state = 'expired'", _OWN),
        # Who did what and when stays; what staff wrote about the person does not.
        blanked(
            "parties_auditentry",
            "reason = %(grave)s, salt = NULL",
            "parties @> ARRAY[%(party)s::uuid] AND reason <> ''",
        ),
    ),
    kept=(
        Kept(table="parties_agreement", what="agreements", ground="claims"),
        Kept(table="parties_consententry", what="consents", ground="claims"),
        Kept(table="parties_evidence", what="identity", ground="identity"),
        Kept(table="parties_auditentry", what="audit", ground="audit"),
    ),
)
