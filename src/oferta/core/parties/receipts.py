"""Receipts of agreements: a few lines of JSON, signed with Ed25519, proved without a database.

A receipt is `{"receipt": {…}, "key": id, "signature": base64}`. What is signed is the canonical
JSON of the inner object (keys sorted, no spaces) after a line that says what it is, so that no
other signed text can be passed off as a receipt. The id of a key is the start of the SHA-256 of
the key itself: nobody can put another key behind an old id.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from oferta.core.parties.agreement_errors import BadKey, BadReceipt
from oferta.kernel.jsontext import canonical_bytes

#: Goes before what is signed; its number changes with the shape of receipts.
HEADING = b"oferta receipt 1\n"
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
_SIZE_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Keys:
    """The key that signs now, and every public key whose receipts still count, by id."""

    signing: Ed25519PrivateKey
    public: Mapping[str, Ed25519PublicKey]


def new_key() -> Ed25519PrivateKey:
    """Return a new signing key."""
    return Ed25519PrivateKey.generate()


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """Return a signing key as a PEM file (PKCS #8, not encrypted)."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def key_id(key: Ed25519PublicKey) -> str:
    """Return a public key's id: the first sixteen digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes(*_RAW)).hexdigest()[:16]


def keys_of(signing: Ed25519PrivateKey, retired: Iterable[Ed25519PublicKey]) -> Keys:
    """Return the keys in use: one that signs, and those that signed before."""
    public = [signing.public_key(), *retired]
    return Keys(signing=signing, public={key_id(key): key for key in public})


def sign(said: Mapping[str, Any], keys: Keys) -> str:
    """Return a receipt of what is said, as one line of JSON.

    Args:
        said: JSON values under the names of `docs/rooms/parties.md`.
        keys: the signing one signs.
    """
    signature = keys.signing.sign(HEADING + canonical_bytes(said))
    whole = {
        "receipt": dict(said),
        "key": key_id(keys.signing.public_key()),
        "signature": base64.urlsafe_b64encode(signature).decode(),
    }
    return canonical_bytes(whole).decode()


def verify(receipt: str | bytes, public: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """Return what a receipt says, if one of these keys signed exactly that.

    Raises:
        BadReceipt: it is no receipt, was changed, or was signed by another key.
    """
    said, named, signature = _parts(receipt)
    key = public.get(named)
    if key is None:
        raise BadReceipt(reason=f"signed by the key {named}, which is not among those given")
    try:
        key.verify(signature, HEADING + canonical_bytes(said))
    except (InvalidSignature, UnicodeEncodeError):
        raise BadReceipt(reason="the signature does not fit what is said") from None
    return said


def _parts(receipt: str | bytes) -> tuple[dict[str, Any], str, bytes]:
    if len(receipt) > _SIZE_MAX:
        raise BadReceipt(reason=f"longer than {_SIZE_MAX} bytes")
    try:
        whole = json.loads(receipt, object_pairs_hook=_each_once)
        said, named, signature = whole["receipt"], whole["key"], whole["signature"]
        if not isinstance(said, dict) or not isinstance(named, str) or len(whole) != len(_PARTS):
            raise BadReceipt(reason="not the shape of a receipt")
        return said, named, base64.b64decode(signature, altchars=b"-_", validate=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadReceipt(reason="not the shape of a receipt") from None


_PARTS = ("receipt", "key", "signature")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse JSON that says a name twice: readers would disagree which one counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadReceipt(reason="a name stands twice")
    return found


# --- keys as files --------------------------------------------------------------------------------


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    """Return the signing key of a PEM file.

    Raises:
        BadKey: it holds none.
    """
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(path=str(path), reason=str(error)) from None
    if not isinstance(found, Ed25519PrivateKey):
        raise BadKey(path=str(path), reason="not an Ed25519 key")
    return found


def read_public_keys(path: Path) -> dict[str, Ed25519PublicKey]:
    """Return the public keys of a file, by id: PEM (one or several) or a JSON key set (RFC 8037).

    Raises:
        BadKey: it holds none, or something else.
    """
    content = path.read_bytes()
    try:
        keys = list(_from_jwks(content) if content.lstrip()[:1] == b"{" else _from_pem(content))
    except (ValueError, KeyError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(path=str(path), reason=str(error)) from None
    if not keys:
        raise BadKey(path=str(path), reason="no key in it")
    return {key_id(key): key for key in keys}


def _from_pem(content: bytes) -> Iterable[Ed25519PublicKey]:
    end = b"-----END PUBLIC KEY-----"
    for part in content.split(end)[:-1]:
        found = serialization.load_pem_public_key(part.lstrip() + end + b"\n")
        if not isinstance(found, Ed25519PublicKey):
            raise TypeError("not an Ed25519 key")
        yield found


def _from_jwks(content: bytes) -> Iterable[Ed25519PublicKey]:
    for item in json.loads(content)["keys"]:
        if item["kty"] != "OKP" or item["crv"] != "Ed25519":
            raise ValueError("not an Ed25519 key")
        yield Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(item["x"] + "=="))


def public_pem(public: Mapping[str, Ed25519PublicKey]) -> str:
    """Return public keys as one PEM file."""
    return "".join(
        key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()
        for key in public.values()
    )


def jwks(public: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """Return public keys as a JSON key set (RFC 7517, RFC 8037)."""
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": id_, "x": _x(key)}
            for id_, key in public.items()
        ]
    }


def _x(key: Ed25519PublicKey) -> str:
    return base64.urlsafe_b64encode(key.public_bytes(*_RAW)).decode().rstrip("=")
