"""Give a customer known from a feed to the person who holds their personal link."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.parties import logins, queries
from oferta.core.parties.login_errors import AlreadyClaimed, ProofMissing
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock

_CLAIM = "oferta_claim"


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(person=True)
def claim(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Offer the holder of a personal link a login of their own."""
    if token == "my":  # noqa: S105 - the door's name
        return redirect("/my/")
    if queries.has_login(customer.id):
        raise Http404("claimed")
    error = ""
    if request.method == "POST":
        if not request.user.is_authenticated:
            request.session[_CLAIM] = customer.id.hex
            return redirect("account_signup")
        try:
            logins.claim(customer.id, request.user.pk, now=clock.now())
        except (AlreadyClaimed, ProofMissing) as refused:
            error = refused.code.rpartition(".")[2]
        else:
            return redirect("/my/")
    context = {"customer": customer, "token": token, "error": error}
    return render(request, "sign_in/claim.html", context, status=422 if error else 200)


def claimed_in(request: HttpRequest) -> UUID | None:
    """Return the customer whose personal link brought this visitor to sign up."""
    given = request.session.pop(_CLAIM, None)
    return None if given is None else UUID(hex=given)
