"""Second factors outside the pages: set one up for a login, compute its code."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.db import transaction

from oferta.core.parties import logins, models
from oferta.core.parties.errors import NotStaff
from oferta.core.parties.login_types import Change


def new_secret() -> str:
    """Return a new secret for an authenticator app, in Base32."""
    return str(auth.generate_totp_secret())


def code_of(secret: str) -> str:
    """Return the code that an app with this secret shows now (RFC 6238, 30 seconds, 6 digits)."""
    counters = list(auth.yield_hotp_counters_from_time())
    counter = counters[len(counters) // 2]  # before and after it stand what clocks may differ by
    return str(auth.format_hotp_value(auth.hotp_value(secret, counter)))


@transaction.atomic
def give_app(username: str, secret: str) -> None:
    """Set up an authenticator app for the login of that name; one that it has is replaced."""
    login = models.Login.objects.get(username=username)
    Authenticator.objects.filter(user=login, type=Authenticator.Type.TOTP).delete()
    auth.TOTP.activate(login, secret)


@transaction.atomic
def reset(username: str, *, now: datetime) -> int:
    """Remove every second factor of a login, end its sessions, tell its contacts.

    For who owns the machine: staff who lost theirs set up another one at their next sign-in.

    Returns:
        How many factors there were.

    Raises:
        NotStaff: nobody who works here signs in by that name.
    """
    login = models.Login.objects.filter(username=username, staff__isnull=False).first()
    if login is None:
        raise NotStaff(login=username)
    removed, _ = Authenticator.objects.filter(user=login).delete()
    logins.end_sessions(login)
    logins.tell(login, Change.FACTOR_REMOVED, now=now)
    return int(removed)
