"""Pure parts of webhooks: what an endpoint may be."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from oferta.project.webhooks.errors import BadEndpoint
from oferta.project.webhooks.types import ASKED_FOR, NewEndpoint

TEXT_LENGTH_MAX = 500
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_URL = re.compile(r"[!-~]+")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def check(wanted: NewEndpoint, *, private: bool) -> None:
    """Refuse an endpoint that could never be sent to.

    Args:
        wanted: the endpoint.
        private: no TLS is needed.

    Raises:
        BadEndpoint: its address, kinds or contact are impossible.
    """
    _check_url(wanted.url, ("https", "http") if private else ("https",))
    if not wanted.kinds or not wanted.kinds <= set(ASKED_FOR):
        given = ", ".join(sorted(wanted.kinds))
        raise BadEndpoint(field="kinds", given=given, expected=f"some of {', '.join(ASKED_FOR)}")
    if wanted.contact and not (_MAIL.fullmatch(wanted.contact) and _short(wanted.contact)):
        raise BadEndpoint(field="contact", given=wanted.contact[:100], expected="an e-mail address")
    if not _short(wanted.note):
        raise BadEndpoint(
            field="note", given=wanted.note[:100], expected=f"up to {TEXT_LENGTH_MAX} characters"
        )


def _check_url(url: str, schemes: tuple[str, ...]) -> None:
    expected = f"an address that begins with {' or '.join(f'{one}://' for one in schemes)}"
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        parts, port, host = urlsplit(""), None, ""
    if (
        parts.scheme not in schemes
        or not _HOST.fullmatch(host)
        or port == 0
        or parts.username is not None  # a password would stand in every log
        or not _URL.fullmatch(url)
        or not _short(url)
    ):
        raise BadEndpoint(field="url", given=url[:100], expected=expected)


def _short(text: str) -> bool:
    return len(text) <= TEXT_LENGTH_MAX and "\0" not in text
