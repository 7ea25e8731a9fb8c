"""Words that must not stand readable in the queue: one-time codes, until they are sent."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def hide(params: Mapping[str, Any]) -> str:
    """Return what a message needs so that only this site reads it."""
    return _keys().encrypt(json.dumps(dict(params)).encode()).decode()


def shown(hidden: str) -> dict[str, Any]:
    """Return what `hide` was given.

    Raises:
        InvalidToken: it was hidden under another secret key.
    """
    found: dict[str, Any] = json.loads(_keys().decrypt(hidden.encode()))
    return found


def _keys() -> MultiFernet:
    secrets = (str(item) for item in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    digests = (hashlib.sha256(b"oferta.notices.hidden:" + item.encode()) for item in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(item.digest())) for item in digests])
