"""A ticket code: 28 bytes of what it is for, and our signature over them.

The layout, in network order (version 1):

    1  version and carrier (see `Carrier`)      8  serial number of the ticket
    2  start of the signing key's id            4  place in the hall
    4  performance                              4  valid from, minutes since 1970
    4  valid through, minutes since 1970        1  generation

then 64 bytes of Ed25519, and on a telephone 4 bytes that change every half minute. `generation`
rises when a ticket changes hands, is refunded, or its owner says that the code leaked: whoever
holds an older picture is turned away (TR-124, TR-125).

The bytes that change are made of secrets in three steps, so that a gate without a connection needs
one key and learns of one performance only: the site's master, the key of a performance (and of its
round), the secret of a ticket (and of its generation).
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from oferta.core.parties.receipts import Keys, key_id
from oferta.services.tickets.codes import base45
from oferta.services.tickets.codes.errors import CodeFieldTooLarge, NotOurCode

#: Goes before what is signed, so that no other signed text passes for a ticket.
HEADING = b"oferta ticket 1\n"
#: How long one rotating suffix is shown, and how many before and after it still count.
STEP = timedelta(seconds=30)
STEPS_TOLERATED = 2
GENERATION_MAX = 0xFF

_LAYOUT = struct.Struct(">B2sIQIIIB")
_SIGNATURE = 64
#: Bytes that change on a telephone.
SUFFIX = 4
_LARGEST = {
    "performance": 2**32 - 1,
    "serial": 2**64 - 1,
    "place": 2**32 - 1,
    "generation": GENERATION_MAX,
}


class Carrier(IntEnum):
    """What shows the code: only a telephone's changes."""

    #: A numbered form of strict reporting.
    PAPER = 0x10
    PHONE = 0x11
    #: An electronic ticket taken along: a PDF, a wallet pass.
    PRINT = 0x12


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says, whether or not the ticket is still good."""

    performance: int
    serial: int
    #: The place's number; 0: no place of its own.
    place: int
    #: To the minute; through the end of the last one.
    valid_from: datetime
    valid_through: datetime
    generation: int
    carrier: Carrier = Carrier.PAPER


def sign(code: Code, keys: Keys) -> str:
    """Return the text that a QR code holds; a telephone's lacks its suffix still (`rotated`).

    Raises:
        CodeFieldTooLarge: a number does not fit.
    """
    for field, largest in _LARGEST.items():
        given = getattr(code, field)
        if not 0 <= given <= largest:
            raise CodeFieldTooLarge(field=field, given=given, largest=largest)
    payload = _LAYOUT.pack(
        code.carrier,
        _hint(keys.signing.public_key()),
        code.performance,
        code.serial,
        code.place,
        _minutes(code.valid_from),
        _minutes(code.valid_through),
        code.generation,
    )
    return base45.encode(payload + keys.signing.sign(HEADING + payload))


class Seen(NamedTuple):
    """What a scanner read: the code, and the bytes after it that change."""

    code: Code
    suffix: bytes


def read(text: str, keys: Keys) -> Seen:
    """Return what a code says, if we signed it.

    Args:
        text: as the scanner read it.
        keys: any public one may have signed.

    Raises:
        NotOurCode: anything but a text that we signed.
    """
    payload, signature, suffix = _parts(base45.decode(text))
    code = _said(payload)
    if not any(
        _holds(key, payload, signature)
        for key in keys.public.values()
        if _hint(key) == payload[1:3]
    ):
        raise NotOurCode(what="signature")
    return Seen(code, suffix)


def is_fresh(suffix: bytes, secret: bytes, now: datetime) -> bool:
    """Tell whether a telephone shows these bytes now, give or take the steps that are tolerated.

    Args:
        suffix: as it was read.
        secret: of the ticket's telephone (`telephone_secret`).
        now: the gate's clock.
    """
    return any(hmac.compare_digest(suffix, one) for one in _around(secret, now))


def gate_key(master: bytes, performance: int, round_: int) -> bytes:
    """Return the key that makes the secrets of all telephones of one performance.

    Args:
        master: the site's.
        performance: its number.
        round_: the next one makes what a lost gate knows worthless.
    """
    said = struct.pack(">IB", performance, round_)
    return hmac.digest(master, b"oferta ticket gate\n" + said, hashlib.sha256)


def telephone_secret(key: bytes, serial: int, generation: int) -> bytes:
    """Return the secret that a ticket's telephone makes its suffixes with.

    It hangs on the generation too, so that the telephone of whoever had the ticket before falls
    silent when the ticket changes hands.

    Args:
        key: of its performance (`gate_key`).
        serial: the ticket's.
        generation: the ticket's.
    """
    said = struct.pack(">QB", serial, generation)
    return hmac.digest(key, b"oferta ticket telephone\n" + said, hashlib.sha256)[:16]


def rotated(text: str, secret: bytes, now: datetime) -> str:
    """Return a telephone's code with its suffix of now."""
    return base45.encode(base45.decode(text) + suffix_of(secret, now))


def suffix_of(secret: bytes, now: datetime) -> bytes:
    """Return the bytes that a telephone shows now."""
    return _suffix(secret, _step(now))


def _parts(raw: bytes) -> tuple[bytes, bytes, bytes]:
    end = _LAYOUT.size + _SIGNATURE
    if len(raw) not in (end, end + SUFFIX):
        raise NotOurCode(what="length")
    return raw[: _LAYOUT.size], raw[_LAYOUT.size : end], raw[end:]


def _said(payload: bytes) -> Code:
    carrier, _, performance, serial, place, first, last, generation = _LAYOUT.unpack(payload)
    if carrier not in list(Carrier):
        raise NotOurCode(what="version")
    return Code(
        performance=performance,
        serial=serial,
        place=place,
        valid_from=_moment(first),
        valid_through=_moment(last),
        generation=generation,
        carrier=Carrier(carrier),
    )


def _holds(key: Ed25519PublicKey, payload: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, HEADING + payload)
    except InvalidSignature:
        return False
    return True


def _hint(key: Ed25519PublicKey) -> bytes:
    """Two bytes that tell most keys apart; those that share them are tried in turn."""
    return bytes.fromhex(key_id(key)[:4])


def _around(secret: bytes, now: datetime) -> list[bytes]:
    step = _step(now)
    return [_suffix(secret, step + by) for by in range(-STEPS_TOLERATED, STEPS_TOLERATED + 1)]


def _suffix(secret: bytes, step: int) -> bytes:
    return hmac.digest(secret, struct.pack(">Q", step), hashlib.sha256)[:SUFFIX]


def _step(now: datetime) -> int:
    return int(now.timestamp()) // int(STEP.total_seconds())


def _minutes(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _moment(minutes: int) -> datetime:
    return datetime.fromtimestamp(minutes * 60, UTC)
