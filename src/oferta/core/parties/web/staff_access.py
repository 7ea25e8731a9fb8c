"""Who may see a page of the desk: staff who signed in, and whose roles allow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from oferta.core.parties import audit, queries
from oferta.core.parties.errors import NotStaff
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web import second_factor
from oferta.core.parties.web.access import SIGN_IN, View
from oferta.core.parties.web.origin import client_address, mark_of
from oferta.kernel import clock


def for_staff(*needed: Permission) -> Callable[[View], View]:
    """Give the view the signed-in member of staff as `actor`, if their roles allow what is needed.

    Others are asked to sign in, or refused; staff are asked for their second factor, or to set one
    up. The audit log keeps what staff were refused. Without a permission the page is for everybody
    who is staff at all.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **rest: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), SIGN_IN)
            actor = _actor(request)
            if (elsewhere := second_factor.wanted(request)) is not None:
                return elsewhere
            _check(request, actor, needed)
            request.actor = actor  # type: ignore[attr-defined]  # for the frame of the desk
            response = view(request, actor=actor, **rest)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return guarded

    return guard


def _actor(request: HttpRequest) -> Actor:
    try:
        actor = queries.actor_of_login(request.user.get_username())
    except NotStaff as error:
        raise PermissionDenied(error.code) from None
    return replace(actor, session=mark_of(request), address=client_address(request))


def _check(request: HttpRequest, actor: Actor, needed: tuple[Permission, ...]) -> None:
    lacking = sorted(item.value for item in needed if not actor.may(item))
    if not lacking and actor.roles:
        return
    audit.record(
        actor=actor,
        what="staff.refused",
        subject_kind="page",
        subject_id=request.path[:200],
        now=clock.now(),
        details={"lacking": lacking},
    )
    raise PermissionDenied("parties.not_permitted")
