"""The page "this was not me": by a session, or by a personal link."""

from __future__ import annotations

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from oferta.core.parties import logins
from oferta.core.parties.models import Login
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.core.parties.web.doors import SESSION
from oferta.kernel import clock


@require_http_methods(["GET", "HEAD", "POST"])
@for_customer(person=True)
def not_me(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """End every session and let only recovery in; holding the link is enough to stop a thief."""
    login = _login_of(customer)
    if request.method != "POST":
        due = logins.removal_due(login.id)
        return render(request, "security/not_me.html", {"token": token, "removal_due": due})
    if "keep" in request.POST:
        logins.cancel_removal(login, now=clock.now())
    else:
        door = SESSION if token == SESSION else "link"
        logins.freeze(login, door=door, now=clock.now())
        if request.user.is_authenticated and request.user.pk == login.pk:
            logout(request)
    return render(request, "security/stopped.html", {"kept": "keep" in request.POST})


def _login_of(customer: Customer) -> Login:
    found = Login.objects.filter(customer__id=customer.id).first()
    if found is None:
        raise Http404("no login")
    return found
