"""From where a request comes, as the audit log names it."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from oferta.core.parties.rules import session_mark


def client_address(request: HttpRequest) -> str:
    """Return the visitor's IP address; "" if none can be told.

    Behind the operator's own proxy it is the last address of `X-Forwarded-For`, which that proxy
    wrote: those before it are the visitor's own word.
    """
    given = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        given = request.headers.get("X-Forwarded-For", given).rpartition(",")[2]
    try:
        return str(ip_address(given.strip()))
    except ValueError:
        return ""


def mark_of(request: HttpRequest) -> str:
    """Return the mark of the request's session."""
    return session_mark(request.session.session_key or "")
