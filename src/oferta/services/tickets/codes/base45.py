"""Bytes as the 45 characters that a QR code holds most densely (RFC 9285)."""

from __future__ import annotations

from oferta.services.tickets.codes.errors import NotOurCode

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_BASE = 45
_PAIR_MAX = 0xFFFF
_BYTE_MAX = 0xFF
_PER_PAIR = 3  # characters for two bytes; a last single byte takes two


def encode(raw: bytes) -> str:
    """Return bytes as text of the alphabet."""
    said: list[str] = []
    for start in range(0, len(raw), 2):
        pair = raw[start : start + 2]
        value = int.from_bytes(pair)
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, _BASE)
            said.append(ALPHABET[digit])
    return "".join(said)


def decode(text: str) -> bytes:
    """Return the bytes that a text stands for.

    Raises:
        NotOurCode: another character, a length that no bytes have, a value above what fits.
    """
    try:
        digits = [_VALUE[character] for character in text]
    except KeyError:
        raise NotOurCode(what="alphabet") from None
    raw = bytearray()
    for start in range(0, len(digits), _PER_PAIR):
        group = digits[start : start + _PER_PAIR]
        value = sum(digit * _BASE**place for place, digit in enumerate(group))
        size = len(group) - 1
        if size == 0 or value > (_PAIR_MAX if size == 2 else _BYTE_MAX):  # noqa: PLR2004 - bytes
            raise NotOurCode(what="length")
        raw += value.to_bytes(size)
    return bytes(raw)
