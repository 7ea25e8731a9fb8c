"""Staff need a second factor: the desk asks here whether this session proved one."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from oferta.core.parties.models import Login
from oferta.core.parties.web import proofs


def wanted(request: HttpRequest) -> HttpResponse | None:
    """Return where to send who has not proved a second factor; None if they have.

    Who has none yet is led to setting one up; who has one signed in with it, or is asked for it.
    """
    login = cast("Login", request.user)
    if proofs.proved_factor(request, login):
        return None
    where = "security:confirm" if proofs.has_factor(login) else "mfa_activate_totp"
    return redirect_to_login(request.get_full_path(), resolve_url(where))
