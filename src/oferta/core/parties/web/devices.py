"""What a request says of the device: its cookie, its browser, its network address."""

from __future__ import annotations

import secrets
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.core import signing
from django.http import HttpRequest, HttpResponse

from oferta.core.parties.models import Customer, Login, Staff

COOKIE = "oferta_device"
_SALT = "oferta.parties.device"
#: As long as browsers keep a cookie.
_AGE = timedelta(days=400)
_AGENT_LENGTH_MAX = 200
#: How long a session of staff lasts; customers stay signed in for `SESSION_COOKIE_AGE`.
STAFF_SESSION_SECONDS = 12 * 3600


def new() -> str:
    """Return a name for a browser that has none."""
    return secrets.token_urlsafe(24)


def read(request: HttpRequest) -> str:
    """Return the name of this browser; "" if it has none of ours."""
    try:
        return str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT))
    except signing.BadSignature:
        return ""


def write(response: HttpResponse, device: str) -> None:
    """Give the browser its name. It lets nobody in: it only tells it from unknown ones."""
    response.set_cookie(
        COOKIE,
        signing.dumps(device, salt=_SALT),
        max_age=_AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def speak_on(request: HttpRequest, response: HttpResponse, login: Login) -> None:
    """Have every page speak the customer's language from now on, unless another was chosen."""
    customer = Customer.objects.filter(login=login).first()
    if customer is None or settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        customer.language.lower(),
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def agent(request: HttpRequest) -> str:
    """Return what the browser says of itself."""
    return str(request.META.get("HTTP_USER_AGENT", ""))[:_AGENT_LENGTH_MAX]


def shorten_for_staff(request: HttpRequest) -> None:
    """Let a session of staff end after a working day, however it was begun."""
    if Staff.objects.filter(login__username=request.user.get_username()).exists():
        request.session.set_expiry(STAFF_SESSION_SECONDS)


def keep_signed_in(request: HttpRequest, login: Login) -> None:
    """Carry this one session over a change that ended all of the login's others."""
    update_session_auth_hash(request, login)
    UserSession.objects.filter(user=login).exclude(session_key=request.session.session_key).delete()
