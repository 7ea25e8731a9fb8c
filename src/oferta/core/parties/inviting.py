"""Owners manage who acts for their organisation: invite an address, change a role, let go.

Nobody looks up whose an address is. Whoever proved it as theirs sees the invitation on their page
and answers it; to who invites, an address with a login and one without look the same.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from oferta.core.parties import identity, models, queries
from oferta.core.parties.identity_errors import (
    LastOwner,
    TooManyInvitations,
    UnknownInvitation,
    UnknownPersonOf,
)
from oferta.core.parties.identity_types import MemberRole
from oferta.core.parties.invitation_types import InvitationEntry, InvitationSent
from oferta.core.parties.login_types import Address
from oferta.core.parties.types import Channel
from oferta.kernel import events
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7

#: How long an invitation waits, and how many of one organisation: waiting at a time, sent in a day.
WAITS = timedelta(days=7)
WAITING_MAX, A_DAY_MAX = 20, 20
#: A name goes to an address that nobody proved: it must not be a message or a link of its own.
_NO_LINK, _NAME_MAX = re.compile(r"[\s/:@.]+"), 60
_KEPT = timedelta(days=30)
_DAY = timedelta(days=1)


@transaction.atomic
def invite(
    organisation_id: UUID,
    to: Address,
    role: MemberRole,
    *,
    by: UUID,
    language: Language,
    now: datetime,
) -> InvitationEntry:
    """Ask at an address to act for an organisation; asked again, the newer invitation counts.

    Args:
        organisation_id: for which.
        to: the address.
        role: in which role.
        by: the person who invites.
        language: theirs: the reader's is not known.
        now: zone-aware.

    Raises:
        TooManyInvitations: of this organisation, at a time or today.
    """
    queries.hold(organisation_id)
    rows = models.Invitation.objects.filter(organisation_id=organisation_id)
    waiting = rows.filter(ended_at=None, expires_at__gt=zoned(now))
    own = Q(channel=to.channel.value, address=to.address)
    if rows.filter(at__gt=now - _DAY).count() >= A_DAY_MAX:
        raise TooManyInvitations(at_most=A_DAY_MAX)
    if waiting.exclude(own).count() >= WAITING_MAX:
        raise TooManyInvitations(at_most=WAITING_MAX)
    rows.filter(own, ended_at=None).update(ended_at=now)
    row = models.Invitation.objects.create(
        id=uuid7(),
        organisation_id=organisation_id,
        channel=to.channel.value,
        address=to.address,
        role=role,
        invited_by_id=by,
        at=now,
        expires_at=now + WAITS,
    )
    name = queries.names([organisation_id])[organisation_id]
    events.publish(
        InvitationSent(
            to=to,
            organisation=_NO_LINK.sub(" ", name)[:_NAME_MAX],
            language=language,
            at=now,
            expires_at=row.expires_at,
        )
    )
    return _entry(row)


def waiting_of(organisation_id: UUID, *, now: datetime) -> list[InvitationEntry]:
    """Return an organisation's invitations that wait for an answer, the latest first."""
    rows = models.Invitation.objects.filter(
        organisation_id=organisation_id, ended_at=None, expires_at__gt=zoned(now)
    )
    return [_entry(row) for row in rows.order_by("-at", "-id")]


def waiting_for(person_id: UUID, *, now: datetime) -> list[InvitationEntry]:
    """Return the invitations to addresses that a person proved as theirs, the latest first."""
    return [_entry(row) for row in _to_person(person_id, now).order_by("-at", "-id")]


@transaction.atomic
def take_back(organisation_id: UUID, invitation_id: UUID, *, now: datetime) -> None:
    """End an invitation before it is answered.

    Raises:
        UnknownInvitation: none of this organisation waits under this id.
    """
    rows = models.Invitation.objects.filter(
        id=invitation_id, organisation_id=organisation_id, ended_at=None
    )
    if not rows.update(ended_at=zoned(now)):
        raise UnknownInvitation(invitation_id=str(invitation_id))


@transaction.atomic
def answer(invitation_id: UUID, person_id: UUID, *, accept: bool, now: datetime) -> None:
    """Let a person answer an invitation to an address that they proved.

    Raises:
        UnknownInvitation: none to them waits under this id.
        LastOwner: it would make the organisation's only owner less than that.
    """
    row = _to_person(person_id, now).filter(id=invitation_id).first()
    if row is None:
        raise UnknownInvitation(invitation_id=str(invitation_id))
    queries.hold(row.organisation_id)
    if not models.Invitation.objects.filter(id=row.id, ended_at=None).update(ended_at=zoned(now)):
        raise UnknownInvitation(invitation_id=str(invitation_id))
    if accept:
        role = MemberRole(row.role)
        _ensure_owned(row.organisation_id, person_id, role)
        identity.set_member(row.organisation_id, person_id, role, now=now)


@transaction.atomic
def change(
    organisation_id: UUID, person_id: UUID, role: MemberRole | None, *, now: datetime
) -> None:
    """Give a member another role; None: let them go.

    Raises:
        UnknownPersonOf: they do not act for the organisation.
        LastOwner: nobody would own it any more.
    """
    queries.hold(organisation_id)
    if person_id not in {one.person_id for one in identity.members_of(organisation_id)}:
        raise UnknownPersonOf(person_id=str(person_id))
    _ensure_owned(organisation_id, person_id, role)
    identity.set_member(organisation_id, person_id, role, now=now)


def throw_away(now: datetime) -> int:
    """Delete invitations that ended or ran out a month ago; return how many."""
    old = zoned(now) - _KEPT
    ended = models.Invitation.objects.filter(Q(ended_at__lt=old) | Q(expires_at__lt=old))
    count, _ = ended.delete()
    return count


def _ensure_owned(organisation_id: UUID, person_id: UUID, role: MemberRole | None) -> None:
    if role is MemberRole.OWNER:
        return
    owners = {
        one.person_id
        for one in identity.members_of(organisation_id)
        if one.role is MemberRole.OWNER
    }
    if owners == {person_id}:
        raise LastOwner(organisation_id=str(organisation_id))


def _to_person(person_id: UUID, now: datetime) -> QuerySet[models.Invitation]:
    proved = models.LoginContact.objects.filter(login__customer__id=person_id)
    own = Q(pk__in=[])
    for channel, address in proved.values_list("channel", "address"):
        own |= Q(channel=channel, address=address)
    return models.Invitation.objects.filter(own, ended_at=None, expires_at__gt=zoned(now))


def _entry(row: models.Invitation) -> InvitationEntry:
    return InvitationEntry(
        id=row.id,
        organisation_id=row.organisation_id,
        to=Address(channel=Channel(row.channel), address=row.address),
        role=MemberRole(row.role),
        at=row.at,
        expires_at=row.expires_at,
    )
