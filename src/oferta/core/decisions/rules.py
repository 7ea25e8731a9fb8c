"""Pure parts of deciding: what was asked, what is at stake, what a limit gives up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from oferta.core.decisions.errors import BadEvent
from oferta.core.decisions.types import Event, LimitShare, Movement
from oferta.kernel.clock import NaiveTime, zoned
from oferta.kernel.jsontext import canonical_bytes, sorted_json_bytes

KEY_LENGTH_MAX = 200
QUESTIONS_MAX = 16


def asked(event: Event) -> tuple[bytes, bytes]:
    """Return the SHA-256 of everything the caller asked, equal for a retry, and the context.

    Returns:
        The digest, and the context as it is stored: JSON, keys sorted.

    Raises:
        BadEvent: the event cannot be written down: no key, a naive moment, an unprintable value,
            a context of something else than JSON values.
    """
    _check_shape(event)
    context = _context(event)
    facts, party = event.facts, event.party_id
    try:
        event.key.encode()
        said = canonical_bytes(
            (
                event.pack,
                event.questions,
                facts if facts.__class__ is dict else dict(facts),
                event.event_at.timestamp(),
                event.plan,
            )
        )
    except UnicodeEncodeError:
        raise _bad(event, "facts", "half of a surrogate pair", "whole characters") from None
    # One list, as if it had been written at once: the context is long, and wanted by itself too.
    whom = b"null" if party is None else b'"%b"' % party.hex.encode()
    kept = b"" if event.edition is None else b"," + canonical_bytes(event.edition)
    said = b"%b,%b,%b%b]" % (said[:-1], context, whom, kept)
    if rb"\u0000" in said or "\0" in event.key:
        raise _bad(event, "facts", "a NUL character", "text without NUL")
    return sha256(said).digest(), context


def _check_shape(event: Event) -> None:
    if not event.key.strip() or len(event.key) > KEY_LENGTH_MAX:
        raise _bad(event, "key", event.key, f"1 to {KEY_LENGTH_MAX} characters")
    if len(event.questions) != 1 and not (
        0 < len(set(event.questions)) == len(event.questions) <= QUESTIONS_MAX
    ):
        asked = ", ".join(event.questions)
        raise _bad(event, "questions", asked, "different questions, one or more")
    try:
        zoned(event.event_at)
    except NaiveTime as error:
        raise _bad(event, "event_at", error.given, "a moment with a time zone") from None


def _context(event: Event) -> bytes:
    context = event.context
    try:
        return sorted_json_bytes(context if context.__class__ is dict else dict(context))
    except (TypeError, ValueError) as error:
        raise _bad(event, "context", str(error), "JSON values only") from None


def at_stake(old: Iterable[Movement], new: Iterable[Movement]) -> int:
    """Return how much an override moves, in minor units: what it really changes, counted once.

    Moving 300 where 301 had moved puts 1 at stake, not 601.
    """
    change: Counter[tuple[int, int]] = Counter()
    for sign, movements in ((-1, old), (1, new)):
        for item in movements:
            low, high = sorted((item.debit, item.credit))
            amount = item.amount or 0
            change[low, high] += sign * (amount if item.debit == low else -amount)
    return sum(abs(amount) for amount in change.values())


def shares_json(shares: Iterable[LimitShare]) -> list[list[Any]]:
    """Write limit shares as JSON values."""
    return [[item.limit, item.holder, item.since.isoformat(), item.amount] for item in shares]


def own_facts(facts: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Return those of an event's facts that one question asks for."""
    return {name: facts[name] for name in names if name in facts}


def _bad(event: Event, field: str, given: str, expected: str) -> BadEvent:
    return BadEvent(key=event.key, field=field, given=given[:200], expected=expected)
