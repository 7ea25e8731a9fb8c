"""Find customers by what staff have of them: a name with a typing mistake, a key, a phone number.

Names are compared by the trigrams of their Latin transliteration (an index holds them), each word
by itself, so that neither order, nor script, nor a wrong letter hides a person.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

#: How alike two words must be, 0 to 1: one wrong letter in a name of five passes.
ALIKE = 0.4
#: Fewer letters than a trigram has: only beginnings are compared.
TRIGRAM = 3
#: The digits of a phone number that do not depend on how its country code is written.
PHONE_DIGITS = 10
PHONE_DIGITS_MIN = 4
WORDS_MAX = 5
TEXT_MAX = 200

_BY_NAME = """
SELECT id, key, name, ({score})::float8 FROM parties_customer WHERE {condition}
ORDER BY 4 DESC, id LIMIT %(limit)s"""

#: Without an order: of many that have the name as typed, any few are as good.
_AS_TYPED = """
SELECT id, key, name, 0.99::float8 FROM parties_customer WHERE {condition} LIMIT %(limit)s"""

_BY_KEY = """
SELECT id, key, name, CASE WHEN lower(key) = %(text)s THEN 1.0 ELSE 0.9 END::float8
FROM parties_customer WHERE lower(key) LIKE %(pattern)s ORDER BY 4 DESC, id LIMIT %(limit)s"""

_BY_CONTACT = """
SELECT DISTINCT ON (one.id) one.id, one.key, one.name, 0.95::float8
FROM parties_contact AS contact JOIN parties_customer AS one ON one.id = contact.customer_id
WHERE lower(contact.address) LIKE %(pattern)s ORDER BY one.id LIMIT %(limit)s"""

_BY_ID = """
SELECT id, key, name, 1.0::float8 FROM parties_customer
WHERE id BETWEEN %(first)s AND %(last)s ORDER BY id DESC LIMIT %(limit)s"""


class FoundCustomer(NamedTuple):
    """A customer that fits what was typed, and how well, 0 to 1."""

    id: UUID
    key: str
    name: str
    score: float


def customers(text: str, *, limit: int = 10) -> list[FoundCustomer]:
    """Return the customers that fit a text, the best first; nothing for a text of one letter."""
    words = text.lower().strip()[:TEXT_MAX]
    if len(words) < TRIGRAM - 1 or "\0" in words:
        return []
    found: dict[UUID, FoundCustomer] = {}
    with transaction.atomic():
        for rows in (_by_key(words, limit), _by_contact(words, limit), _by_name(words, limit)):
            for row in rows:
                known = found.get(row.id)
                if known is None or known.score < row.score:
                    found[row.id] = row
    return sorted(found.values(), key=lambda one: (-one.score, one.id))[:limit]


def customers_between(first: UUID, last: UUID, *, limit: int = 10) -> list[FoundCustomer]:
    """Return the customers whose id lies between two, the newest first."""
    return _rows(_BY_ID, {"first": first, "last": last, "limit": limit})


def _by_name(text: str, limit: int) -> list[FoundCustomer]:
    """Return whose name has every word as typed; if those are few, also whose name is alike."""
    words = text.split()[:WORDS_MAX]
    if not words:
        return []
    values: dict[str, Any] = {"limit": limit}
    for number, word in enumerate(words):
        values |= {f"word{number}": word, f"part{number}": _escaped(word)}
    typed = " AND ".join(_has_as_typed(number, word) for number, word in enumerate(words))
    found = _rows(_AS_TYPED.format(condition=typed), values)
    long = [number for number, word in enumerate(words) if not _is_short(word)]
    if len(found) >= limit or len(long) < len(words):
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(ALIKE)]
        )
    folded = [f"oferta_folded(%(word{number})s)" for number in long]
    score = " + ".join(f"word_similarity({word}, name_folded)" for word in folded)
    condition = " AND ".join(f"name_folded %%> {word}" for word in folded)
    alike = _BY_NAME.format(score=f"({score}) / {len(words)}", condition=condition)
    return found + _rows(alike, values)


def _has_as_typed(number: int, word: str) -> str:
    within = "" if _is_short(word) else "'%%' || "
    folded = f"replace(btrim(oferta_folded(%(part{number})s)), ' ', '%%')"
    return f"name_folded LIKE {within}{folded} || '%%'"


def _is_short(word: str) -> bool:
    return word.isascii() and len(word) < TRIGRAM


def _by_key(text: str, limit: int) -> list[FoundCustomer]:
    if not text.isascii():  # the index of keys and contacts knows Latin letters and digits alone
        return []
    within = "%" if len(text) >= TRIGRAM else ""
    pattern = f"{within}{_escaped(text)}%"
    return _rows(_BY_KEY, {"text": text, "pattern": pattern, "limit": limit})


def _by_contact(text: str, limit: int) -> list[FoundCustomer]:
    digits = re.sub(r"[\s()+-]", "", text)
    if digits.isdigit():
        if len(digits) < PHONE_DIGITS_MIN:
            return []
        pattern = f"%{digits[-PHONE_DIGITS:]}%"
    elif len(text) >= TRIGRAM and text.isascii():
        pattern = f"%{_escaped(text)}%"
    else:
        return []
    return _rows(_BY_CONTACT, {"pattern": pattern, "limit": limit})


def _rows(statement: str, values: dict[str, Any]) -> list[FoundCustomer]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [FoundCustomer(*row) for row in cursor.fetchall()]


def _escaped(text: str) -> str:
    """Return a text in which LIKE sees no wildcard."""
    return re.sub(r"([\\%_])", r"\\\1", text)
