"""The text of a token: made, taken apart, compared."""

from __future__ import annotations

import hmac
import re
import secrets
from hashlib import sha256

_MARK = "oferta"
_PREFIX_BYTES = 5
_SECRET_BYTES = 32
_TEXT = re.compile(rf"({_MARK}_[0-9a-f]{{{2 * _PREFIX_BYTES}}})_[A-Za-z0-9_-]{{43}}")


def new_text() -> tuple[str, str]:
    """Return the start of a new token and its whole text, which no one keeps."""
    prefix = f"{_MARK}_{secrets.token_hex(_PREFIX_BYTES)}"
    return prefix, f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"


def prefix_of(text: str) -> str | None:
    """Return the start of a token; None if the text is none."""
    found = _TEXT.fullmatch(text)
    return found[1] if found else None


def hash_of(text: str) -> bytes:
    """Return what is kept of a token."""
    return sha256(text.encode()).digest()


def is_text_of(text: str, kept: bytes) -> bool:
    """Tell whether a text has this hash, in a time that does not depend on the answer."""
    return hmac.compare_digest(hash_of(text), kept)
