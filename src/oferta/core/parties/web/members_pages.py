"""The page on which owners say who acts for their organisation."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_http_methods

from oferta.core.parties import audit, blocks, identity, inviting, queries
from oferta.core.parties.contacts import masked, read_contact
from oferta.core.parties.identity_errors import (
    LastOwner,
    TooManyInvitations,
    UnknownInvitation,
    UnknownPersonOf,
)
from oferta.core.parties.identity_types import MemberRole
from oferta.core.parties.login_errors import BadContact, Blocked
from oferta.core.parties.models import Login
from oferta.core.parties.types import Customer
from oferta.core.parties.web import acting, proofs
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import language_of

_ERRORS: dict[type[OfertaError], str] = {
    BadContact: "acting.members.bad_contact",
    Blocked: "acting.members.blocked",
    LastOwner: "acting.members.last_owner",
    TooManyInvitations: "acting.members.too_many",
    UnknownInvitation: "acting.members.gone",
    UnknownPersonOf: "acting.members.gone",
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False, owners=True)
def members(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show who acts for an organisation; let its owners invite, change roles and let go.

    Whoever changes something proved just now who they are: a session alone could be stolen.
    """
    found = getattr(request, "acting", None)
    if found is None:
        raise Http404("organisation")
    if request.method == "POST":
        return _change(request, customer, found)
    people = identity.members_of(customer.id)
    names = queries.names(one.person_id for one in people)
    context = {
        "token": token,
        "customer": customer,
        "members": [
            (one, names[one.person_id], f"acting.role.{one.role}", one.person_id == found.person.id)
            for one in people
        ],
        "invitations": [
            (one, masked(one.to), f"acting.role.{one.role}")
            for one in inviting.waiting_of(customer.id, now=clock.now())
        ],
        "roles": [(role.value, f"acting.role.{role}") for role in MemberRole],
    }
    return render(request, "acting/members.html", context)


def _change(request: HttpRequest, organisation: Customer, found: acting.Acting) -> HttpResponse:
    here = resolve_url("acting:members")
    if not proofs.is_fresh(request, cast("Login", request.user)):
        return redirect_to_login(here, resolve_url("security:confirm"))
    try:
        for either in (organisation.id, found.person.id):
            blocks.ensure_may_act(either)
        what = _act(request, organisation, found)
    except tuple(_ERRORS) as error:
        messages.error(request, _ERRORS[type(error)], extra_tags="word")
    else:
        audit.record(
            actor=acting.who(request, organisation),
            what=f"members.{what}",
            subject_kind="customer",
            subject_id=organisation.id,
            parties=[organisation.id],
            now=clock.now(),
        )
        messages.success(request, f"acting.members.done.{what}", extra_tags="word")
    # Who let themselves go acts for it no more.
    still = organisation.id in identity.organisations_of(found.person.id)
    return redirect("acting:members" if still else "acting:choose")


def _act(request: HttpRequest, organisation: Customer, found: acting.Acting) -> str:
    """Do what was asked; return what it was."""
    given, now = request.POST, clock.now()
    match given.get("act"):
        case "invite":
            inviting.invite(
                organisation.id,
                read_contact(given.get("contact", "").replace("\0", "")[:320]),
                _role(given.get("role", "")),
                by=found.person.id,
                language=language_of(request.LANGUAGE_CODE),
                now=now,
            )
            return "invited"
        case "take_back":
            inviting.take_back(organisation.id, _id(given.get("id", "")), now=now)
            return "taken_back"
        case "role":
            inviting.change(
                organisation.id, _id(given.get("id", "")), _role(given.get("role", "")), now=now
            )
            return "changed"
        case "let_go":
            inviting.change(organisation.id, _id(given.get("id", "")), None, now=now)
            return "let_go"
    raise Http404("act")


def _role(given: str) -> MemberRole:
    try:
        return MemberRole(given)
    except ValueError:
        raise Http404("role") from None


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise Http404("id") from None
