"""The door: who calls, how fast they may, and that a key makes its request happen once."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from ninja.utils import check_csrf
from pydantic import BaseModel

from oferta.core.parties import queries as parties
from oferta.core.parties.errors import NotStaff, UnknownCustomer
from oferta.kernel import clock
from oferta.kernel.rest.access import KEY_HEADER, Caller, caller_of
from oferta.kernel.rest.errors import (
    AnswerErased,
    BadKey,
    ForgedRequest,
    KeyMissing,
    KeyUsed,
    NotSignedIn,
    TooManyRequests,
)
from oferta.project.rest import bodies, models, pacing, queries
from oferta.project.rest.types import CUSTOMER_SCOPES, OF_STAFF, Pace, Token

#: Requests in a minute of a customer's session.
SESSION_PER_MINUTE = 300
_BEARER = "bearer "
_KEY = re.compile(r"[!-~]{1,200}")
#: Where the pace waits for the middleware that tells it.
PACE = "oferta_pace"


class Front:
    """What `access.connect` is given."""

    def caller(self, request: HttpRequest) -> Caller:
        """Return who calls: by token, or a customer by their session.

        Raises:
            NotSignedIn: neither.
            ForgedRequest: a session without the proof that its own page sent the request.
            TooManyRequests: not now.
            TooLarge: it sends more than a file.
        """
        given = request.headers.get("Authorization")
        found = self._by_session(request) if given is None else self._by_token(request, given)
        bodies.take_file(request)
        return found

    def once(self, request: HttpRequest, status: int, act: Callable[[], BaseModel]) -> HttpResponse:
        """Do what a key asks for, or answer as it was answered.

        Raises:
            KeyMissing, BadKey: no key that could be kept.
            KeyUsed: the key was for another request.
        """
        key = request.headers.get(KEY_HEADER)
        if key is None:
            raise KeyMissing
        if not _KEY.fullmatch(key):
            raise BadKey
        caller = caller_of(request)
        owner = caller.owner
        digest = _digest(request)
        with transaction.atomic():
            _wait_for_others(owner, key)
            done = models.Done.objects.filter(owner=owner, key=key).first()
            if done is not None:
                if bytes(done.digest) != digest:
                    raise KeyUsed
                if not done.answer:
                    raise AnswerErased
                return _answer(done.status, done.answer, repeated=True)
            answer = act().model_dump_json()
            models.Done.objects.create(
                owner=owner,
                key=key,
                digest=digest,
                status=status,
                answer=answer,
                done_at=clock.now(),
                parties=sorted(caller.shown),
            )
        return _answer(status, answer, repeated=False)

    def _token(self, header: str) -> Token:
        if not header.lower().startswith(_BEARER):
            raise NotSignedIn
        found = queries.token_of_text(header[len(_BEARER) :].strip())
        if found is None or not found.works(clock.now()):
            raise NotSignedIn
        return found

    def _by_token(self, request: HttpRequest, given: str) -> Caller:
        token = self._token(given)
        self._pace(request, token.id, token.per_minute)
        return Caller(
            id=token.id,
            owner=_owner(token.party_id) if token.party_id else token.owner,
            scopes=_scopes(token),
            party_id=token.party_id,
            staff_id=token.staff_id,
        )

    def _by_session(self, request: HttpRequest) -> Caller:
        if not request.user.is_authenticated:
            raise NotSignedIn
        if check_csrf(request) is not None:
            raise ForgedRequest
        try:
            customer = parties.customer_of_login(request.user.pk)
        except UnknownCustomer:  # staff: their pages are the desk, their way in here a token
            raise NotSignedIn from None
        self._pace(request, customer.id, SESSION_PER_MINUTE)
        return Caller(
            id=customer.id,
            owner=_owner(customer.id),
            scopes=frozenset(CUSTOMER_SCOPES),
            party_id=customer.id,
        )

    def _pace(self, request: HttpRequest, caller_id: UUID, per_minute: int) -> None:
        pace: Pace = pacing.take(caller_id, per_minute, clock.now())
        setattr(request, PACE, pace)
        if pace.wait_seconds:
            raise TooManyRequests(seconds=pace.wait_seconds)


def _scopes(token: Token) -> frozenset[str]:
    """Return how far a token reaches: one of staff no further than they may themselves, today."""
    given = frozenset(token.scopes)
    if token.staff_id is None:
        return given
    try:
        actor = parties.actor(token.staff_id)
    except NotStaff:
        return frozenset()
    return frozenset(
        scope for scope, permission in OF_STAFF.items() if scope in given and actor.may(permission)
    )


def _owner(party_id: UUID) -> str:
    return f"customer:{party_id}"


def _wait_for_others(owner: str, key: str) -> None:
    """Let whoever does the same key now finish first; holds until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{owner} {key}"])


def _digest(request: HttpRequest) -> bytes:
    head = f"{request.method} {request.path}\n"
    return sha256(head.encode() + request.body).digest()


def _answer(status: int, text: str, *, repeated: bool) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="application/json")
    if repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response
