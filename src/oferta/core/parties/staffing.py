"""Who works at the desk: an appointment is proposed by one and decided by another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from oferta.core.parties import audit, logins, models, named
from oferta.core.parties.errors import BadAppointment, NoAppointment, NotStaff, OwnAct
from oferta.core.parties.login_types import Address
from oferta.core.parties.rules import PERMISSIONS, check_may, check_roles
from oferta.core.parties.types import Actor, Permission, Role
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.ids import uuid7

NAME_LENGTH_MAX = 200
REASON_LENGTH_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of staff, as the list of staff shows them."""

    id: UUID
    name: str
    login: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How a member of staff is written to."""

    contacts: tuple[Address, ...]
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An appointment that waits for its second person."""

    id: UUID
    name: str
    login: str
    roles: tuple[Role, ...]
    reason: str
    by_id: UUID
    by: str
    at: datetime


@transaction.atomic
def propose(
    username: str,
    *,
    name: str,
    roles: Collection[Role],
    reason: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Propose the roles that a person should have from now on, in the place of those they have.

    Args:
        username: the sign-in name or a proven contact of the person; they signed up before.
        name: how the desk shows them.
        roles: all that they are to have.
        reason: why; kept for good.
        actor: who proposes; an administrator.
        now: zone-aware.

    Raises:
        NotPermitted: the actor appoints nobody.
        RolesExclude: one person may not have these roles together.
        BadAppointment: no such login, no name, no role, no reason, or one waits already.
        OwnAct: nobody appoints themselves.
    """
    check_may(actor, Permission.APPOINT_STAFF)
    check_roles(roles)
    _check_words(name, reason, roles)
    login = named.login(username)
    if login is None:
        raise BadAppointment(field="login", given=username, expected="a login that exists")
    models.Login.objects.select_for_update().get(id=login.id)  # one proposal at a time
    if models.Staff.objects.filter(login=login, id=actor.id).exists():
        raise OwnAct(actor=actor.name)
    if models.Appointment.objects.filter(login=login, decided_at=None).exists():
        raise BadAppointment(field="login", given=username, expected="no appointment that waits")
    row = models.Appointment(
        id=uuid7(),
        login=login,
        name=name.strip(),
        roles=sorted(roles),
        reason=reason.strip(),
        proposed_by_id=actor.id,
        proposed_at=zoned(now),
    )
    row.save(force_insert=True)
    _record(row, "staff.proposed", actor, now)
    return row.id


@transaction.atomic
def approve(appointment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Put a proposed appointment into force, as its second person.

    Raises:
        NotPermitted: the actor approves no appointments.
        NoAppointment: it does not wait.
        OwnAct: the actor proposed it, or would be appointed by it.
    """
    check_may(actor, Permission.APPROVE_APPOINTMENTS)
    row = _waiting(appointment_id)
    own = models.Staff.objects.filter(login_id=row.login_id, id=actor.id).exists()
    if row.proposed_by_id == actor.id or own:
        raise OwnAct(actor=actor.name)
    models.Staff.objects.update_or_create(
        login_id=row.login_id,
        defaults={"name": row.name, "roles": row.roles},
        create_defaults={"id": uuid7(), "name": row.name, "roles": row.roles},
    )
    _decide(row, actor, now, approved=True)
    _record(row, "staff.appointed", actor, now)


@transaction.atomic
def decline(appointment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Drop a proposed appointment; who proposed it may do that too.

    Raises:
        NotPermitted: the actor has nothing to do with appointments.
        NoAppointment: it does not wait.
    """
    check_may(actor, Permission.APPROVE_APPOINTMENTS)
    row = _waiting(appointment_id)
    _decide(row, actor, now, approved=False)
    _record(row, "staff.declined", actor, now)


@transaction.atomic
def dismiss(staff_id: UUID, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take all roles from a member of staff at once; that needs no second person.

    Raises:
        NotPermitted: the actor appoints nobody.
        NotStaff: there is no such member.
        BadAppointment: no reason.
        OwnAct: nobody dismisses themselves, lest the last administrator be gone.
    """
    check_may(actor, Permission.APPOINT_STAFF)
    if staff_id == actor.id:
        raise OwnAct(actor=actor.name)
    if not reason.strip():
        raise BadAppointment(field="reason", given="", expected="why")
    row = models.Staff.objects.select_for_update().filter(id=staff_id).first()
    if row is None:
        raise NotStaff(login=str(staff_id))
    had = list(row.roles)
    row.roles = []
    row.save(update_fields=["roles"])
    audit.record(
        actor=actor,
        what="staff.dismissed",
        subject_kind="staff",
        subject_id=staff_id,
        reason=reason,
        now=now,
        details={"roles": had},
    )


def members() -> list[Member]:
    """Return all staff by name; those without roles were dismissed."""
    rows = models.Staff.objects.select_related("login").order_by("name", "id")
    return [
        Member(id=row.id, name=row.name, login=named.shown(row.login), roles=_roles(row.roles))
        for row in rows
    ]


def member(staff_id: UUID) -> Member:
    """Return a member of staff with the sign-in name by which an appointment is proposed.

    Raises:
        NotStaff: there is none.
    """
    row = models.Staff.objects.select_related("login").filter(id=staff_id).first()
    if row is None:
        raise NotStaff(login=str(staff_id))
    return Member(id=row.id, name=row.name, login=row.login.username, roles=_roles(row.roles))


def colleagues(permission: Permission) -> list[tuple[UUID, str]]:
    """Return id and name of the staff whose roles allow something, by name."""
    holders = [role.value for role, allowed in PERMISSIONS.items() if permission in allowed]
    rows = models.Staff.objects.filter(roles__overlap=holders)
    return list(rows.order_by("name", "id").values_list("id", "name"))


def reached(staff_ids: Collection[UUID]) -> dict[UUID, Reached]:
    """Return by which proven contacts each of these members of staff is reached."""
    rows = models.Staff.objects.filter(id__in=staff_ids).select_related("login__customer")
    default = language_of(settings.LANGUAGE_CODE)
    return {
        row.id: Reached(
            contacts=tuple(logins.contacts_of(row.login_id)),
            language=language_of(row.login.customer.language)
            if hasattr(row.login, "customer")
            else default,
        )
        for row in rows.order_by("id")
    }


def waiting() -> list[Waiting]:
    """Return the appointments that wait for a second person, the oldest first."""
    rows = models.Appointment.objects.filter(decided_at=None).select_related("login", "proposed_by")
    return [
        Waiting(
            id=row.id,
            name=row.name,
            login=named.shown(row.login),
            roles=_roles(row.roles),
            reason=row.reason,
            by_id=row.proposed_by_id,
            by=row.proposed_by.name,
            at=row.proposed_at,
        )
        for row in rows.order_by("id")
    ]


def _roles(written: Collection[str]) -> tuple[Role, ...]:
    return tuple(Role(item) for item in written)


def _check_words(name: str, reason: str, roles: Collection[Role]) -> None:
    if not 0 < len(name.strip()) <= NAME_LENGTH_MAX or "\0" in name:
        raise BadAppointment(field="name", given=name[:20], expected="a name")
    if not 0 < len(reason.strip()) <= REASON_LENGTH_MAX or "\0" in reason:
        raise BadAppointment(field="reason", given=reason[:20], expected="why")
    if not roles:
        raise BadAppointment(field="roles", given="", expected="at least one role")


def _waiting(appointment_id: UUID) -> models.Appointment:
    rows = models.Appointment.objects.select_for_update().filter(id=appointment_id, decided_at=None)
    row = rows.first()
    if row is None:
        raise NoAppointment(appointment_id=str(appointment_id))
    return row


def _decide(row: models.Appointment, actor: Actor, now: datetime, *, approved: bool) -> None:
    row.decided_by_id = actor.id
    row.decided_at = zoned(now)
    row.approved = approved
    row.save(update_fields=["decided_by", "decided_at", "approved"])


def _record(row: models.Appointment, what: str, actor: Actor, now: datetime) -> None:
    audit.record(
        actor=actor,
        what=what,
        subject_kind="appointment",
        subject_id=row.id,
        reason=row.reason,
        now=now,
        details={"login": str(row.login_id), "roles": list(row.roles)},
    )
