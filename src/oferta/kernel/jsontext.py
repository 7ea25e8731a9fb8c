"""JSON as it is stored and as it is hashed: compact, whole characters, fast."""

from __future__ import annotations

import json
from typing import Any

import orjson

_stored = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_stored_sorted = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False, allow_nan=False, sort_keys=True
).encode
_sorted = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False, sort_keys=True, default=str
).encode
_PLAIN_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
# Subclasses of str (the enums) are written by both ways as the text they are.
_FORMAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def json_bytes(value: object) -> bytes:
    """Write plain JSON values compactly, in UTF-8.

    Raises:
        TypeError, ValueError: something in it is no JSON value (NaN, a date, half a character).
    """
    try:
        said = orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:  # a number of more than 64 bits, or no JSON value at all
        return _stored(value).encode()
    # orjson writes NaN as null; the slower way refuses it.
    return _stored(value).encode() if b"null" in said else said


def sorted_json_bytes(value: object) -> bytes:
    """Write plain JSON values as `json_bytes` does, keys sorted, so that equal ones are equal.

    Raises:
        TypeError, ValueError: as of `json_bytes`.
    """
    try:
        said = orjson.dumps(value, option=_PLAIN_SORTED)
    except TypeError:
        return _stored_sorted(value).encode()
    return _stored_sorted(value).encode() if b"null" in said else said


def json_text(value: object) -> str:
    """Write plain JSON values compactly; errors as of `json_bytes`."""
    return json_bytes(value).decode()


def canonical_bytes(value: object) -> bytes:
    """Write a value so that equal ones give equal bytes: keys sorted, what is not JSON by `str`.

    Raises:
        UnicodeEncodeError: half of a surrogate pair.
    """
    try:
        return orjson.dumps(value, default=str, option=_FORMAL)
    except TypeError:
        return _sorted(value).encode()


def loaded_words(text: bytes) -> Any:
    """Read JSON in which no number stands, at a fifth of the price: others might lose digits."""
    return orjson.loads(text)


def loaded(text: str | bytes | None) -> Any:
    """Read JSON; None stays None."""
    return None if text is None else json.loads(text)
