"""What is done with tokens: make, revoke."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.project.rest import models, queries, secrets
from oferta.project.rest.errors import BadToken
from oferta.project.rest.types import CUSTOMER_SCOPES, STAFF_ALONE, NewToken, Scope, Token

NAME_LENGTH_MAX = 200
PER_MINUTE_MAX = 100_000


def create_token(wanted: NewToken, *, created_by: str, now: datetime) -> tuple[Token, str]:
    """Make a token.

    Args:
        wanted: whose it is and how far it reaches.
        created_by: who made it, for the list of tokens.
        now: zone-aware.

    Returns:
        The token and its text, which cannot be shown again.

    Raises:
        BadToken: no name, no scope, one that its owner may not have, a past end.
        UnknownCustomer, NotStaff: it would act for nobody.
    """
    _check(wanted, zoned(now))
    prefix, text = secrets.new_text()
    row = models.Token.objects.create(
        id=uuid7(),
        prefix=prefix,
        hash=secrets.hash_of(text),
        name=wanted.name.strip(),
        owner=wanted.owner.strip(),
        scopes=sorted(wanted.scopes),
        party_id=wanted.party_id,
        staff_id=wanted.staff_id,
        per_minute=wanted.per_minute,
        created_at=now,
        created_by=created_by,
        expires_at=wanted.expires_at,
    )
    return queries.token(row.prefix), text


def revoke_token(which: str, *, now: datetime) -> Token:
    """Let a token open nothing from now on; revoking it again changes nothing.

    Args:
        which: its prefix.
        now: zone-aware.

    Raises:
        UnknownToken: there is none.
    """
    models.Token.objects.filter(prefix=which, revoked_at__isnull=True).update(revoked_at=zoned(now))
    return queries.token(which)


def revoke_tokens_of(*, party_id: UUID, now: datetime) -> int:
    """Revoke every token of a customer, as when they say "this was not me"; return how many."""
    found = models.Token.objects.filter(Q(party_id=party_id), revoked_at__isnull=True)
    return found.update(revoked_at=zoned(now))


def _check_names(wanted: NewToken) -> None:
    for field, given in (("name", wanted.name), ("owner", wanted.owner)):
        if not 0 < len(given.strip()) <= NAME_LENGTH_MAX or "\0" in given:
            raise _bad(field, given, f"1 to {NAME_LENGTH_MAX} characters")
    if wanted.owner.strip().startswith("customer:"):  # whose keys and answers it would share
        raise _bad("owner", wanted.owner, "no name of customers' own tokens")


def _check(wanted: NewToken, now: datetime) -> None:
    _check_names(wanted)
    if not wanted.scopes or not wanted.scopes <= set(Scope):
        raise _bad("scopes", _listed(wanted.scopes), f"some of {_listed(Scope)}")
    if wanted.party_id is not None and not wanted.scopes <= CUSTOMER_SCOPES:
        raise _bad("scopes", _listed(wanted.scopes), f"of {_listed(CUSTOMER_SCOPES)}")
    if wanted.scopes & STAFF_ALONE and wanted.staff_id is None:
        asked = _listed(wanted.scopes & STAFF_ALONE)
        raise _bad("scopes", asked, "a token that acts for a member of staff")
    if wanted.expires_at is not None and zoned(wanted.expires_at) <= now:
        raise _bad("expires_at", wanted.expires_at.isoformat(), "a moment to come")
    if not 1 <= wanted.per_minute <= PER_MINUTE_MAX:
        raise _bad("per_minute", str(wanted.per_minute), f"1 to {PER_MINUTE_MAX}")
    queries.ensure_owner(wanted)


def _listed(scopes: Iterable[str]) -> str:
    return ", ".join(sorted(scopes))


def _bad(field: str, given: str, expected: str) -> BadToken:
    return BadToken(field=field, given=given[:NAME_LENGTH_MAX], expected=expected)
