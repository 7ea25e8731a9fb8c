"""The page on which a person says for whom they act."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from oferta.core.parties import identity, inviting, queries
from oferta.core.parties.identity_errors import LastOwner, UnknownInvitation
from oferta.core.parties.identity_types import MemberRole
from oferta.core.parties.types import Customer
from oferta.core.parties.web import acting
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(link=False, person=True)
def choose(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show the organisations of which one is a member, and act for one of them or for oneself."""
    if request.method == "POST":
        if not acting.choose(request, customer, _wanted(request)):
            raise Http404("acting")
        messages.success(request, "acting.changed", extra_tags="word")
        return redirect("my:home", "my")
    found = identity.organisations_of(customer.id)
    names = queries.names(found)
    now = acting.chosen(request, customer)
    context = {
        "customer": customer,
        "token": token,
        "now": None if now is None else now.organisation.id,
        "organisations": [
            (id_, names[id_], f"acting.role.{role}", role is MemberRole.READER)
            for id_, role in found.items()
        ],
        "invitations": _invitations(customer),
        "owns": now is not None and now.role is MemberRole.OWNER,
    }
    return render(request, "acting/choose.html", context)


@require_POST
@for_customer(link=False, person=True)
def answer(
    request: HttpRequest, *, customer: Customer, token: str, invitation_id: UUID
) -> HttpResponse:
    """Accept or decline to act for an organisation."""
    del token
    accept = request.POST.get("answer") == "accept"
    try:
        inviting.answer(invitation_id, customer.id, accept=accept, now=clock.now())
    except UnknownInvitation:
        raise Http404("invitation") from None
    except LastOwner:
        messages.error(request, "acting.members.last_owner", extra_tags="word")
    else:
        said = "acting.invitation.accepted" if accept else "acting.invitation.declined"
        messages.success(request, said, extra_tags="word")
    return redirect("acting:choose")


def _invitations(person: Customer) -> list[tuple[UUID, str, str, datetime]]:
    found = inviting.waiting_for(person.id, now=clock.now())
    names = queries.names(one.organisation_id for one in found)
    return [
        (one.id, names[one.organisation_id], f"acting.role.{one.role}", one.expires_at)
        for one in found
    ]


def _wanted(request: HttpRequest) -> UUID | None:
    given = request.POST.get("organisation", "")
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise Http404("acting") from None
