"""The page on which a person says for whom they act."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.parties import identity, queries
from oferta.core.parties.identity_types import MemberRole
from oferta.core.parties.types import Customer
from oferta.core.parties.web import acting
from oferta.core.parties.web.access import for_customer


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
    }
    return render(request, "acting/choose.html", context)


def _wanted(request: HttpRequest) -> UUID | None:
    given = request.POST.get("organisation", "")
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise Http404("acting") from None
