"""What a session has proved, and when: asked before anything that changes how somebody gets in."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from oferta.core.parties.models import Login
from oferta.core.parties.web.access import SIGN_IN, View

#: A proof is fresh this long.
FRESH_SECONDS = 300
_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(login: Login) -> bool:
    """Return whether the login has a second factor or a passkey."""
    return bool(Authenticator.objects.filter(user=login, type__in=_FACTORS).exists())


def proved_contact(request: HttpRequest, login: Login) -> bool:
    """Return whether this session, or this sign-in under way, proved a contact by a code."""
    return any(item["method"] == "code" for item in get_authentication_records(request, login))


def proved_factor(request: HttpRequest, login: Login) -> bool:
    """Return whether this session proved a second factor or a passkey."""
    return any(item["method"] == "mfa" for item in get_authentication_records(request, login))


def note(request: HttpRequest, login: Login, method: str, **detail: Any) -> None:
    """Keep that the session proved something just now."""
    record_authentication(request, login, method, reauthenticated=True, **detail)


def is_fresh(request: HttpRequest, login: Login) -> bool:
    """Return whether the strongest proof that the login can give was given a moment ago."""
    wanted = {"mfa"} if has_factor(login) else {"code", "password", "mfa"}
    since = time.time() - FRESH_SECONDS
    records = get_authentication_records(request, login)
    return any(item["method"] in wanted and item["at"] > since for item in records)


def for_login(view: View) -> View:
    """Give the view the `login` that signed in, customer's or staff's; others are asked to."""

    @wraps(view)
    def guarded(request: HttpRequest, **rest: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), SIGN_IN)
        response = view(request, login=request.user, **rest)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def freshly(view: View) -> View:
    """As `for_login`, and ask for a proof again unless one was given a moment ago."""

    @wraps(view)
    def guarded(request: HttpRequest, *, login: Login, **rest: Any) -> HttpResponse:
        if not is_fresh(request, login):
            back = (
                request.path if request.method in {"GET", "HEAD"} else resolve_url("security:home")
            )
            return redirect_to_login(back, resolve_url("security:confirm"))
        return view(request, login=login, **rest)

    return for_login(guarded)


def fresh_page(view: Callable[..., HttpResponse]) -> View:
    """Put `freshly` before a page of allauth's, which takes no `login`."""

    @freshly
    def guarded(request: HttpRequest, *, login: Login, **rest: Any) -> HttpResponse:
        del login
        return view(request, **rest)

    return guarded
