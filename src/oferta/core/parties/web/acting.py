"""Whom a signed-in person acts for: themselves, or an organisation that they are a member of.

The session keeps only which organisation they chose. Whether they are its member, and in which
role, is asked on every request: who was let go an instant ago acts for it no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest

from oferta.core.parties import audit, identity, queries
from oferta.core.parties.identity_types import MemberRole
from oferta.core.parties.types import Customer, Who, WhoKind
from oferta.core.parties.web.origin import client_address, mark_of
from oferta.kernel import clock

_CHOSEN = "oferta_acts_for"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """A person who acts for an organisation."""

    person: Customer
    organisation: Customer
    role: MemberRole

    def may(self, method: str, *, owners: bool) -> bool:
        """Return whether their role allows a request.

        Args:
            method: of the request: readers only read.
            owners: whether the page is for owners alone.
        """
        if owners:
            return self.role is MemberRole.OWNER
        return self.role is not MemberRole.READER or method in _READING


def chosen(request: HttpRequest, person: Customer) -> Acting | None:
    """Return for which organisation somebody acts in this session; None: for themselves."""
    given = request.session.get(_CHOSEN)
    if given is None:
        return None
    organisation = UUID(hex=given)
    role = identity.organisations_of(person.id).get(organisation)
    if role is None:  # no member any more
        request.session.pop(_CHOSEN, None)
        messages.warning(request, "acting.no_member", extra_tags="word")
        return None
    return Acting(person=person, organisation=queries.customer(organisation), role=role)


def choose(request: HttpRequest, person: Customer, organisation: UUID | None) -> bool:
    """Act for an organisation from now on, in this session; None: for oneself again.

    Returns:
        False if they are no member of it.
    """
    before = request.session.get(_CHOSEN)
    if organisation is not None and organisation not in identity.organisations_of(person.id):
        return False
    if before is not None:
        _note(request, person, "acting.ended", UUID(hex=before))
    request.session.pop(_CHOSEN, None)
    if organisation is not None:
        request.session[_CHOSEN] = organisation.hex
        _note(request, person, "acting.began", organisation)
    return True


def note_written(request: HttpRequest, acting: Acting) -> None:
    """Keep in the audit log that somebody sent something in an organisation's name."""
    if request.method not in _READING:
        _note(request, acting.person, "acting.wrote", acting.organisation.id, page=request.path)


def who(request: HttpRequest, customer: Customer) -> Who:
    """Return who reads or acts on a customer's page, for the audit log: always a person."""
    acting: Acting | None = getattr(request, "acting", None)
    return Who(
        kind=WhoKind.CUSTOMER,
        id=customer.id if acting is None else acting.person.id,
        session=mark_of(request),
        address=client_address(request),
    )


def _note(
    request: HttpRequest, person: Customer, what: str, organisation: UUID, **details: str
) -> None:
    audit.record(
        actor=who(request, person),
        what=what,
        subject_kind="customer",
        subject_id=organisation,
        parties=[organisation],
        now=clock.now(),
        details=details,
    )
