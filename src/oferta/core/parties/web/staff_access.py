"""Who may see a page of the desk: staff who signed in."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from oferta.core.parties import queries
from oferta.core.parties.errors import NotStaff
from oferta.core.parties.web.access import View


def for_staff(view: View) -> View:
    """Give the view the signed-in member of staff as `actor`; others are asked to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, **rest: Any) -> HttpResponse:
        try:
            actor = queries.actor_of_login(request.user.get_username())
        except NotStaff as error:
            raise PermissionDenied(error.code) from None
        return view(request, actor=actor, **rest)

    return login_required(guarded, login_url="staff:sign_in")
