"""Secrets and signatures as Standard Webhooks has them: `whsec_…`, `v1,…`."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MARK = "whsec_"
_SECRET_BYTES = 32
_KEY_BYTES = 32


def new_secret() -> str:
    """Return a new secret as a receiver's library takes it."""
    return _MARK + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    """Return the signature of a message with one secret."""
    key = b64decode(secret.removeprefix(_MARK))
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()


def headers(known: Iterable[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return what a message is sent with: its id, its time, a signature with each secret.

    Args:
        known: secrets, the newest first.
        message_id: stays the same through retries and replays.
        at: of this attempt, so that a receiver may refuse what is old.
        body: as it is sent.
    """
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signature(one, message_id, at, body) for one in known),
    }


def seal(secret: str, site_key: str) -> bytes:
    """Encrypt a secret for the database."""
    return _box(site_key).encrypt(secret.encode())


def unseal(sealed: bytes, site_key: str) -> str | None:
    """Decrypt a secret; None if it was sealed with another key of the site."""
    try:
        return _box(site_key).decrypt(sealed).decode()
    except InvalidToken:
        return None


@lru_cache(maxsize=4)
def _box(site_key: str) -> Fernet:
    made = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"oferta.webhooks.secrets")
    return Fernet(urlsafe_b64encode(made.derive(site_key.encode())))
