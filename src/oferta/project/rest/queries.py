"""Reading tokens."""

from __future__ import annotations

from typing import Any

from django.db import connection

from oferta.core.parties import queries as parties
from oferta.project.rest import secrets
from oferta.project.rest.errors import UnknownToken
from oferta.project.rest.types import NewToken, Token

_SELECT = """
SELECT token.id, prefix, name, owner, scopes, party_id, staff_id, per_minute, created_at,
       created_by, expires_at, revoked_at, used_at, hash
FROM rest_token AS token LEFT JOIN rest_pace AS pace ON pace.caller_id = token.id
"""
TOKENS_MAX = 1_000


def token(prefix: str) -> Token:
    """Return a token by the start of its text.

    Raises:
        UnknownToken: there is none.
    """
    found = _select("WHERE prefix = %s", [prefix])
    if not found:
        raise UnknownToken(token=prefix)
    return found[0][0]


def tokens() -> list[Token]:
    """Return the tokens, newest first; those that no longer work too."""
    return [item for item, _ in _select("ORDER BY token.id DESC LIMIT %s", [TOKENS_MAX])]


def token_of_text(text: str) -> Token | None:
    """Return the token with this text; None if there is none. Whether it works is another thing."""
    prefix = secrets.prefix_of(text)
    for item, kept in _select("WHERE prefix = %s", [prefix]) if prefix else ():
        if secrets.is_text_of(text, kept):
            return item
    return None


def ensure_owner(wanted: NewToken) -> None:
    """Refuse a token for nobody.

    Raises:
        UnknownCustomer, NotStaff: there is no such customer or member of staff.
    """
    if wanted.party_id is not None:
        parties.customer(wanted.party_id)
    if wanted.staff_id is not None:
        parties.actor(wanted.staff_id)


def _select(condition: str, values: list[Any]) -> list[tuple[Token, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + condition, values)
        return [_token(row) for row in cursor.fetchall()]


def _token(row: tuple[Any, ...]) -> tuple[Token, bytes]:
    id_, prefix, name, owner, scopes, party_id, staff_id, per_minute, created_at, *rest = row
    made = Token(
        id=id_,
        prefix=prefix,
        name=name,
        owner=owner,
        scopes=tuple(scopes),
        party_id=party_id,
        staff_id=staff_id,
        per_minute=per_minute,
        created_at=created_at,
        created_by=rest[0],
        expires_at=rest[1],
        revoked_at=rest[2],
        used_at=rest[3],
    )
    return made, bytes(rest[4])
